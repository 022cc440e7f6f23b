"""Becomes another program, locked in: run in a process of its own, never by people.

The program reads its input and writes its output, and may execute and read itself and the system's
libraries. It has no network, no other file, and ends with the parent.
"""

from __future__ import annotations

import os
import sys

from checks.sandbox import confinement

_LIBRARIES = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/etc/ld.so.cache")
_ENVIRONMENT = {"LC_ALL": "C.UTF-8", "NO_COLOR": "1", "PATH": "/nonexistent", "HOME": "/"}


def main() -> None:
    """Confine this process and run what the command line names.

    The command line holds the largest address space in bytes, the processor seconds, the parent's
    process id, and the program with its arguments.
    """
    memory, seconds, parent = (int(argument) for argument in sys.argv[1:4])
    command = sys.argv[4:]
    confinement.confine_program(memory, (command[0], *_LIBRARIES))
    confinement.limit_cpu(seconds)
    confinement.end_with_parent(parent)
    os.execve(command[0], command, _ENVIRONMENT)  # noqa: S606 - no shell, and that is the point


if __name__ == "__main__":
    main()
