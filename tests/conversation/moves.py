"""What may happen to a pull request between two reviews, each drawn from a few numbers.

A move changes the files, the history or the conversation, and pushes or not. It never fails: where
there is nothing to move, nothing happens.
"""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable

from bot.review.model import Says
from tests.conversation.world import BASE, World
from tests.github.state import ReviewComment

WORDS = ("alpha", "beta", "gamma", "delta")
PATHS = ("app.py", "lib/util.py", "new.py", "test_it.py", "lib/more.py")
Move = Callable[[World, random.Random], Awaitable[None]]


def _bad(world: World) -> list[tuple[str, int]]:
    return [
        (path, number)
        for path, lines in sorted(world.files.items())
        for number, line in enumerate(lines)
        if line.startswith("BAD")
    ]


async def add(world: World, luck: random.Random) -> None:
    """Some defects more, perhaps equal to others."""
    files = world.files
    for _ in range(luck.randint(1, 3)):
        path = luck.choice(PATHS)
        lines = files.setdefault(path, ["def made"])
        lines.insert(luck.randint(0, len(lines)), f"BAD {luck.choice(WORDS)}")
    await world.push(files)


async def many(world: World, luck: random.Random) -> None:
    """More defects than may have a comment."""
    files = world.files
    lines = files.setdefault(luck.choice(PATHS), [])
    lines += [f"BAD {luck.choice(WORDS)}{n}" for n in range(6)]
    await world.push(files)


async def mend(world: World, luck: random.Random) -> None:
    """A defect goes."""
    files = world.files
    if places := _bad(world):
        path, number = luck.choice(places)
        if luck.random() < 0.5:
            files[path][number] = "good"
        else:
            del files[path][number]
        await world.push(files)


async def shift(world: World, luck: random.Random) -> None:
    """Lines move down, or are moved about."""
    files = world.files
    lines = files[luck.choice(sorted(files))]
    lines[0:0] = [f"above {luck.randint(0, 99)}"] * luck.randint(1, 5)
    if luck.random() < 0.3 and len(lines) > 4:
        at = luck.randint(1, len(lines) - 1)
        lines[:] = lines[at:] + lines[:at]
    await world.push(files)


async def touch(world: World, luck: random.Random) -> None:
    """Harmless lines change, so that comments near them are outdated."""
    files = world.files
    lines = files[luck.choice(sorted(files))]
    for _ in range(3):
        at = luck.randrange(len(lines)) if lines else 0
        if lines and not lines[at].startswith("BAD"):
            lines[at] = f"touched {luck.randint(0, 99)}"
    await world.push(files)


async def rename_function(world: World, luck: random.Random) -> None:
    """What is above a defect gets another name."""
    files = world.files
    lines = files[luck.choice(sorted(files))]
    lines.insert(0, f"def called{luck.randint(0, 9)}")
    await world.push(files)


async def rename_file(world: World, luck: random.Random) -> None:
    """A file gets another name."""
    files = world.files
    path = luck.choice(sorted(files))
    if path.startswith("."):
        return
    files[f"moved/{luck.randint(0, 9)}.py"] = files.pop(path)
    await world.push(files)


async def split_file(world: World, luck: random.Random) -> None:
    """A part of a file goes to another one."""
    files = world.files
    path = luck.choice(sorted(files))
    if path.startswith("."):
        return
    lines = files[path]
    at = luck.randint(0, len(lines))
    files[f"part/{luck.randint(0, 9)}.py"] = lines[at:]
    files[path] = lines[:at]
    await world.push(files)


async def delete_file(world: World, luck: random.Random) -> None:
    """A file goes."""
    files = world.files
    path = luck.choice(sorted(files))
    if not path.startswith(".") and len(files) > 2:
        del files[path]
        await world.push(files)


async def rebase(world: World, luck: random.Random) -> None:
    """The base moves on, and the head is put on top of it in one commit."""
    await world.advance_base({f"else{luck.randint(0, 3)}.txt": ["elsewhere"]})
    files = dict(world.files)
    base = world.found.branches["main"]
    for path, text in world.texts(base).items():
        if path.startswith("else"):
            files[path] = text.split("\n")[:-1]
    await world.push(files, parent=base)


