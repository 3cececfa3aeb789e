"""Where the recorded answers are kept: a file for each operation, a block for each request."""

import os
import re
from pathlib import Path

FOLDER = Path(__file__).with_name("answers")
# Set by tests.recorded.record: what is walked is written, not compared.
RECORDING = "RECORD_THE_WALK"
_LONG = 300  # characters of an answer that stands once in a file
_HEAD = "--- "


def is_recording() -> bool:
    """Whether the walk is recorded anew."""
    return RECORDING in os.environ


def read(name: str) -> dict[str, str]:
    """The blocks of a file, by the name of their request; none where there is no such file."""
    path = FOLDER / f"{name}.txt"
    text = path.read_text() if path.exists() else ""
    blocks = re.split(rf"^{_HEAD}(.*)\n", text, flags=re.MULTILINE)[1:]
    return dict(zip(blocks[::2], blocks[1::2], strict=True))


def write(name: str, blocks: dict[str, str]) -> None:
    """Put the file in the place of the one that was there."""
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / f"{name}.txt").write_text("".join(f"{_HEAD}{title}\n{block}" for title, block in blocks.items()))


def remove_others(names: set[str]) -> None:
    """Remove the files of operations that there are no more."""
    for path in FOLDER.glob("*.txt"):
        if path.stem not in names:
            path.unlink()


def told_once(blocks: dict[str, str]) -> dict[str, str]:
    """The blocks, with a long answer that an earlier one has already in place of which the earlier one is named."""
    seen: dict[str, str] = {}
    shortened = {}
    for title, block in blocks.items():
        asked, answer = block.split("\n", 1)
        first = seen.setdefault(answer, title)
        is_again = first != title and len(answer) > _LONG
        shortened[title] = f"{asked}\n(answered as: {first})\n" if is_again else block
    return shortened
