"""Bring the French texts in step with the sources: `make texts`. With `--check`, only say whether they are.

It collects every text that is marked for translation in our Python files and templates, the messages of our refusals, and
those of the theme and of background tasks that Django does not translate itself. A text that is new has no translation
until somebody writes one into `locale/fr/LC_MESSAGES/django.po`; a text that is gone is removed. The spaces of French are
set. `django.mo`, which the server reads, is compiled from it and committed, so that no machine needs a compiler.
"""

import ast
import gettext
import inspect
import io
import os
import re
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import django
import django_tasks
import django_tasks_db
import unfold
from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
PO = ROOT / "locale" / "fr" / "LC_MESSAGES" / "django.po"
MO = PO.with_suffix(".mo")
PACKAGES = ("wholesale", "governance", "followups", "buyers", "offers", "kpi")
# The functions that mark a text -> the places of the context, the text and its plural among their arguments.
MARKS: dict[str, tuple[int | None, int, int | None]] = {
    **dict.fromkeys(
        ("_", "gettext", "gettext_lazy", "gettext_noop", "Page"), (None, 0, None)
    ),  # Page: wholesale/console/pages.py
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (None, 0, 1)),
    **dict.fromkeys(("log_change", "log_addition"), (None, 2, None)),  # the log is stored in English, and shown translated
    **dict.fromkeys(("pgettext", "pgettext_lazy"), (0, 1, None)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), (0, 1, 2)),
}
# Parts of the theme that no page of ours shows.
UNUSED = ("contrib/location", "contrib/guardian", "contrib/forms", "contrib/constance", "contrib/inlines")
# Texts of Django and simple_history that we say otherwise: their French puts "de" before a name, or is wrong.
OVER_THEIRS = ("Add %s", "Change %s", "View %s", "Change history: %s", "View history: %s")
HEADER = "# The French texts of the console. `make texts` adds new ones; docs/glossary.md has the terms."
NEVER = datetime(2026, 1, 1, tzinfo=UTC)  # a header with the time of writing would make each run differ

Key = tuple[str | tuple[str, ...], str | None]  # the message, singular and plural if it has both, and its context


def main(arguments: list[str]) -> int:
    """Write the files, or compare them with the sources. Return 1 if they differ."""
    catalog = _merged(_read(), {*_of_sources(), *_of_models(), *_of_theme(), *((text, None) for text in OVER_THEIRS)})
    written, compiled = _as_po(catalog), _as_mo(catalog)
    if "--check" not in arguments:
        PO.parent.mkdir(parents=True, exist_ok=True)
        PO.write_bytes(written)
        MO.write_bytes(compiled)
        missing = sum(1 for message in catalog if message.id and not _is_translated(message.string))
        sys.stdout.write(f"{len(catalog)} texts, {missing} without a translation\n")
        return 0
    if PO.read_bytes() == written and MO.read_bytes() == compiled:
        return 0
    sys.stderr.write("The French texts are not in step with the sources. Run `make texts`, and translate what is new.\n")
    return 1


