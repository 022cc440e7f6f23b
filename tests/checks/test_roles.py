"""Roles: the conventions of the languages, the settings above them, the imports last."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.engine import analyse
from checks.languages.paths import generated_by_path, generated_by_text, language_of
from checks.languages.roles import decide
from checks.model import ChangedFile, Role, RoleDecision, Settings

TEST, SUPPORT, PRODUCTION = Role.TEST, Role.TEST_SUPPORT, Role.PRODUCTION
EXAMPLE, GENERATED = Role.EXAMPLE, Role.GENERATED


@pytest.mark.parametrize(
    ("path", "role"),
    [
        ("tests/unit/test_jobs.py", TEST),
        ("app/jobs_test.py", TEST),
        ("app/tests.py", TEST),
        ("examples/shop/tests/test_shop.py", TEST),
        ("pkg/server/handler_test.go", TEST),
        ("src/cart.spec.ts", TEST),
        ("src/Cart.test.tsx", TEST),
        ("src/__tests__/cart.js", TEST),
        ("src/shop/_tests/typed/path.py", SUPPORT),
        ("test/cart.mjs", TEST),
        ("spec/models/user_spec.rb", TEST),
        ("src/test/java/com/example/AppTest.java", TEST),
        ("tests/conftest.py", SUPPORT),
        ("conftest.py", SUPPORT),
        ("nova/tests/fixtures/nova.py", SUPPORT),
        ("nova/tests/unit/fake_driver.py", SUPPORT),
        ("tests/data/users.json", SUPPORT),
        ("pandas/_testing/__init__.py", SUPPORT),
        ("t/unit/security/__init__.py", SUPPORT),
        ("mockserver/app.py", SUPPORT),
        ("numpy/testing/utils.py", SUPPORT),
        ("pkg/testdata/key.pem", SUPPORT),
        ("src/__mocks__/fs.js", SUPPORT),
        ("jest.config.js", SUPPORT),
        ("test-requirements.txt", SUPPORT),
        ("releasenotes/notes/add-x-1234.yaml", EXAMPLE),
        ("docs/conf.py", EXAMPLE),
        ("packages/core/docs/snippet.ts", EXAMPLE),
        ("examples/flask_app/app.py", EXAMPLE),
        ("README.md", EXAMPLE),
        ("app/handlers.py", PRODUCTION),
        ("app/contest.py", PRODUCTION),
        ("src/t/table.py", PRODUCTION),
        ("app/latest/attest.py", PRODUCTION),
        ("app/docs/views.py", PRODUCTION),
        ("lab/samples/models.py", PRODUCTION),
        ("shop/vendor/models.py", PRODUCTION),
        ("src/main/java/com/example/demo/App.java", PRODUCTION),
        ("spec/openapi.yaml", PRODUCTION),
        ("app/migrations/0001_initial.py", PRODUCTION),
        ("requirements.txt", PRODUCTION),
        ("cmd/contest.go", PRODUCTION),
        ("src/request.ts", PRODUCTION),
    ],
)
def test_the_path_decides(path: str, role: Role) -> None:
    assert decide(path, None, Settings()) == RoleDecision(role, "its path")


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("node_modules/x/test/test_x.js", "vendored"),
        ("vendor/github.com/x/y.go", "vendored"),
        ("app/static/vendor/jquery.js", "vendored"),
        ("pip/_vendor/urllib3/util.py", "vendored"),
        ("package-lock.json", "a lock file"),
        ("web/yarn.lock", "a lock file"),
        ("go.sum", "a lock file"),
        ("static/app.min.js", "minified"),
        ("static/app.bundle.js", "bundled"),
        ("api/service_pb2.py", "generated"),
        ("api/service_pb2_grpc.py", "generated"),
        ("api/service.pb.go", "generated"),
        ("src/__generated__/query.ts", "generated"),
    ],
)
def test_what_nobody_wrote_by_hand_is_generated(path: str, reason: str) -> None:
    assert decide(path, None, Settings()) == RoleDecision(GENERATED, reason)


@pytest.mark.parametrize(
    "path", ["app/vendors/models.py", "app/lock.py", "src/admin.js", "app/generated_reports.py"]
)
def test_a_name_that_only_looks_like_it_is_not_generated(path: str) -> None:
    assert generated_by_path(path) is None


def test_the_mark_of_the_base_branch_makes_a_file_generated() -> None:
    decision = decide("tests/test_api.py", None, Settings(), generated=True)
    assert decision == RoleDecision(GENERATED, "marked as generated")


def test_imports_of_a_test_library_count_where_the_name_speaks_of_tests() -> None:
    decision = decide("app/testing.py", {"os", "pytest"}, Settings())
    assert decision == RoleDecision(SUPPORT, "its name, and imports pytest")
    decision = decide("app/pytest_plugin.py", {"pytest.fixture"}, Settings())
    assert decision == RoleDecision(SUPPORT, "its name, and imports pytest")
    assert decide("nova/fakes/base.py", {"unittest.TestCase"}, Settings()).role is SUPPORT


@pytest.mark.parametrize(
    ("path", "imports"),
    [
        ("app/payment.py", {"unittest.mock"}),
        ("app/testing.py", {"unittest.mock", "unittest.mock.patch"}),
        ("app/fakes.py", {"mock"}),
        ("app/payment.py", {"pytest", "unittest"}),
        ("src/hypothesis/pytestplugin/testing.py", {"hypothesis.core"}),
        ("app/testing.py", set[str]()),
    ],
)
def test_imports_cannot_turn_production_code_into_a_test(path: str, imports: set[str]) -> None:
    assert decide(path, imports, Settings()) == RoleDecision(PRODUCTION, "its path")


@pytest.mark.parametrize("path", ["tests/test_x.py", "vendor/x.py", "docs/x.md", "app/x.py"])
def test_the_settings_override_everything(path: str) -> None:
    wishes = Settings(roles=(("*", Role.EXAMPLE), ("**/x.*", Role.PRODUCTION), ("test_*", TEST)))
    expected = TEST if "test_" in path else PRODUCTION
    assert decide(path, {"pytest"}, wishes, generated=True) == RoleDecision(expected, "configured")


@given(
    path=st.text(max_size=80),
    imports=st.none() | st.frozensets(st.text(max_size=20)),
    generated=st.booleans(),
)
def test_any_path_has_a_role(path: str, imports: frozenset[str] | None, generated: bool) -> None:
    assert decide(path, imports, Settings(), generated).reason


@pytest.mark.parametrize(
    ("path", "head", "language"),
    [
        ("a/b.py", b"", "python"),
        ("a/B.PY", b"", "python"),
        ("a/b.tsx", b"", "tsx"),
        ("a/b.mts", b"", "typescript"),
        ("Dockerfile", b"", "dockerfile"),
        ("build/Dockerfile.dev", b"", "dockerfile"),
        ("build/dev.dockerfile", b"", "dockerfile"),
        (".github/workflows/ci.yml", b"", "yaml"),
        ("bin/run", b"#!/usr/bin/env -S python3.12 -u\nprint()", "python"),
        ("bin/run", b"#!/bin/sh -e\n", "shell"),
        ("bin/run", b"#!/usr/bin/env FOO=1 node\n", "javascript"),
        ("bin/run", b"#!", "text"),
        ("bin/run", b"#!/usr/bin/env\n", "text"),
        ("bin/run", b"\xff\xfe", "text"),
        (".py", b"", "text"),
        ("LICENSE", b"", "text"),
        ("data.parquet", b"", "text"),
    ],
)
def test_the_language_comes_from_the_name_and_then_the_first_line(
    path: str, head: bytes, language: str
) -> None:
    assert language_of(path, head) == language


@given(path=st.text(max_size=40), head=st.binary(max_size=400))
def test_any_file_has_a_language(path: str, head: bytes) -> None:
    assert language_of(path, b"#!" + head)


def test_marks_of_generators_are_found_in_the_first_lines_only() -> None:
    assert generated_by_text(b"// Code generated by protoc-gen-go. DO NOT EDIT.\npackage x\n")
    assert generated_by_text(b"/* @generated SignedSource */\n")
    assert not generated_by_text(b"# This report is generated every night.\n")
    assert not generated_by_text(b"# Please do not edit on Fridays.\n")
    assert not generated_by_text(b"x = 1\n" * 50 + b"# @generated\n")
    assert not generated_by_text(b"x" * 5000 + b"@generated")


FAKES = b"class FakeMailer:\n    def send(self, text):\n        self.sent = text\n"


@pytest.mark.parametrize(
    ("other", "text", "role"),
    [
        ("tests/test_shop.py", b"from shop.fake_mailer import FakeMailer\n", SUPPORT),
        ("shop/orders.py", b"from shop.fake_mailer import FakeMailer\n", PRODUCTION),
        ("tests/test_fake_mailer.py", b"from shop.fake_mailer import FakeMailer\n", PRODUCTION),
        ("tests/test_shop.py", b"import shop\n", PRODUCTION),
    ],
)
def test_a_helper_that_only_tests_of_the_change_import(other: str, text: bytes, role: Role) -> None:
    files = [ChangedFile("shop/fake_mailer.py", FAKES), ChangedFile(other, text)]
    report = analyse(files, Settings())[0]
    assert report.role.role is role
    assert ("only tests" in report.role.reason) is (role is SUPPORT)


def test_a_module_that_says_nothing_of_tests_is_production_whoever_imports_it() -> None:
    files = [
        ChangedFile("shop/mailer.py", FAKES),
        ChangedFile("tests/test_shop.py", b"from shop.mailer import FakeMailer\n"),
    ]
    assert analyse(files, Settings())[0].role.role is PRODUCTION
