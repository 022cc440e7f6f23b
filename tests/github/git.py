"""Real git repositories behind the stand-in: reading and writing objects by plumbing.

Every call runs with a clean environment: no configuration of the user or the system, no hooks, no
replacement objects, no pager and no prompt. An existing repository is read through its object
directory only; nothing is ever written into it.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

KEPT_BYTES = 1024 * 1024
KEPT_OBJECTS = 20_000
OID = re.compile(r"[0-9a-f]{40}\Z")
_SAFE_REVISION = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_./@^~+-]*\Z")

_ENVIRONMENT = {
    "PATH": os.environ.get("PATH", os.defpath),
    "HOME": os.devnull,
    "LC_ALL": "C.UTF-8",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_PAGER": "cat",
}
_SAFE = ("-c", f"core.hooksPath={os.devnull}", "-c", "safe.directory=*", "-c", "gc.auto=0")


class GitError(RuntimeError):
    """git refused; the message is git's own."""


@dataclass(frozen=True, slots=True)
class Symlink:
    """A symbolic link to ``target``."""

    target: str


@dataclass(frozen=True, slots=True)
class Submodule:
    """A submodule at the commit ``sha``."""

    sha: str


@dataclass(frozen=True, slots=True)
class Executable:
    """A file with the executable bit."""

    content: str | bytes


Content = str | bytes | None | Symlink | Submodule | Executable


@dataclass(frozen=True, slots=True)
class Person:
    """Who wrote a commit."""

    name: str
    email: str


@dataclass(frozen=True, slots=True)
class GitObject:
    """An object as git stores it."""

    oid: str
    kind: str
    data: bytes


@dataclass(frozen=True, slots=True)
class TreeEntry:
    """One line of a tree: ``mode`` is the number, as in ``0o100644``."""

    name: str
    mode: int
    oid: str

    @property
    def kind(self) -> str:
        """``blob``, ``tree`` or ``commit`` (a submodule)."""
        if self.mode == 0o40000:
            return "tree"
        return "commit" if self.mode == 0o160000 else "blob"


