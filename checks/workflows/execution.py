"""Whether a step runs files that lie in a folder of the workspace.

Build tools run what a project's files tell them to; interpreters run the script that they are
given; actions of the workspace are code themselves. Programs that only read are not named here:
what is not known to run anything counts as reading.
"""

from __future__ import annotations

import posixpath

from checks.light import dataclass
from checks.model import Span
from checks.workflows import knowledge, shell
from checks.workflows.model import Step, UseKind
from checks.workflows.shell import Command, Word

_ANY = frozenset({"*"})
_TOOLS: dict[str, frozenset[str]] = {
    **dict.fromkeys(
        (
            "ant", "bazel", "bazelisk", "buck2", "cabal", "cibuildwheel", "cmake", "ctest",
            "fastlane", "gmake", "gradle", "gradlew", "gulp", "grunt", "invoke", "jekyll", "jest",
            "just", "lerna", "mage", "make", "mkdocs", "mocha", "msbuild", "mvn", "mvnw", "nake",
            "ninja", "nmake", "nox", "npx", "nx", "phpunit", "playwright", "pnpx", "pytest",
            "rake", "rspec", "sbt", "scons", "sphinx-build", "stack", "task", "tox", "ts-node",
            "tsx", "turbo", "vite", "vitest", "webpack", "xcodebuild", "yarnpkg", "bunx",
        ),
        _ANY,
    ),
    "bun": frozenset({"install", "i", "ci", "run", "test", "build", "x"}),
    "bundle": frozenset({"install", "exec", "update"}),
    "bundler": frozenset({"install", "exec", "update"}),
    "cargo": frozenset(
        {"b", "bench", "build", "c", "check", "clippy", "doc", "install", "llvm-cov", "miri",
         "nextest", "publish", "r", "run", "t", "test", "xtask"}
    ),
    "composer": frozenset({"install", "update", "run", "run-script", "test"}),
    "deno": frozenset({"run", "task", "test"}),
    "docker": frozenset({"build", "buildx", "compose"}),
    "docker-compose": frozenset({"build", "up", "run"}),
    "dotnet": frozenset({"build", "msbuild", "pack", "publish", "restore", "run", "test"}),
    "flutter": frozenset({"build", "test", "run"}),
    "go": frozenset({"build", "generate", "install", "run", "test", "vet"}),
    "hatch": frozenset({"build", "run", "test", "publish"}),
    "mix": frozenset({"compile", "deps.get", "test", "run"}),
    "npm": frozenset(
        {"build", "ci", "clean-install", "exec", "i", "install", "install-ci-test", "pack",
         "publish", "rebuild", "run", "run-script", "start", "t", "test", "x"}
    ),
    "pdm": frozenset({"build", "install", "run", "sync"}),
    "pip": frozenset({"install", "wheel"}),
    "pip3": frozenset({"install", "wheel"}),
    "pnpm": frozenset(
        {"build", "dlx", "exec", "i", "install", "lint", "publish", "rebuild", "run", "start", "t",
         "test", "x"}
    ),
    "poetry": frozenset({"build", "install", "run"}),
    "pre-commit": frozenset({"run"}),
    "prek": frozenset({"run"}),
    "swift": frozenset({"build", "run", "test"}),
    "terraform": frozenset({"apply", "init", "plan"}),
    "uv": frozenset({"build", "pip", "run", "sync"}),
    "yarn": _ANY,
}  # fmt: skip
"""Programs that run what a project tells them to, and the subcommands that do."""
_INSTALLERS = frozenset({"pip", "pip3", "uv"})
_WITHOUT_SCRIPTS = ("--ignore-scripts", "--mode=skip-build")
_GLOBAL = frozenset({"-g", "--global"})
_INTERPRETERS = frozenset(
    {"bash", "deno", "ksh", "node", "perl", "php", "pwsh", "python", "python2", "python3", "ruby",
     "sh", "source", ".", "zsh", "Rscript"}
)  # fmt: skip
_MODULES = frozenset({"build", "nox", "pip", "pytest", "sphinx", "tox", "unittest", "invoke"})
_PREFIXES = frozenset({"sudo", "env", "exec", "command", "time", "nice", "xvfb-run", "timeout",
                       "nohup", "xargs"})  # fmt: skip
