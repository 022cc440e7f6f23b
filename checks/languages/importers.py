"""Who imports a file within a change, and what that says about it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from checks.languages.python.module import Module


def only_tests_import(
    module: Module, users: Iterable[Module], is_test: Callable[[str], bool]
) -> bool:
    """Whether test code alone imports a module, as a helper and not as what it tests.

    A change shows only some of the importers: a module that comes with its own test would be taken
    for a helper if it were not asked what the tests do with it.

    Args:
        module: the module.
        users: the modules of the change that may import it.
        is_test: whether a path is one of test code.
    """
    name = module.name
    importers = [
        other
        for other in users
        if other is not module
        and any(_same(one.module, name) or _same(one.qualified, name) for one in other.imports)
    ]
    return bool(importers) and all(
        is_test(one.path) and not _is_test_of(one, name) for one in importers
    )


def _is_test_of(user: Module, name: str) -> bool:
    """Whether a test file has the module as its subject: by its own name, or by patching it."""
    subject = name.rpartition(".")[2]
    file = user.path.rpartition("/")[2].removesuffix(".py")
    if file in (f"test_{subject}", f"{subject}_test", f"{subject}_tests", f"test{subject}"):
        return True
    patched = f"{name}.".encode()
    return any(quote + patched in user.source.data for quote in (b"'", b'"'))


def _same(imported: str, name: str) -> bool:
    return imported == name or name.endswith("." + imported)