@dataclass(frozen=True, slots=True)
class Signature:
    """A person at a time."""

    name: str
    email: str
    when: datetime


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit, decoded."""

    oid: str
    tree: str
    parents: tuple[str, ...]
    author: Signature
    committer: Signature
    message: str


def run_git(*arguments: str, directory: Path | None = None, stdin: bytes = b"") -> bytes:
    """Run git cleanly and return its output; a failure raises `GitError`."""
    where = ("--git-dir", str(directory)) if directory else ()
    done = subprocess.run(
        ("git", *where, *_SAFE, *arguments), input=stdin, capture_output=True, env=_ENVIRONMENT
    )
    if done.returncode:
        raise GitError(done.stderr.decode(errors="replace").strip() or f"git {arguments[0]} failed")
    return done.stdout


class ObjectStore:
    """A bare repository: the objects of a repository and of all its forks, as on GitHub."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._batch: subprocess.Popen[bytes] | None = None
        self._objects: dict[str, GitObject] = {}
        self.commits_between = lru_cache(maxsize=5_000)(self._commits_between)
        self.merge_base = lru_cache(maxsize=5_000)(self._merge_base)
        self.mergeable = lru_cache(maxsize=5_000)(self._mergeable)

    @classmethod
    def create(cls, directory: Path, *, objects_of: Path | None = None) -> ObjectStore:
        """A new store; ``objects_of`` names a repository whose objects it sees, read-only."""
        run_git("init", "--quiet", "--bare", "--template=", "--end-of-options", str(directory))
        if objects_of is not None:
            common = run_git(
                "-C", str(objects_of), "rev-parse", "--path-format=absolute", "--git-common-dir"
            )
            source = Path(os.fsdecode(common.rstrip(b"\n")))
            info = directory / "objects" / "info"
            info.mkdir(parents=True, exist_ok=True)
            (info / "alternates").write_bytes(os.fsencode(source / "objects") + b"\n")
            shallow = source / "shallow"
            if shallow.exists():
                (directory / "shallow").write_bytes(shallow.read_bytes())
        return cls(directory)

    def close(self) -> None:
        """End the reading process."""
        batch, self._batch = self._batch, None
        if batch is not None:
            assert batch.stdin is not None
            assert batch.stdout is not None
            batch.stdin.close()
            batch.stdout.close()
            batch.wait()

    def git(self, *arguments: str, stdin: bytes = b"") -> bytes:
        """Run git in this store."""
        return run_git(*arguments, directory=self.directory, stdin=stdin)

    def refs_of(self, source: Path) -> dict[str, str]:
        """The branches and tags of an existing repository, full name to object."""
        text = run_git(
            "-C",
            str(source),
            "for-each-ref",
            "--format=%(objectname) %(refname)",
            "refs/heads",
            "refs/tags",
        ).decode()
        return {name: oid for oid, _, name in (line.partition(" ") for line in text.splitlines())}

    # ── reading ──────────────────────────────────────────────────────────────────────────────

    def read(self, oid: str) -> GitObject | None:
        """The object of that full id, or None. Objects never change, so they are kept."""
        if oid in self._objects:
            return self._objects[oid]
        found = self._read(oid) if OID.match(oid) else None
        if found is not None and len(found.data) <= KEPT_BYTES:
            if len(self._objects) >= KEPT_OBJECTS:
                self._objects.clear()
            self._objects[oid] = found
        return found

    def _read(self, oid: str) -> GitObject | None:
        batch = self._reader()
        assert batch.stdin is not None
        assert batch.stdout is not None
        batch.stdin.write(oid.encode() + b"\n")
        batch.stdin.flush()
        header = batch.stdout.readline().split()
        if len(header) != 3:
            return None
        data = batch.stdout.read(int(header[2]))
        batch.stdout.read(1)
        return GitObject(oid, header[1].decode(), data)

    def _reader(self) -> subprocess.Popen[bytes]:
        if self._batch is None or self._batch.poll() is not None:
            self._batch = subprocess.Popen(
                ("git", "--git-dir", str(self.directory), *_SAFE, "cat-file", "--batch"),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env=_ENVIRONMENT,
            )
        return self._batch

    def commit(self, oid: str) -> Commit:
        """The commit of that full id."""
        found = self.read(oid)
        if found is None or found.kind != "commit":
            raise GitError(f"{oid} is not a commit")
        return parse_commit(found)

    def is_commit(self, oid: str) -> bool:
        """Whether a full id names a commit."""
        found = self.read(oid)
        return found is not None and found.kind == "commit"

    def tree(self, oid: str) -> tuple[TreeEntry, ...]:
        """The entries of a tree, or of a commit's tree."""
        found = self.read(oid)
        if found is not None and found.kind == "commit":
            found = self.read(parse_commit(found).tree)
        if found is None or found.kind != "tree":
            raise GitError(f"{oid} is not a tree")
        return parse_tree(found.data)

    def entry(self, commit: str, path: str) -> TreeEntry | None:
        """What stands at ``path`` in a commit; the root is a tree without a name."""
        at = TreeEntry("", 0o40000, self.commit(commit).tree)
        for part in (piece for piece in path.split("/") if piece):
            if at.kind != "tree":
                return None
            step = next((one for one in self.tree(at.oid) if one.name == part), None)
            if step is None:
                return None
            at = step
        return at

    def revision(self, text: str) -> str | None:
        """The commit that a revision expression names, or None."""
        if OID.match(text):
            return text if self.is_commit(text) else None
        if not _SAFE_REVISION.match(text):
            return None
        try:
            found = self.git(
                "rev-parse", "--verify", "--quiet", "--end-of-options", f"{text}^{{commit}}"
            )
        except GitError:
            return None
        return found.decode().strip()

    def _merge_base(self, one: str, other: str) -> str | None:
        try:
            return self.git("merge-base", one, other).decode().split("\n", 1)[0] or None
        except GitError:
            return None

    def _commits_between(self, base: str, head: str) -> tuple[str, ...]:
        """The commits reachable from ``head`` and not from ``base``, oldest first."""
        return tuple(self.git("rev-list", "--reverse", head, f"^{base}").decode().split())

    def _mergeable(self, base: str, head: str) -> bool:
        try:
            self.git("merge-tree", "--write-tree", "--allow-unrelated-histories", base, head)
        except GitError:
            return False
        return True

    # ── writing ──────────────────────────────────────────────────────────────────────────────

    def set_refs(self, refs: Mapping[str, str]) -> None:
        """Point full ref names at objects."""
        lines = [f"update {ref}\0{oid}\0\0" for ref, oid in refs.items()]
        self.git("update-ref", "--stdin", "-z", stdin="".join(lines).encode())

    def delete_ref(self, ref: str) -> None:
        """Take a ref away."""
        self.git("update-ref", "-d", "--end-of-options", ref)

    def write_commit(
        self,
        ref: str,
        files: Mapping[str, Content],
        *,
        message: str,
        author: Person,
        when: datetime,
        parent: str | None,
    ) -> str:
        """Make a commit on top of ``parent`` and point ``ref`` at it, in one fast-import."""
        stamp = f"{int(when.timestamp())} +0000"
        who = f"{author.name} <{author.email}> {stamp}".encode()
        out = [b"commit " + ref.encode(), b"mark :1", b"author " + who, b"committer " + who]
        out.append(_data(message.encode()))
        if parent is not None:
            out.append(b"from " + parent.encode())
        out.extend(_file_command(path, content) for path, content in files.items())
        out += [b"", b"get-mark :1", b"done", b""]
        said = self.git("fast-import", "--quiet", "--force", "--done", stdin=b"\n".join(out))
        return said.decode().strip()