_INLINE = frozenset({"-c", "-e", "-r"})
_RUNNERS = frozenset({"bundle", "hatch", "pdm", "poetry", "uv", "npm", "pnpm", "yarn", "npx"})
_FOLDER_OPTIONS = frozenset(
    {"-C", "-S", "-f", "-p", "--chdir", "--cwd", "--dir", "--directory", "--file", "--makefile",
     "--manifest-path", "--prefix", "--project", "--project-directory", "--working-directory"}
)  # fmt: skip
_TAKES_FOLDERS = frozenset({"cmake", "docker", "pytest", "nox", "tox", "ctest", "ninja"})


@dataclass(frozen=True, slots=True)
class Execution:
    """Something that runs files of a folder."""

    span: Span
    what: str
    """Its program or action, as people call it."""
    certain: bool = True
    apart: bool = False
    """Whether it runs them away from the job's token and secrets."""


def executes(step: Step, folder: str, trusted: frozenset[str] = frozenset()) -> Execution | None:
    """What of a step runs files of a folder of the workspace; ``None`` when nothing does.

    Args:
        step: the step.
        folder: relative to the workspace; ``""`` for the workspace itself.
        trusted: folders below it that hold something else.
    """
    if step.uses is not None:
        return _of_action(step, folder)
    if step.run is None:
        return None
    here = relative(step.working_directory)
    if any(_within(here, one) for one in trusted):
        return None
    inside = _within(here, folder)
    for command in step.run.commands:
        command = _without_prefix(command)
        if command.program == "cd" and command.arguments:
            here = posixpath.normpath(posixpath.join(here, command.arguments[0].plain))
            inside = _within(relative(here), folder)
            continue
        word = _runs(command, folder, inside=inside)
        if word is not None:
            span = step.run.scalar.span_of(command.words[0].start, command.end)
            return Execution(span, _called(command))
    return None


def _called(command: Command) -> str:
    words = [one.plain for one in command.words if not shell.is_assignment(one)][:2]
    return " ".join(words)[:60]


def _without_prefix(command: Command) -> Command:
    words = list(command.words)
    while words and (words[0].plain in _PREFIXES or shell.is_assignment(words[0])):
        words.pop(0)
        while words and words[0].text.startswith("-"):
            words.pop(0)
    if len(words) == len(command.words) or not words:
        return command
    return Command(words, command.writes_to, command.document, start=command.start)


def _runs(command: Command, folder: str, *, inside: bool) -> str | None:
    program, arguments = command.program, command.arguments
    name = program.rpartition("/")[2]
    if "/" in program and not program.startswith(("/", "~", "$")):
        path = relative(program)
        if _within(path, folder) or (inside and program.startswith("./")):
            return program
        return None
    plain = [one.plain for one in arguments]
    if name in _INTERPRETERS:
        return _interprets(name, arguments, folder, inside=inside)
    wanted = _TOOLS.get(name)
    if wanted is None:
        return None
    subcommand = next((one for one in plain if not one.startswith("-")), "")
    if wanted is not _ANY and subcommand not in wanted and not _later(name, plain, wanted):
        return None
    if any(one in plain for one in _WITHOUT_SCRIPTS) or not _GLOBAL.isdisjoint(plain):
        return None
    if name in _INSTALLERS and subcommand in ("install", "pip", "wheel"):
        return name if _installs(plain, folder, inside=inside) else None
    if inside:
        return name
    return name if folder and _is_told(name, arguments, folder) else None


