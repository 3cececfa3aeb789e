"""docs/benchmarks.md: what `make bench` writes, then the figures behind decisions, written by hand, then the pairs."""

from collections.abc import Sequence

from tests.served import ROOT

PATH = ROOT / "docs" / "benchmarks.md"
FIGURES = "## Figures behind decisions\n"  # the heading of the section before the last
PAIRS = "## Beside an earlier revision\n"  # the heading of the last section


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Format a table. All columns but the first are numbers."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def with_pairs(document: str, section: str) -> str:
    """Return the document with this section (heading included) in place of an existing one."""
    return f"{document.partition(PAIRS)[0].rstrip()}\n\n{section.strip()}\n"


def with_pairs_of(document: str, old: str) -> str:
    """Return the document with the last sections of the older document: the figures behind decisions, and the pairs."""
    _, heading, sections = old.partition(FIGURES if FIGURES in old else PAIRS)
    return with_pairs(document, heading + sections) if heading else document
