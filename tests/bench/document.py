"""docs/benchmarks.md: what `make bench` writes, and at its end the section that tests.bench.pairs writes."""

from collections.abc import Sequence

from tests.served import ROOT

PATH = ROOT / "docs" / "benchmarks.md"
PAIRS = "## Beside an earlier revision\n"  # the heading of the last section


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Format a table. All columns but the first are numbers."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def with_pairs(document: str, section: str) -> str:
    """Return the document with this section (heading included) in place of an existing one."""
    return f"{document.partition(PAIRS)[0].rstrip()}\n\n{section.strip()}\n"


def with_pairs_of(document: str, old: str) -> str:
    """Return the document with the section of the older document, if that has one."""
    _, heading, section = old.partition(PAIRS)
    return with_pairs(document, heading + section) if heading else document
