"""Evaluated arguments."""

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.events import UNKNOWN, Value, calls_of
from tests.checks.making import call_of, module


def value(source: str) -> Value:
    """The argument of the call of ``use`` in a text."""
    found = call_of(source, "use").argument(0)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("source", "constant"),
    [
        ("use('a' \"b\" r'\\n' '\\n')", "ab\\n\n"),
        ("use(b'\\xff' b'a')", b"\xffa"),
        ("use(u'\\u00e9\\N{BULLET}')", "é•"),
        ("use(f'{1}{{}}')", "1{}"),
        ("use(0x_ff)", 255),
        ("use(0777)", 511),
        ("use(10L)", 10),
        ("use(-1.5e3)", -1500.0),
        ("use(2j)", 2j),
        ("use(not True)", False),
        ("use(None)", None),
        ("use(...)", ...),
        ("use((1, [2, '3'], {'a': (4,)}))", (1, [2, "3"], {"a": (4,)})),
        ("use({1, 2})", frozenset({1, 2})),
        ("use(2 * 3 + 10 // 3 - 2 ** 3)", 1),
        ("use('ab' * 3)", "ababab"),
        ("A = 'x'\ndef f():\n    b = A + 'y'\n    use(b)", "xy"),
        ("class A:\n    V = 7\n    def f(self):\n        use(self.V)", 7),
        ("use((yes := 5))", 5),
        ("use(1 if x else 2)", UNKNOWN),
        ("use(x)", UNKNOWN),
        ("def f(a=1):\n    use(a)", UNKNOWN),
        ("a = 1\na = 2\nuse(a)", UNKNOWN),
        ("a = 1\na += 1\nuse(a)", UNKNOWN),
        ("for a in b: pass\nuse(a)", UNKNOWN),
        ("a = a + 1\nuse(a)", UNKNOWN),
        ("use(9 ** 9 ** 9 ** 9)", UNKNOWN),
        ("use('a' * 10 ** 9)", UNKNOWN),
        ("use(1 << 10 ** 9)", UNKNOWN),
        ("use(1 // 0)", UNKNOWN),
        ("use({[]: 1})", UNKNOWN),
        ("use(t'a')", UNKNOWN),
        ("use(`a`)", UNKNOWN),
        ("use(f'{x}')", UNKNOWN),
    ],
)
def test_constant(source: str, constant: object) -> None:
    found = value(source).constant
    assert found == constant
    assert type(found) is type(constant)


@pytest.mark.parametrize(
    ("expression", "parts"),
    [
        ("f'select {x} {1}'", ["x"]),
        ("'select %s %s' % (x, 1)", ["x"]),
        ("'select %s' % x", ["x"]),
        ("'select %(a)s' % {'a': x}", ["x"]),
        ("'select {} {b}'.format(x, b=y.z)", ["x", "y.z"]),
        ("'select ' + x + ' where ' + y()", ["x", "y()"]),
        ("x + ' where'", ["x"]),
        ("', '.join(x)", ["x"]),
        ("', '.join(['a', x])", ["x"]),
        ("('select ' f'{x}')", ["x"]),
        ("f'{x}'.strip().encode()", ["x"]),
        ("'a' if y else f'{x}'", ["x"]),
        ("rf'{x}' 'b'", ["x"]),
        ("textwrap.dedent(f'{x}')", ["x"]),
        ("f'{f\"{x}\"}'", ['f"{x}"']),
        ("f'{x!r:>{w}}'", ["x"]),
    ],
)
def test_built_strings(expression: str, parts: list[str]) -> None:
    found = value(f"import textwrap\nuse({expression})")
    assert [part.text for part in found.parts] == parts
    assert found.built
    assert not found.fixed


@pytest.mark.parametrize(
    "expression",
    ["x", "'a'", "'a' 'b'", "'%s' % 1", "'{}'.format(1)", "f'{1}'", "', '.join(['a', 'b'])",
     "x + y", "x % y", "x.format(y)", "t'{x}'", "1 + 2", "[x]", "str(x)", "A", "A + 'x'"],
)  # fmt: skip
def test_strings_that_are_not_built(expression: str) -> None:
    assert value("import textwrap\nuse(textwrap.dedent('a' % 1))").fixed
    assert not value(f"A = 'constant'\nuse({expression})").built


def test_built_through_locals() -> None:
    source = """
        LIMIT = "10"
        def f(name, rows):
            query = "select * from t"
            query += " where name = '" + name + "'"
            query += " limit " + LIMIT
            use(query)
    """
    assert [part.text for part in value(source).parts] == ["name"]


def test_built_in_one_branch() -> None:
    source = """
        def f(name):
            if name:
                query = f"select {name}"
            else:
                query = "select 1"
            use(query)
    """
    assert [part.text for part in value(source).parts] == ["name"]


def test_a_parameter_that_is_reassigned_is_not_followed() -> None:
    assert not value("def f(q):\n    q = f'{q}'\n    use(q)").built


def test_arguments() -> None:
    call = call_of(
        "OPTIONS = {'shell': True}\nuse(1, *rest, 2, a=3, # why\n **OPTIONS, **more)", "use"
    )
    assert [one.constant for one in call.arguments] == [1]
    assert {name: one.constant for name, one in call.keywords.items()} == {"a": 3, "shell": True}
    assert call.has_star
    assert call.has_double_star
    shell = call.argument(None, "shell")
    assert shell is not None
    assert shell.constant is True
    assert call.argument(1, "missing") is None


def test_a_generator_is_one_argument() -> None:
    call = call_of("use(x for x in y)", "use")
    assert len(call.arguments) == 1


def test_the_origin_of_a_name() -> None:
    assert value("a = (make(1))\nb = a\nuse(b)").origin.text == "make(1)"
    assert value("use(b)").origin.text == "b"


def test_elements_and_mapping() -> None:
    source = "PARTS = ['a', x]\nuse(PARTS)\nother({**c, 'a': x, b: 1})"
    elements = value(source).elements
    assert elements is not None
    assert [one.text for one in elements] == ["'a'", "x"]
    mapping = call_of(source, "other").arguments[0].mapping
    assert mapping is not None
    assert {key: one.text for key, one in mapping.items()} == {"a": "x"}
    assert value("use(1)").elements is None
    assert value("use(1)").mapping is None


def test_short_text_is_fit_for_a_sentence() -> None:
    found = value("use(`x\u202e\0` +\n    'a long text'" + " + y" * 100 + ")")
    assert "`" not in found.short
    assert found.short.isprintable()
    assert len(found.short) <= 60


_LITERALS = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.text(max_size=20)
    | st.binary(max_size=20) | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=4)
    | st.tuples(inner, inner)
    | st.dictionaries(st.text(max_size=5) | st.integers(0, 99), inner, max_size=4),
    max_leaves=20,
)  # fmt: skip


@given(_LITERALS)
def test_literals_evaluate_as_python_does(literal: object) -> None:
    source = repr(literal)
    (call,) = calls_of(module(f"use({source})\n".encode("utf-8", "surrogatepass")))
    assert call.arguments[0].constant == ast.literal_eval(source)