def _data(content: bytes) -> bytes:
    return b"data %d\n%s" % (len(content), content)


def _quoted(path: str) -> bytes:
    raw = path.encode("utf-8", "surrogateescape")
    safe = raw.replace(b"\\", b"\\\\").replace(b'"', b'\\"').replace(b"\n", b"\\n")
    return b'"' + safe + b'"'


def _file_command(path: str, content: Content) -> bytes:
    name = _quoted(path)
    if content is None:
        return b"D " + name
    if isinstance(content, Submodule):
        return b"M 160000 " + content.sha.encode() + b" " + name
    mode = b"100644"
    if isinstance(content, Symlink):
        mode, content = b"120000", content.target
    elif isinstance(content, Executable):
        mode, content = b"100755", content.content
    raw = content.encode() if isinstance(content, str) else content
    return b"M " + mode + b" inline " + name + b"\n" + _data(raw)


def parse_tree(data: bytes) -> tuple[TreeEntry, ...]:
    """Decode a raw tree object (SHA-1 ids)."""
    entries = []
    at = 0
    while at < len(data):
        space = data.index(b" ", at)
        nul = data.index(b"\0", space)
        name = data[space + 1 : nul].decode("utf-8", "replace")
        entries.append(TreeEntry(name, int(data[at:space], 8), data[nul + 1 : nul + 21].hex()))
        at = nul + 21
    return tuple(entries)


def parse_commit(found: GitObject) -> Commit:
    """Decode a raw commit object."""
    head, _, message = found.data.partition(b"\n\n")
    fields: dict[str, list[str]] = {}
    for line in head.decode("utf-8", "replace").split("\n"):
        key, _, value = line.partition(" ")
        fields.setdefault(key, []).append(value)
    return Commit(
        oid=found.oid,
        tree=fields["tree"][0],
        parents=tuple(fields.get("parent", ())),
        author=_signature(fields["author"][0]),
        committer=_signature(fields["committer"][0]),
        message=message.decode("utf-8", "replace").rstrip("\n"),
    )


def _signature(text: str) -> Signature:
    who, _, rest = text.rpartition("> ")
    name, _, email = who.partition(" <")
    seconds = int(rest.split(" ", 1)[0] or 0)
    return Signature(name, email, datetime.fromtimestamp(seconds, UTC))
