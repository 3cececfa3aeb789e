"""The store of recorded answers: a file for each operation, a block for each request."""

import os
import re
from collections.abc import Iterable
from pathlib import Path

from tests.recorded.record import RECORDING
from tests.recorded.walking import Told

FOLDER = Path(__file__).with_name("answers")
_LONG = 300  # length from which a repeated answer is stored only once in a file
_HEAD = "--- "


def is_recording() -> bool:
    """Whether the walk is being recorded."""
    return RECORDING in os.environ


def read(name: str) -> dict[str, str]:
    """The blocks of a file by the name of their request. A missing file has none."""
    path = FOLDER / f"{name}.txt"
    text = path.read_text() if path.exists() else ""
    blocks = re.split(rf"^{_HEAD}(.*)\n", text, flags=re.MULTILINE)[1:]
    return dict(zip(blocks[::2], blocks[1::2], strict=True))


def write(name: str, blocks: dict[str, str]) -> None:
    """Write the file, replacing the old one."""
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / f"{name}.txt").write_text("".join(f"{_HEAD}{title}\n{block}" for title, block in blocks.items()))


def remove_others(names: set[str]) -> None:
    """Remove the files of operations that no longer exist."""
    for path in FOLDER.glob("*.txt"):
        if path.stem not in names:
            path.unlink()


def as_blocks(told: Iterable[Told]) -> dict[str, str]:
    """The text blocks by the name of their request. A repeated long answer is replaced by a reference to the first."""
    seen: dict[str, str] = {}
    blocks: dict[str, str] = {}
    for one in told:
        body = "\n".join(one.body)
        first = seen.setdefault(body, one.name)
        answer = [f"(the body of: {first})"] if first != one.name and len(body) > _LONG else one.body
        blocks[one.name] = "".join(f"{line}\n" for line in (one.asked, *one.head, *answer, *one.rows))
    return blocks
