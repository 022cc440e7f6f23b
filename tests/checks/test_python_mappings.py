"""What a call is given through ``**``, and what an entry of a constant table is."""

import pytest

from checks.events import UNKNOWN
from tests.checks.making import call_of


def options(source: str) -> tuple[dict[str, object], bool]:
    """The keywords of the call of ``use`` as constants, and whether there may be more."""
    call = call_of(source, "use")
    return {name: one.constant for name, one in call.keywords.items()}, call.has_double_star


@pytest.mark.parametrize(
    ("source", "known"),
    [
        ("use(**{'a': 1, 'b': 2})", {"a": 1, "b": 2}),
        ("use(a=1, **{'a': 2})", {"a": 1}),
        ("use(**dict(a=1))", {"a": 1}),
        ("use(**dict({'a': 1, 'b': 1}, b=2))", {"a": 1, "b": 2}),
        ("BASE = {'a': 1}\nuse(**{**BASE, 'b': 2})", {"a": 1, "b": 2}),
        ("BASE = {'a': 1}\nuse(**(BASE | {'a': 2}))", {"a": 2}),
        ("def made():\n    return dict(a=1)\nuse(**made())", {"a": 1}),
        ("def made(a=1, **more):\n    return {'a': a}\nuse(**made(a=2))", {"a": 2}),
        ("def made(a):\n    return {'a': a}\nuse(**made(2))", {"a": 2}),
        ("o = {'a': 1}\no['a'] = 2\no['b'] = 3\nuse(**o)", {"a": 2, "b": 3}),
        ("def f(x):\n    o = {}\n    o['a'] = 1\n    if x:\n        use(**o)", {"a": 1}),
        ("class A:\n    O = {'a': 1}\n    def f(self):\n        use(**self.O)", {"a": 1}),
        ("o = {'a': 1}\nuse(**o)\no['a'] = 2", {"a": 1}),
    ],
)
def test_known(source: str, known: dict[str, object]) -> None:
    assert options(source) == (known, False)


@pytest.mark.parametrize(
    ("source", "known"),
    [
        ("use(**o)", {}),
        ("def f(**o):\n    use(a=1, **o)", {"a": 1}),
        ("def f(**o):\n    use(**{'a': 1, **o})", {}),
        ("def f(**o):\n    use(**{**o, 'a': 1})", {"a": 1}),
        ("o = {'a': 1}\no.update(p)\nuse(**o)", {"a": 1}),
        ("o = {'a': 1}\nif x:\n    o['a'] = 2\nuse(**o)", {}),
        ("o = {'a': 1}\no[x] = 2\nuse(**o)", {"a": 1}),
        ("def made(x):\n    if x:\n        return {}\n    return {'a': 1}\nuse(**made(y))", {}),
        ("@other\ndef made():\n    return {'a': 1}\nuse(**made())", {}),
        ("class A:\n    def made(self):\n        return {'a': 1}\nuse(**made())", {}),
        ("use(**{x: 1, 'a': 2})", {"a": 2}),
    ],
)
def test_open(source: str, known: dict[str, object]) -> None:
    assert options(source) == (known, True)


@pytest.mark.parametrize(
    ("source", "constant"),
    [
        ("T = {'a': 1024, 'b': 2048}\nuse(T['a'])", 1024),
        ("T = dict(a=1024)\nuse(T['a'])", 1024),
        ("T = ('x', 'y')\nuse(T[1])", "y"),
        ("T = ['x', 'y']\nuse(T[-1])", "y"),
        ("class A:\n    T = {'a': 1}\n    def f(self):\n        use(self.T['a'])", 1),
        ("K = 'a'\nT = {'a': 1}\nuse(T[K])", 1),
        ("T = {'a': x, 'b': 2}\nuse(T['b'])", 2),
        ("T = {'a': x}\nuse(T['a'])", UNKNOWN),
        ("T = {'a': 1}\nuse(T[x])", UNKNOWN),
        ("T = {'a': 1}\nT['a'] = 2\nuse(T['a'])", UNKNOWN),
        ("T = {'a': 1}\nT.update(x)\nuse(T['a'])", UNKNOWN),
        ("T = {'a': 1, **x}\nuse(T['a'])", UNKNOWN),
        ("T = ['x', 'y']\nuse(T[2])", UNKNOWN),
        ("T = [*x, 'y']\nuse(T[0])", UNKNOWN),
        ("T = {'a': 1}\nT = {'a': 2}\nuse(T['a'])", UNKNOWN),
    ],
)
def test_items(source: str, constant: object) -> None:
    found = call_of(source, "use").argument(0)
    assert found is not None
    assert found.constant == constant
