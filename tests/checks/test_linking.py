"""Which files of a change the analysis of one of them may look into."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.languages.python.linking import MAX_BYTES, MAX_REACH, Links, said


def links(**texts: str) -> Links:
    return Links({path.replace("__", "/") + ".py": text.encode() for path, text in texts.items()})


def test_a_file_sees_those_whose_names_it_says_and_what_they_see() -> None:
    found = links(
        app__views="from app import service\n",
        app__service="import os; from app.models import save\n",
        app__models="",
        app__other="",
        tests__test_x='patch("app.views.run")\n',
    )
    assert found.reach("app/views.py") == ("app/views.py", "app/service.py", "app/models.py")
    assert found.reach("tests/test_x.py")[:2] == ("tests/test_x.py", "app/views.py")
    assert found.reach("app/other.py") == ("app/other.py",)
    assert found.users("app/service.py") == ("app/views.py",)


@pytest.mark.parametrize(
    "text",
    [
        "import app.service\n",
        "import os, app.service as s\n",
        "from app import service\n",
        "from .service import run\n",
        "from . import (\n    other,\n    # words\n    service,\n)\n",
        "from app import other, \\\n    service\n",
        "if x: import app.service\n",
        "def f():\n    from app import service\n",
        "patch('app.service.run')\n",
        'patch("service.run")\n',
        "pytest_plugins = 'service'\n",
        "pytest_plugins = [\n    'other',\n    'service',\n]\n",
        "é = 1\nfrom é import service\n",
    ],
)
def test_a_name_is_said_in_imports_and_in_texts_of_dots(text: str) -> None:
    assert links(app__x=text, app__service="").reach("app/x.py")[1:] == ("app/service.py",)


@pytest.mark.parametrize(
    "text",
    [
        "service = 1\n",
        "service.run()\n",
        "from app import services, reservice\n",
        "'the service of it'\n",
        "important = service\n",
        "x = 'service'\n",
    ],
)
def test_a_word_elsewhere_is_no_name(text: str) -> None:
    assert links(app__x=text, app__service="").reach("app/x.py") == ("app/x.py",)


def test_conftests_above_and_packages_around_are_seen_without_being_named() -> None:
    texts = {
        "conftest.py": b"",
        "tests/conftest.py": b"",
        "tests/api/test_x.py": b"from . import y\n",
        "tests/other/conftest.py": b"",
        "tests/api/__init__.py": b"from .z import y\n",
        "tests/api/z.py": b"",
    }
    seen = Links(texts).reach("tests/api/test_x.py")
    assert set(seen) == set(texts) - {"tests/other/conftest.py"}


def test_a_large_neighbourhood_is_cut_off_far_away() -> None:
    chain = {f"m{n}.py": f"import m{n + 1}\n".encode() for n in range(3 * MAX_REACH)}
    assert Links(chain).reach("m0.py") == tuple(f"m{n}.py" for n in range(MAX_REACH))


def test_a_text_that_is_not_read_as_code_says_nothing() -> None:
    names = frozenset({b"run"})
    assert said(b"import run\n" * (MAX_BYTES // 11), names) == names
    assert said(b"import run\n" * MAX_BYTES, names) == frozenset()


@given(st.dictionaries(st.sampled_from("abcdef"), st.text("abcdef \n.'").map("import {}".format)))
def test_it_is_symmetric_and_the_order_of_files_changes_nothing(texts: dict[str, str]) -> None:
    files = {f"lib/{name}.py": text.encode() for name, text in texts.items()}
    found, turned = Links(files), Links(dict(reversed(files.items())))
    for path in files:
        assert found.reach(path) == turned.reach(path)
        assert found.reach(path)[0] == path
        for user in found.users(path):
            assert path in found.reach(user)