def _is_told(name: str, arguments: list[Word], folder: str) -> bool:
    """Whether a tool that is started elsewhere is told to work on the folder.

    A path that a program gets as one of its arguments may be no more than data.
    """
    plain = [one.plain for one in arguments]
    if name in _RUNNERS and plain and plain[0] in ("run", "exec", "x"):
        inner = Command(arguments[1:], start=arguments[0].start)
        return _runs(_without_prefix(inner), folder, inside=False) is not None
    for index, one in enumerate(plain):
        option, equals, value = one.partition("=")
        if option in _FOLDER_OPTIONS:
            value = value if equals else (plain[index + 1] if index + 1 < len(plain) else "")
            if _within(relative(value), folder):
                return True
    return name in _TAKES_FOLDERS and any(_within(relative(one), folder) for one in plain[-2:])


def _later(name: str, plain: list[str], wanted: frozenset[str]) -> bool:
    """A subcommand after an option with a value: ``npm --prefix x ci``."""
    return name in ("npm", "pnpm", "cargo", "docker", "go", "poetry", "uv") and any(
        one in wanted for one in plain[:4]
    )


def _installs(plain: list[str], folder: str, *, inside: bool) -> bool:
    """Whether ``pip install`` builds something of the folder."""
    paths = [
        one.partition("[")[0]
        for one in plain
        if one == "." or one.startswith((".", "-r", "-e", "--requirement", "--editable"))
        or (folder and one.startswith(folder))
        or one.endswith((".txt", ".whl", ".tar.gz"))
    ]  # fmt: skip
    if inside:
        return bool(paths)
    return bool(folder) and any(_within(relative(one), folder) for one in paths)


def _interprets(name: str, arguments: list[Word], folder: str, *, inside: bool) -> str | None:
    """Whether an interpreter runs a script of the folder."""
    for index, word in enumerate(arguments):
        text = word.plain
        if text in _INLINE:
            return None
        if text == "-m":
            module = arguments[index + 1].plain if index + 1 < len(arguments) else ""
            rest = [one.plain for one in arguments[index + 2 :]]
            if module == "pip":
                return name if _installs(rest[1:], folder, inside=inside) else None
            return name if inside and module in _MODULES else None
        if text.startswith("-"):
            continue
        if text.startswith(("/", "~", "$", "<")) or "://" in text:
            return None
        if _within(relative(text), folder) and (inside or folder):
            return name
        return name if inside and not text.startswith("..") else None
    return None


def _of_action(step: Step, folder: str) -> Execution | None:
    use = step.uses
    if use is None:
        return None
    span = use.scalar.span
    if use.kind is UseKind.LOCAL:
        return Execution(span, use.name) if _within(relative(use.name), folder) else None
    if use.kind is not UseKind.REMOTE or use.name in knowledge.READS_ONLY:
        return None
    if use.name in knowledge.BUILDS_IMAGES:
        # Without a context it takes the repository at the event's own commit.
        context = step.input("context")
        inside = context is not None and _within(relative(context), folder)
        return Execution(span, use.name, apart=True) if inside else None
    inputs = [relative(one.value.text) for one in step.inputs.values()]
    named = any(_within(one, folder) for one in inputs if one)
    if folder and not named:
        return None
    if use.name in knowledge.RUNS_WORKSPACE:
        return Execution(span, use.name)
    if use.owner in knowledge.FIRST_PARTY or not inputs:
        return None
    return Execution(span, use.name, certain=False)


_WORKSPACES = ("${{ github.workspace }}", "${{github.workspace}}", "$GITHUB_WORKSPACE",
               "${GITHUB_WORKSPACE}")  # fmt: skip


def relative(path: str) -> str:
    """A path relative to the workspace, ``""`` for the workspace itself."""
    path = path.strip()
    for workspace in _WORKSPACES:
        if path.startswith(workspace):
            path = path.removeprefix(workspace).lstrip("/")
    if not path or len(path) > 1_000:
        return ""
    normal = posixpath.normpath(path)
    return "" if normal == "." else normal


def _within(path: str, folder: str) -> bool:
    """Whether a path of the workspace lies in a folder of it."""
    if path.startswith(("/", "..", "~")):
        return False
    return not folder or path == folder or path.startswith(folder + "/")
