"""Files of reports, opened again: what stands in them."""

import csv
import io
import re
from typing import Any

import openpyxl
from reportlab import rl_config

CELL = re.compile(rb"\(((?:[^()\\]|\\.)*)\) Tj")


def of_csv(body: bytes) -> list[list[str]]:
    """The rows of a CSV, with its headings."""
    assert body.startswith("\ufeff".encode())
    return list(csv.reader(io.StringIO(body.decode("utf-8-sig"), newline="")))


def of_xlsx(body: bytes) -> dict[str, list[list[Any]]]:
    """The rows of each sheet of a workbook, with its headings."""
    book = openpyxl.load_workbook(io.BytesIO(body))
    return {sheet.title: [list(row) for row in sheet.values] for sheet in book}


def readable_pdfs(monkeypatch: Any) -> None:
    """From now on PDFs are made without compression, so that `of_pdf` can read them."""
    monkeypatch.setattr(rl_config, "pageCompression", 0)


def of_pdf(body: bytes) -> list[str]:
    """The texts of a PDF that was made without compression, as they were drawn. Letters with accents have numbers."""
    assert body.startswith(b"%PDF-")
    return [text.decode("latin-1").replace("\\(", "(").replace("\\)", ")") for text in CELL.findall(body)]
