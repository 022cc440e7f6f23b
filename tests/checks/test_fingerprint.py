"""The identity of a finding."""

from tests.checks.making import look


def fingerprints(head: str, path: str = "app/service.py") -> list[str]:
    return [finding.fingerprint for finding in look(head, path=path).findings]


def test_lines_and_white_space_do_not_matter() -> None:
    (one,) = fingerprints("def f():\n    eval(x, y)\n")
    (two,) = fingerprints("import os\n\n\ndef f():\n    if a:\n        eval(x,\n             y)\n")
    assert one == two


def test_what_makes_two_findings_differ() -> None:
    texts = [
        "eval(x)\n",
        "eval(y)\n",
        "def f():\n    eval(x)\n",
        "class f:\n    def f(self):\n        eval(x)\n",
    ]
    found = [*map(tuple, map(fingerprints, texts)), tuple(fingerprints("eval(x)\n", "app/b.py"))]
    assert len(set(found)) == 5


def test_equals_are_told_apart_by_their_order() -> None:
    one, two = fingerprints("eval(x)\neval(x)\n")
    assert one != two
    assert fingerprints("eval(x)\nb = 1\neval(x)\n") == [one, two]
    assert fingerprints("eval(x)\n") == [one]


def test_a_new_finding_keeps_its_ordinal_beside_old_ones() -> None:
    """Two pushes of one pull request give it one identity, whatever the base held."""
    head = "eval(x)\nb = 1\neval(x)\n"
    (new,) = look(head, "eval(x)\nb = 1\n").findings
    assert new.fingerprint == fingerprints(head)[1]


def test_the_form() -> None:
    (one,) = fingerprints("eval(x)\n")
    assert len(one) == 32
    assert int(one, 16) >= 0