def _of_sources() -> Iterator[Key]:
    """Yield the texts that our sources mark, and the messages of our refusals."""
    paths = (path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py")))
    trees = [ast.parse(path.read_text()) for path in paths if "migrations" not in path.parts]
    names = _refusal_names(trees)
    for tree in trees:
        yield from _marked(tree)
        yield from _refusals(tree, names)
    for path in sorted((ROOT / "templates").rglob("*.html")):
        yield from _of_template(path)


def _of_models() -> Iterator[Key]:
    """Yield the names and help texts of our models and their columns. Those that Django knows have its translation."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    sys.path.insert(0, str(ROOT))
    django.setup()
    from wholesale.plumbing.names import names  # noqa: PLC0415  # after the settings

    known = _french_of_django()
    yield from ((name, None) for name in names() if name not in known)


def _of_theme() -> Iterator[Key]:
    """Yield the texts of the theme and of background tasks that Django does not translate: these packages have no French."""
    known = _french_of_django()
    folders = (Path(package.__file__).parent for package in (unfold, django_tasks, django_tasks_db))
    for path in (path for folder in folders for path in sorted(folder.rglob("*"))):
        if any(part in path.as_posix() for part in UNUSED):
            continue
        texts: Iterable[Key] = ()
        if path.suffix == ".py":
            texts = _marked(ast.parse(path.read_text()))
        elif path.suffix == ".html":
            texts = _of_template(path)
        yield from (key for key in texts if key[0] not in known)


def _french_of_django() -> set[str | tuple[str, ...]]:
    known: set[str | tuple[str, ...]] = set()
    for path in Path(django.__file__).parent.glob("**/locale/fr/LC_MESSAGES/django.mo"):
        with path.open("rb") as file:
            texts = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]
        known |= {key if isinstance(key, str) else key[0] for key in texts}
    return known


def _marked(tree: ast.AST) -> Iterator[Key]:
    """Yield the texts that Python code marks."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            given = [arg.value if isinstance(arg, ast.Constant) else None for arg in node.args]
            context, one, many = MARKS.get(name, (None, 0, None))
            if name in MARKS and len(given) > (many or one) and isinstance(given[one], str) and given[one]:
                text = given[one] if many is None else (given[one], given[many])
                yield text, None if context is None else given[context]


def _of_template(path: Path) -> Iterator[Key]:
    code = templatize(path.read_text(), origin=str(path))
    on_one_line = " ".join(code.split("\n"))  # the blanked HTML is indented as no Python is
    for _line, message, _comments, context in extract("python", io.BytesIO(on_one_line.encode()), DEFAULT_KEYWORDS):
        if message:
            yield message, context


def _refusals(tree: ast.AST, names: set[str]) -> Iterator[Key]:
    """Yield the messages of refusals (wholesale/plumbing/errors.py): their docstrings, and those given where one is made."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and node.name in names:
            yield " ".join(inspect.cleandoc(ast.get_docstring(node) or "").split()), None
        elif isinstance(node, ast.Call) and getattr(node.func, "id", "") in names and node.args:
            given = node.args[0]
            if isinstance(given, ast.Constant) and given.value:
                yield given.value, None


def _refusal_names(trees: Iterable[ast.AST]) -> set[str]:
    """Return the names of all refusals: of the classes that have a code."""
    classes = (node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ClassDef))
    return {node.name for node in classes if any(keyword.arg == "code" for keyword in node.keywords)}


def _read() -> Catalog:
    if not PO.exists():
        return Catalog(locale="fr")
    with PO.open("rb") as file:
        return read_po(file, locale="fr")


def _merged(known: Catalog, keys: set[Key]) -> Catalog:
    """Return the texts of the sources, each with its translation as far as it is known."""
    merged = Catalog(
        locale="fr", project="Wholesale", header_comment=HEADER, creation_date=NEVER, revision_date=NEVER, fuzzy=False
    )
    merged.mime_headers = [("Plural-Forms", "nplurals=2; plural=(n > 1);")]  # as Django's own French; Babel has three forms
    for message, context in sorted(keys, key=str):
        found = known.get(message[0] if isinstance(message, tuple) else message, context)
        if found is not None and found.id == message:
            said = found.string or ""
            french = spaced(said) if isinstance(said, str) else tuple(map(spaced, said))
            merged.add(message, french, context=context, flags={"fuzzy"} & found.flags)
        else:
            merged.add(message, context=context)
    return merged


def spaced(french: str) -> str:
    """Return a French text with the spaces of Canadian French: one that does not break before a colon and a sign of percent,
    within quotation marks and between a number and its unit; none before ? ! ;"""
    text = re.sub(r"(?:(?<=\S)|^) +(?=[:»](?:\W|$))|(?<=«) +", "\xa0", french)
    text = re.sub(r"(\d|\)s) +(?=%(?!\()|\$)", "\\1\xa0", text)
    text = re.sub(r"(\d|\)s) +(?=(?:h|min|s|j|km|jours?|heures?|minutes?|pi²|Mo|000)\b)", "\\1\xa0", text)
    text = re.sub(r"(?<=\d\xa0h) +(?=\d)", "\xa0", text)
    return re.sub(r"(?<=\w)[ \xa0]+(?=[?!;](?:\s|$))", "", text)


def _is_translated(translation: str | tuple[str, ...]) -> bool:
    return bool(translation) and (isinstance(translation, str) or all(translation))


def _as_po(catalog: Catalog) -> bytes:
    file = io.BytesIO()
    write_po(file, catalog, width=120, no_location=True, sort_output=True)
    return file.getvalue()


def _as_mo(catalog: Catalog) -> bytes:
    file = io.BytesIO()
    write_mo(file, catalog)
    return file.getvalue()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