async def squash(world: World, luck: random.Random) -> None:
    """A force push of the same files as one commit."""
    await world.push(world.files, parent=world.pull.merge_base)


async def go_back(world: World, luck: random.Random) -> None:
    """The files are as they were at an earlier push: what was mended is back."""
    if len(world.history) > 1:
        await world.push(luck.choice(world.history[-4:-1]))


async def undo_all(world: World, luck: random.Random) -> None:
    """The change is taken back, save a line."""
    await world.push({**BASE, "new.py": [f"only {luck.randint(0, 9)}"]})


def _ours(world: World, luck: random.Random) -> ReviewComment | None:
    roots = world.roots()
    return luck.choice(roots) if roots else None


async def resolve(world: World, luck: random.Random) -> None:
    """A person resolves a thread: with write access, or the author without."""
    if (one := _ours(world, luck)) is not None:
        await world.pull.resolve(one.thread, luck.choice(("alice", "alice", "bob")))


async def unresolve(world: World, luck: random.Random) -> None:
    """A person opens a thread again."""
    if (one := _ours(world, luck)) is not None:
        await world.pull.unresolve(one.thread, "alice")


async def delete(world: World, luck: random.Random) -> None:
    """A person deletes a comment of ours."""
    if (one := _ours(world, luck)) is not None:
        await world.pull.delete_comment(one, "alice")


async def reply(world: World, luck: random.Random) -> None:
    """A person answers."""
    if (one := _ours(world, luck)) is not None:
        await world.pull.reply(one, "alice", luck.choice(("No.", "> /assay pause", "Thanks!")))


async def edit(world: World, luck: random.Random) -> None:
    """A person edits a comment of ours, and leaves its end as it is."""
    if (one := _ours(world, luck)) is not None:
        await world.pull.edit_comment(one, "carol", f"Edited.\n\n{one.body}")


async def ignore(world: World, luck: random.Random) -> None:
    """A person asks to ignore a finding; some may not."""
    if (one := _ours(world, luck)) is not None:
        who = luck.choice(("alice", "carol", "bob"))
        await world.pull.reply(one, who, f"/assay ignore {luck.choice(('a test', 'known'))}")


async def unignore(world: World, luck: random.Random) -> None:
    """A person takes that back."""
    ignored = [n for n, one in world.standing().comments.items() if one.says is Says.IGNORED]
    if ignored:
        root = world.thread_of(luck.choice(ignored)).comments[0]
        await world.pull.reply(root, "alice", "/assay unignore")


async def pause(world: World, luck: random.Random) -> None:
    """Reviews are paused."""
    await world.pull.comment(luck.choice(("alice", "bob")), "/assay pause")


async def resume(world: World, luck: random.Random) -> None:
    """And go on."""
    await world.pull.comment("alice", "/assay resume")


async def recheck(world: World, luck: random.Random) -> None:
    """The author asks for another review."""
    await world.pull.comment("bob", "/assay recheck")


async def tests(world: World, luck: random.Random) -> None:
    """Findings in test code count, or do not."""
    word = luck.choice(("ignore", "unignore"))
    await world.pull.comment("carol", f"/assay {word} tests")


async def press(world: World, luck: random.Random) -> None:
    """A person presses a button."""
    runs = world.found.check_runs(world.pull.head_sha)
    if runs and runs[-1].actions:
        identifier = luck.choice([one["identifier"] for one in runs[-1].actions])
        await world.found.request_action(runs[-1].id, identifier, luck.choice(("alice", "bob")))


MOVES: tuple[Move, ...] = (
    add, add, add, many, mend, mend, shift, touch, rename_function, rename_file, split_file,
    delete_file, rebase, squash, undo_all, go_back, go_back, resolve, resolve, unresolve, delete,
    delete, reply, edit, ignore, ignore, unignore, pause, resume, resume, recheck, tests, press,
)  # fmt: skip
