"""The commands ``assay scan``, ``assay rules`` and ``assay config check``.

Only arguments are read here; what does the work is imported when a command runs, so that a short
scan does not wait for what it does not use. Exit status: 0 nothing at or above the threshold, 1
findings, 2 an error, in one line on the standard error output.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from bot import __version__

if TYPE_CHECKING:
    from bot.scan.run import Scan, Wishes

FORMATS = ("terminal", "json", "sarif", "markdown")
OK = 0
FINDINGS = 1
ERROR = 2

_CONFIGURATION = Path(".github/assay.yml")
_SEVERITIES = ("info", "low", "medium", "high", "critical", "never")
_PROFILES = ("quiet", "default", "strict")


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the commands; each sets ``run``, a function from the arguments to the exit status."""
    _register_scan(subparsers)
    rules = subparsers.add_parser(
        "rules", help="list the rules, or print the page of one", description=run_rules.__doc__
    )
    rules.add_argument("id", nargs="?", help="the rule whose page to print")
    rules.add_argument(
        "--write-docs", type=Path, metavar="DIR", help="write the pages of all rules into DIR"
    )
    rules.set_defaults(run=run_rules)
    config = subparsers.add_parser("config", help="work with configuration files")
    commands = config.add_subparsers(required=True, metavar="COMMAND")
    check = commands.add_parser(
        "check",
        help="say what is wrong in a configuration file",
        description=run_config_check.__doc__,
    )
    check.add_argument(
        "file",
        type=Path,
        nargs="?",
        default=_CONFIGURATION,
        metavar="FILE",
        help=f"the file (default: {_CONFIGURATION})",
    )
    check.set_defaults(run=run_config_check)


def _register_scan(
    subparsers: argparse._SubParsersAction[argparse.ArgumentParser],
) -> None:
    scan = subparsers.add_parser(
        "scan",
        help="run all checks over files and folders",
        description="Run all checks over files and folders, without GitHub. Exit status: 0 "
        "nothing at or above the threshold, 1 findings, 2 an error.",
    )
    scan.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="a file or a folder")
    scan.add_argument("--format", choices=FORMATS, default="terminal")
    scan.add_argument("--output", type=Path, metavar="FILE", help="write here, not to the terminal")
    scan.add_argument(
        "--fail-on",
        choices=_SEVERITIES,
        metavar="SEVERITY",
        help=f"the severity from which the exit status is 1: {', '.join(_SEVERITIES)}",
    )
    scan.add_argument("--profile", choices=_PROFILES, help="how much to say")
    scan.add_argument(
        "--config",
        type=Path,
        metavar="FILE",
        help=f"the configuration (default: {_CONFIGURATION} of the repository, if it is there)",
    )
    scan.add_argument(
        "--base",
        type=Path,
        metavar="DIR",
        help="an older copy of the repository or folder: report only what is new since then",
    )
    scan.set_defaults(run=run_scan)


def run_scan(arguments: argparse.Namespace) -> int:
    """Scan, write the result, and return the exit status."""
    from bot.scan import files
    from bot.scan.run import scan
    from checks.sandbox import WorkerUnavailable

    if arguments.base is not None and not arguments.base.is_dir():
        return _error(f"--base {arguments.base}: there is no such folder")
    try:
        root, found = files.find(arguments.paths)
        wishes = _wishes(arguments, root)
        result = scan(found, root, wishes, arguments.base)
        text = _formatted(result, arguments.format, to_file=arguments.output is not None)
        _deliver(text, arguments.output)
    except files.NotThere as error:
        return _error(str(error))
    except WorkerUnavailable as error:
        return _error(str(error))
    except BrokenPipeError:
        # Whoever read the output has seen enough; Python must not complain at its exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FINDINGS if result.failed else OK
    except OSError as error:
        return _error(f"{error.filename or 'output'}: {error.strerror or error}")
    return FINDINGS if result.failed else OK


def _wishes(arguments: argparse.Namespace, root: Path) -> Wishes:
    from bot.scan.run import Wishes
    from checks.model import Profile, Threshold

    file: Path | None = arguments.config
    if file is None and (root / _CONFIGURATION).is_file():
        file = root / _CONFIGURATION
    fail_on = arguments.fail_on
    return Wishes(
        configuration=None if file is None else file.read_bytes(),
        configuration_name=""
        if file is None
        else str(_CONFIGURATION if arguments.config is None else file),
        profile=None if arguments.profile is None else Profile(arguments.profile),
        fail_on=None if fail_on is None else Threshold[fail_on.upper()],
    )


def _formatted(scan: Scan, form: str, *, to_file: bool) -> str:
    if form == "sarif":
        from bot.scan import sarif

        return sarif.write(scan, __version__, os.environ.get("ASSAY_DOCS_URL", ""))
    if form == "json":
        from bot.scan import as_json

        return as_json.write(scan, __version__)
    if form == "markdown":
        from bot.scan import markdown

        return markdown.write(scan, __version__)
    from bot.scan import terminal

    colour = not to_file and sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    return terminal.write(scan, colour=colour)


def _deliver(text: str, output: Path | None) -> None:
    # What cannot be encoded (a path in no known encoding) is replaced, never a crash.
    data = text.encode("utf-8", "replace")
    if output is not None:
        output.write_bytes(data)
        return
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def run_rules(arguments: argparse.Namespace) -> int:
    """List the rules, print the page of one, or write all pages."""
    from bot.scan import pages
    from checks import registry

    catalogue = registry.load()
    if arguments.write_docs is not None:
        try:
            number = pages.write(arguments.write_docs, catalogue)
        except OSError as error:
            return _error(f"{error.filename or arguments.write_docs}: {error.strerror or error}")
        _deliver(f"{number} pages written to {arguments.write_docs}\n", None)
        return OK
    if arguments.id is not None:
        if arguments.id not in catalogue:
            near = _near(arguments.id, list(catalogue))
            return _error(f"there is no rule {arguments.id!r}{near}; `assay rules` lists them")
        _deliver(pages.page(catalogue[arguments.id]), None)
        return OK
    width = max((len(name) for name in catalogue), default=0)
    lines = (
        f"{one.id:<{width}}  {one.severity.name.lower():<8}  {one.title}\n"
        for one in catalogue.values()
    )
    _deliver("".join(lines), None)
    return OK


def run_config_check(arguments: argparse.Namespace) -> int:
    """Say what is wrong in a configuration file, a line each: FILE:LINE:COLUMN: KEY: what to do.

    Exits with 0 when nothing is, with 1 when something is, with 2 when the file cannot be read.
    """
    from bot.review.words.escape import one_line
    from checks import configuration

    try:
        with arguments.file.open("rb") as stream:
            # One byte more is enough to see that it is too large.
            text = stream.read(configuration.MAX_BYTES + 1)
    except OSError as error:
        return _error(f"{arguments.file}: {error.strerror or error}")
    problems = configuration.parse(text).problems
    lines = [
        f"{arguments.file}:{one.line}:{one.column}:"
        f"{f' {one_line(one.key)}:' if one.key else ''} {one_line(one.message)}\n"
        for one in problems
    ]
    _deliver("".join(lines) or f"{arguments.file}: no problems\n", None)
    return FINDINGS if problems else OK


def _near(word: str, words: list[str]) -> str:
    import difflib

    close = difflib.get_close_matches(word, words, n=1)
    return f" (did you mean {close[0]!r}?)" if close else ""


def _error(sentence: str) -> int:
    print(f"assay: {sentence}", file=sys.stderr)
    return ERROR
