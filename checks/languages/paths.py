"""What a path, and the first bytes of a text, say about a file: its language, and who wrote it.

Nothing here parses: the answers are cheap enough for every file of a change, and every scan is
linear in the path or in a bounded piece of the text.
"""

from __future__ import annotations

_EXTENSIONS = {
    "bash": "shell",
    "bats": "shell",
    "c": "c",
    "cc": "cpp",
    "cjs": "javascript",
    "cpp": "cpp",
    "cs": "csharp",
    "css": "css",
    "cts": "typescript",
    "cxx": "cpp",
    "go": "go",
    "h": "c",
    "hcl": "hcl",
    "hpp": "cpp",
    "htm": "html",
    "html": "html",
    "ini": "ini",
    "ipynb": "notebook",
    "java": "java",
    "js": "javascript",
    "json": "json",
    "jsx": "javascript",
    "kt": "kotlin",
    "md": "markdown",
    "mjs": "javascript",
    "mts": "typescript",
    "php": "php",
    "py": "python",
    "pyi": "python",
    "pyw": "python",
    "rb": "ruby",
    "rs": "rust",
    "rst": "restructuredtext",
    "scala": "scala",
    "sh": "shell",
    "sql": "sql",
    "svelte": "svelte",
    "swift": "swift",
    "tf": "hcl",
    "toml": "toml",
    "ts": "typescript",
    "tsx": "tsx",
    "vue": "vue",
    "xml": "xml",
    "yaml": "yaml",
    "yml": "yaml",
    "zsh": "shell",
}
_NAMES = {
    "Containerfile": "dockerfile",
    "Dockerfile": "dockerfile",
    "GNUmakefile": "makefile",
    "Gemfile": "ruby",
    "Makefile": "makefile",
    "Pipfile": "toml",
    "Rakefile": "ruby",
    "SConscript": "python",
    "SConstruct": "python",
    "makefile": "makefile",
    "wscript": "python",
}
_INTERPRETERS = {
    "bash": "shell",
    "bun": "typescript",
    "dash": "shell",
    "deno": "typescript",
    "ksh": "shell",
    "node": "javascript",
    "nodejs": "javascript",
    "php": "php",
    "pypy": "python",
    "python": "python",
    "ruby": "ruby",
    "sh": "shell",
    "zsh": "shell",
}
_LONGEST_FIRST_LINE = 256

_LOCK_FILES = frozenset(
    {
        ".pnp.cjs",
        ".pnp.js",
        ".terraform.lock.hcl",
        "Cargo.lock",
        "Gemfile.lock",
        "Gopkg.lock",
        "Package.resolved",
        "Pipfile.lock",
        "Podfile.lock",
        "bun.lock",
        "bun.lockb",
        "composer.lock",
        "deno.lock",
        "flake.lock",
        "go.sum",
        "go.work.sum",
        "gradle.lockfile",
        "mix.lock",
        "npm-shrinkwrap.json",
        "package-lock.json",
        "packages.lock.json",
        "pdm.lock",
        "pixi.lock",
        "pnpm-lock.yaml",
        "poetry.lock",
        "pubspec.lock",
        "pylock.toml",
        "uv.lock",
        "yarn.lock",
    }
)
_VENDORED_FOLDERS = frozenset(
    {
        "Godeps",
        "Pods",
        "_vendor",
        "_vendored",
        "bower_components",
        "jspm_packages",
        "node_modules",
        "site-packages",
        "third-party",
        "third_party",
        "thirdparty",
        "vendored",
    }
)
_ASSET_FOLDERS = frozenset({"assets", "css", "js", "lib", "libs", "public", "static"})
_MINIFIED = (".min.js", ".min.mjs", ".min.cjs", ".min.css", "-min.js", "-min.css", ".js.map")
_BUNDLED = (".bundle.js", ".chunk.js", ".bundle.css", ".chunk.css", ".css.map")
_GENERATED_ENDINGS = (
    "_pb2.py",
    "_pb2.pyi",
    "_pb2_grpc.py",
    "_pb2_grpc.pyi",
    "_pb.d.ts",
    "_pb.js",
    "_pb.ts",
    ".pb.cc",
    ".pb.go",
    ".pb.gw.go",
    ".pb.h",
    ".designer.cs",
    ".freezed.dart",
    ".g.cs",
    ".g.dart",
    "_generated.go",
    "_generated.py",
    "_generated.rs",
    ".js.snap",
    ".jsx.snap",
    ".ts.snap",
    ".tsx.snap",
    "parsetab.py",
    "lextab.py",
)
_GENERATED_PARTS = (".gen.", ".generated.")
_GENERATED_FOLDERS = frozenset({"__generated__", "__snapshots__", "__pycache__"})

