"""The files of a change, read: what language each is of, what it is for, and its code.

Never raises for what stands in a file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from checks import globs, path_settings
from checks.languages import roles as file_roles
from checks.languages.front_ends import Reader, reader_of
from checks.languages.importers import only_tests_import
from checks.languages.javascript.file import JavaScriptFile
from checks.languages.javascript.file import read as read_javascript
from checks.languages.javascript.project import has_open_spies, look_up
from checks.languages.paths import generated_by_text, language_of
from checks.languages.python.index import Index
from checks.languages.python.module import Module, read
from checks.languages.python.parse import Expired
from checks.languages.syntax.source_file import SourceFile
from checks.light import dataclass
from checks.model import IGNORED, ChangedFile, Role, RoleDecision, Settings
from checks.repository import Bounds, Lookup
from checks.text import SourceText

Decide = Callable[..., RoleDecision]
"""``decide(path, imports, settings, generated)``: see :func:`checks.languages.roles.decide`."""

TIME_LIMIT = "time limit"


@dataclass(slots=True)
class Read:
    """A file, read, and its role decided."""

    file: ChangedFile
    source: SourceText
    language: str
    role: RoleDecision
    module: Module | None = None
    code: SourceFile | None = None
    """The file as code, when it is of another language than Python."""
    not_analysed: str | None = None
    limits: tuple[str, ...] = ()


def by_importers(one: Read, index: Index, roles: Mapping[str, Role]) -> RoleDecision:
    """The role of a file whose name speaks of tests, when only tests of the change import it."""
    path, decided = one.file.path, one.role
    undecided = decided.role is Role.PRODUCTION and decided.reason == file_roles.BY_PATH
    if one.module is None or not undecided or not file_roles.speaks_of_tests(path):
        return decided

    def is_test(path: str) -> bool:
        return roles.get(path, Role.PRODUCTION).is_test_code

    if only_tests_import(one.module, index.users, is_test):
        return RoleDecision(Role.TEST_SUPPORT, "its name, and only tests of the change import it")
    return decided


def look_up_projects(
    seen: Sequence[Read], repository: Lookup, bounds: Bounds
) -> dict[str, tuple[str, ...]]:
    """Tell the files for which it matters what the configuration of their project says."""
    files = [
        one.code
        for one in seen
        if isinstance(one.code, JavaScriptFile)
        and not one.file.deleted
        and one.role.role is Role.TEST
        and has_open_spies(one.code)
    ]
    if not files:
        return {}
    known = {one.file.path: one.source.data for one in seen if not one.file.deleted}
    return look_up(files, known, repository, bounds, read_javascript)


def read_file(
    file: ChangedFile, settings: Settings, roles: Decide, deadline: Callable[[], bool]
) -> Read:
    """Read one file of a change, and decide what it is for."""
    source = SourceText(file.head)
    language = language_of(file.path, file.head)
    marked = generated_by_text(file.head if file.base is None else file.base)
    role = roles(file.path, None, settings, file.generated or marked)
    result = Read(file, source, language, role)
    if globs.any_match(settings.ignored_paths, file.path):
        result.not_analysed = IGNORED
    elif role.role is Role.GENERATED:
        if marked and not file.generated:
            result.limits = ("its header says that it is generated: searched for secrets only",)
    elif not path_settings.reads(settings, language):
        pass
    elif language == "python":
        _read_code(result, settings, roles, deadline)
    elif (reader := reader_of(language)) is not None:
        _read_other_code(result, reader, settings, roles, deadline)
    return result


def _read_code(
    result: Read, settings: Settings, roles: Decide, deadline: Callable[[], bool]
) -> None:
    file, source = result.file, result.source
    if (reason := source.too_large) is not None:
        result.not_analysed = reason
        return
    try:
        module = read(source, file.path, deadline)
    except Expired:
        result.not_analysed = TIME_LIMIT
        return
    result.module = module
    result.role = roles(file.path, module.imported_names, settings, file.generated)
    result.limits = (*source.notes, *module.limits())


def _read_other_code(
    result: Read,
    reader: Reader,
    settings: Settings,
    roles: Decide,
    deadline: Callable[[], bool],
) -> None:
    file, source = result.file, result.source
    if (reason := source.too_large) is not None:
        result.not_analysed = reason
        return
    try:
        code = reader(source, file.path, result.language, deadline)
    except Expired:
        result.not_analysed = TIME_LIMIT
        return
    result.code = code
    result.role = roles(file.path, code.imported_names, settings, file.generated)
    result.limits = (*source.notes, *code.limits())
