"""Programs that are started, here and on other machines."""

from __future__ import annotations

from checks.models.conditions import program_is_open, runs_shell, through_shell
from checks.models.facts import Library

_RUNNERS = "subprocess.{run,call,check_call,check_output,Popen}"

process = Library("https://docs.python.org/3/library/subprocess.html#security-considerations")
process.sink("command", _RUNNERS, at="0/args", when=through_shell, label="shell")
process.sink(
    "command",
    _RUNNERS,
    "asyncio.create_subprocess_exec",
    at="0/args",
    when=runs_shell,
    label="shell",
)
process.sink("command", _RUNNERS, at="0/args", when=program_is_open, label="program")
process.sink(
    "command",
    "os.{system,popen,popen2,popen3,popen4}",
    "subprocess.{getoutput,getstatusoutput}",
    "commands.{getoutput,getstatusoutput}",
    "popen2.{popen2,popen3}",
    "asyncio.create_subprocess_shell",
    "asyncio.subprocess.create_subprocess_shell",
    "platform.popen",
    at="0/command/cmd",
    label="shell",
)
process.sink(
    "command",
    "os.{execl,execle,execlp,execlpe,execv,execve,execvp,execvpe,startfile,"
    "posix_spawn,posix_spawnp}",
    at="0/path",
    label="program",
)
process.sink(
    "command",
    "os.{spawnl,spawnle,spawnlp,spawnlpe,spawnv,spawnve,spawnvp,spawnvpe}",
    at="1/file",
    label="program",
)
process.sink("command", "pty.spawn", label="program")
process.cleans(
    "command", "shlex.{quote,join}", "pipes.quote", "subprocess.list2cmdline", "shellescape.quote"
)

remote = Library("https://docs.paramiko.org/en/stable/api/client.html")
remote.sink("command", "*.exec_command", at="0/command", label="remote")
remote.sink(
    "command",
    "fabric.Connection().{run,sudo,local}",
    "fabric.api.{run,sudo,local}",
    "invoke.run",
    "invoke.Context().run",
    "pexpect.{spawn,run}",
    "asyncssh.connect().run",
    label="remote",
)