_MARKED_BYTES = 4096
_MARKED_LINES = 40
_WARNINGS = (b"do not edit", b"do not modify", b"don't edit")


def language_of(path: str, head: bytes = b"") -> str:
    """The language of a file: by its name, else by its ``#!`` line, else ``"text"``.

    Args:
        path: a path of the repository.
        head: the text, or its first line; only the first 256 bytes are looked at.
    """
    name = path.rpartition("/")[2]
    if name in _NAMES:
        return _NAMES[name]
    if name.startswith(("Dockerfile.", "Containerfile.")):
        return "dockerfile"
    stem, dot, extension = name.rpartition(".")
    extension = extension.lower()
    if dot and extension == "dockerfile":
        return "dockerfile"
    if dot and stem and extension in _EXTENSIONS:
        return _EXTENSIONS[extension]
    return _interpreter(head) or "text"


def _interpreter(head: bytes) -> str | None:
    """The language of a ``#!`` line: ``#!/usr/bin/env -S python3.12 -u`` is Python."""
    line = head[:_LONGEST_FIRST_LINE].partition(b"\n")[0]
    if not line.startswith(b"#!"):
        return None
    words = line[2:].decode("utf-8", "replace").split()
    names = [word.rpartition("/")[2] for word in words]
    if names[:1] == ["env"]:
        # env takes options and assignments before the program.
        names = [name for name in names[1:] if not name.startswith("-") and "=" not in name]
    if not names:
        return None
    return _INTERPRETERS.get(names[0].rstrip("0123456789."))


def generated_by_path(path: str) -> str | None:
    """Why the path says that nobody wrote the file by hand here; None when it does not.

    The reason is a few plain words: "vendored", "a lock file", "minified", "bundled", "generated".
    Migrations are code that people write and run, so they are not among them, and a folder
    ``vendor`` deep in an application may well hold the application's vendors: it counts at the top,
    and among a web site's assets.
    """
    *folders, name = path.split("/")
    lowered = name.lower()
    if not _VENDORED_FOLDERS.isdisjoint(folders) or _vendor(folders):
        return "vendored"
    if name in _LOCK_FILES:
        return "a lock file"
    if lowered.endswith(_MINIFIED):
        return "minified"
    if lowered.endswith(_BUNDLED) or ("dist" in folders and lowered.endswith((".js", ".css"))):
        return "bundled"
    if (
        lowered.endswith(_GENERATED_ENDINGS)
        or lowered.startswith("zz_generated.")
        or any(part in lowered for part in _GENERATED_PARTS)
        or not _GENERATED_FOLDERS.isdisjoint(folders)
    ):
        return "generated"
    return None


def _vendor(folders: list[str]) -> bool:
    return any(
        folder == "vendor" and (index == 0 or folders[index - 1] in _ASSET_FOLDERS)
        for index, folder in enumerate(folders)
    )


def generated_by_text(head: bytes) -> bool:
    """Whether the first lines of a text carry a mark of a generator.

    The mark is ``@generated``, or "Code generated … DO NOT EDIT" as
    https://pkg.go.dev/cmd/go#hdr-Generate_Go_files_by_processing_source has it. Whoever writes the
    file writes the mark: ask it of the base's text, where the author of a change has no say, or
    say in the report what was left out because of it.
    """
    opening = b"\n".join(head[:_MARKED_BYTES].split(b"\n", _MARKED_LINES)[:_MARKED_LINES]).lower()
    return b"@generated" in opening or (
        b"generated" in opening and any(warning in opening for warning in _WARNINGS)
    )
