"""Print what `make mutate` found: a line for each file, and the surviving mutants that docs/mutants.md does not explain.

    python scripts/mutants.py

A mutant is explained if its changed line is in docs/mutants.md. The exit code is 1 if a mutant is not explained.
"""

import json
import os
import sys
from pathlib import Path

from mutmut.mutation.diff_apply import get_diff_for_mutant

ROOT = Path(__file__).resolve().parent.parent
KILLED = (1, 3, 36, -24, 24, 152, 255)  # a test failed, or it took too long


def changed_line(mutant: str) -> str:
    """Return the first changed line of the mutant."""
    new = [line for line in get_diff_for_mutant(mutant).splitlines() if line.startswith("+") and not line.startswith("+++")]
    return new[0][1:].strip()


def main() -> int:
    """Print the table and the unexplained mutants. Return 1 if there are any."""
    os.chdir(ROOT)  # mutmut searches in the current directory
    explained = {line.strip() for line in (ROOT / "docs/mutants.md").read_text().splitlines()}
    left: list[str] = []
    sys.stdout.write("| file | mutants | killed | explained | left |\n|---|---|---|---|---|\n")
    for path in sorted((ROOT / "mutants").rglob("*.py.meta")):
        codes = json.loads(path.read_text())["exit_code_by_key"]
        alive = {mutant: changed_line(mutant) for mutant, code in codes.items() if code not in KILLED}
        unexplained = [f"{mutant}: {line}" for mutant, line in alive.items() if line not in explained]
        left += unexplained
        if codes:
            name = path.relative_to(ROOT / "mutants").as_posix().removesuffix(".meta")
            counts = (len(codes), len(codes) - len(alive), len(alive) - len(unexplained), len(unexplained))
            sys.stdout.write(f"| {name} | {' | '.join(map(str, counts))} |\n")
    sys.stdout.write("".join(f"{line}\n" for line in left))
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
