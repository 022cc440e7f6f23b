"""What is known of actions: which take code, which put out text of strangers, which run a checkout.

Facts from the actions' own ``action.yml`` and documentation. Names are ``owner/name``, and inputs
and outputs too are in lower case.
"""

from __future__ import annotations

from checks.light import dataclass

FIRST_PARTY = frozenset(
    {
        "actions",
        "github",
    }
)
"""Accounts of GitHub itself: whoever runs workflows trusts them already."""

CODE_INPUTS: dict[str, tuple[tuple[str, ...], str]] = {
    "actions/github-script": (("script",), "JavaScript"),
    "addnab/docker-run-action": (("run",), "shell"),
    "amadevus/pwsh-script": (("script",), "PowerShell"),
    "appleboy/ssh-action": (("script",), "shell"),
    "azure/cli": (("inlinescript",), "shell"),
    "azure/powershell": (("inlinescript",), "PowerShell"),
    "cardinalby/js-eval-action": (("expression",), "JavaScript"),
    "coactions/setup-xvfb": (("run",), "shell"),
    "cypress-io/github-action": (("build", "command", "install-command", "start"), "shell"),
    "devcontainers/ci": (("runcmd",), "shell"),
    "gabrielbb/xvfb-action": (("run",), "shell"),
    "jannekem/run-python-script-action": (("script",), "Python"),
    "mikefarah/yq": (("cmd",), "shell"),
    "nick-fields/retry": (("command", "on_retry_command"), "shell"),
    "nick-invision/retry": (("command", "on_retry_command"), "shell"),
    "uraimo/run-on-arch-action": (("install", "run", "setup"), "shell"),
    "vmactions/freebsd-vm": (("prepare", "run"), "shell"),
    "vmactions/netbsd-vm": (("prepare", "run"), "shell"),
    "vmactions/openbsd-vm": (("prepare", "run"), "shell"),
    "wei/curl": (("args",), "shell"),
}
"""Inputs that are run as code, in lower case, and the language."""


@dataclass(frozen=True, slots=True)
class Output:
    """Outputs of an action that hold what strangers wrote."""

    names: tuple[str, ...]
    """In lower case; one that ends with ``*`` stands for all that begin so."""
    what: str
    lines: bool = False

    def has(self, name: str) -> bool:
        """Whether an output is one of them."""
        return any(
            name.startswith(one[:-1]) if one.endswith("*") else name == one for one in self.names
        )


_FILES = "the names of changed files"
OUTPUTS: dict[str, tuple[Output, ...]] = {
    "8bitjonny/gh-get-current-pr": (
        Output(("pr_title", "pr_head_ref"), "the title or the branch of the pull request"),
        Output(("pr_body",), "the text of the pull request", lines=True),
    ),
    "actions-ecosystem/action-get-merged-pull-request": (
        Output(("title",), "the title of the pull request"),
        Output(("body",), "the text of the pull request", lines=True),
    ),
    "ana06/get-changed-files": (
        Output(("all", "added*", "modified", "removed", "renamed", "deleted"), _FILES),
    ),
    "jitterbit/get-changed-files": (
        Output(("all", "added*", "modified", "removed", "renamed", "deleted"), _FILES),
    ),
    "khan/pull-request-comment-trigger": (
        Output(("comment_body",), "the text of the comment", lines=True),
    ),
    "lots0logs/gh-action-get-changed-files": (
        Output(("all", "added", "modified", "removed", "renamed", "deleted"), _FILES),
    ),
    "peter-evans/find-comment": (Output(("comment-body",), "the text of a comment", lines=True),),
    "potiuk/get-workflow-origin": (
        Output(("sourceheadbranch",), "the name of the pull request's branch"),
    ),
    "trilom/file-changes-action": (Output(("files*",), _FILES),),
    "xt0rted/pull-request-comment-branch": (
        Output(("head_ref",), "the name of the pull request's branch"),
    ),
}
CHANGED_FILES = "tj-actions/changed-files"
"""Escapes the names that it puts out, unless told not to, since its version 41."""

DOWNLOADS = frozenset(
    {
        "actions/download-artifact",
        "dawidd6/action-download-artifact",
        "aochmann/actions-download-artifact",
        "bettermarks/action-artifact-download",
        "blablacar/action-download-last-artifact",
        "levonet/action-download-last-artifact",
    }
)
UPLOADS = frozenset(
    {
        "actions/upload-artifact",
        "actions/upload-pages-artifact",
    }
)

RUNS_WORKSPACE = frozenset(
    {
        "pre-commit/action",
        "cypress-io/github-action",
        "goreleaser/goreleaser-action",
        "gradle/gradle-build-action",
        "pypa/cibuildwheel",
        "pyo3/maturin-action",
        "actions-rs/cargo",
        "bahmutov/npm-install",
        "borales/actions-yarn",
        "actions/jekyll-build-pages",
        "withastro/action",
        "wagoid/commitlint-github-action",
        "preactjs/compressed-size-action",
        "treosh/lighthouse-ci-action",
        "ruby/setup-ruby",
    }
)
"""Actions that run programs, scripts or configuration that they find in the workspace."""
BUILDS_IMAGES = frozenset(
    {
        "docker/build-push-action",
        "docker/bake-action",
        "depot/build-push-action",
    }
)
"""Actions that build an image from the workspace: its code runs, apart from the job."""

READS_ONLY = frozenset(
    {
        "actions/labeler",
        "actions/stale",
        "actions/first-interaction",
        "actions/checkout",
        "actions/upload-artifact",
        "actions/download-artifact",
        "actions/github-script",
        "actions/cache",
        "actions/add-to-project",
        "actions/dependency-review-action",
        "actions/setup-node",
        "actions/setup-python",
        "actions/setup-go",
        "actions/setup-java",
        "actions/setup-dotnet",
        "dorny/paths-filter",
        "tj-actions/changed-files",
        "thollander/actions-comment-pull-request",
        "marocchino/sticky-pull-request-comment",
        "peter-evans/create-or-update-comment",
        "peter-evans/find-comment",
        "actions/create-github-app-token",
        "codecov/codecov-action",
        "crate-ci/typos",
        "amannn/action-semantic-pull-request",
    }
)
"""Actions that run nothing of the workspace."""

CACHES = frozenset(
    {
        "actions/cache",
        "actions/cache/restore",
        "swatinem/rust-cache",
        "mozilla-actions/sccache-action",
        "hendrikmuhs/ccache-action",
    }
)
"""Actions that put back files of a cache."""
CACHE_INPUTS: dict[str, str] = {
    "actions/setup-dotnet": "cache",
    "actions/setup-go": "cache",
    "actions/setup-java": "cache",
    "actions/setup-node": "cache",
    "actions/setup-python": "cache",
    "astral-sh/setup-uv": "enable-cache",
    "denoland/setup-deno": "cache",
    "pnpm/action-setup": "cache",
    "ruby/setup-ruby": "bundler-cache",
}
"""The input that switches a cache on."""
PUBLISHES = frozenset(
    {
        "pypa/gh-action-pypi-publish",
        "rubygems/release-gem",
        "js-devtools/npm-publish",
        "goreleaser/goreleaser-action",
        "softprops/action-gh-release",
        "ncipollo/release-action",
        "crazy-max/ghaction-github-pages",
        "katyo/publish-crates",
        "actions/create-release",
        "svenstaro/upload-release-action",
        "actions/upload-release-asset",
        "rust-lang/crates-io-auth-action",
        "changesets/action",
        "google-github-actions/release-please-action",
    }
)
"""Actions that publish what the job built."""
