"""The French of the console: names with a plural, labels, no part that is glued to another, the spaces of French."""

import datetime
import re
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest
from babel.messages.pofile import read_po
from django.contrib import admin
from django.contrib.admin.utils import flatten_fieldsets, label_for_field
from django.template import Context, Template
from django.utils import translation

from wholesale.plumbing.showing import shown_day, shown_pair

texts = import_module("scripts.texts")

# Names that both languages write alike.
ALIKE = {
    *("agent", "code", "latitude", "longitude", "message", "note", "notes", "organisation", "permission", "province"),
    *("source", "version", "documents", "profit", "places", "admin", "permissions", "verdict", "covariance", "cod", "id"),
}


def _registered() -> Iterator[Any]:
    for model_admin in admin.site._registry.values():
        yield model_admin
        yield from (inline(model_admin.model, admin.site) for inline in model_admin.inlines)


def _columns(owner: Any) -> set[str]:
    """The names of what a list or a page of an admin shows."""
    fieldsets: Any = owner.fieldsets or ((None, {"fields": owner.fields or ()}),)
    shown = [*getattr(owner, "list_display", ()), *flatten_fieldsets(fieldsets)]
    return {name for name in shown if name not in ("action_checkbox", "__str__")}


@pytest.mark.parametrize("attribute", ["verbose_name", "verbose_name_plural"])
def test_every_model_with_pages_has_its_names_in_french(attribute: str) -> None:
    for model in {owner.model for owner in _registered()}:
        with translation.override("en"):
            english = str(getattr(model._meta, attribute))
        with translation.override("fr"):
            french = str(getattr(model._meta, attribute))
        assert french != english or english.rstrip("s") in ALIKE, model._meta.label


def test_a_plural_is_a_text_of_its_own() -> None:
    """Django would put an "s" after the whole French name: "nœud de liquidités"."""
    with translation.override("fr"):
        for model in {owner.model for owner in _registered()}:
            one, many = str(model._meta.verbose_name), str(model._meta.verbose_name_plural)
            assert " " not in one or many != f"{one}s", model._meta.label


def test_what_lists_and_pages_show_is_labelled_in_french() -> None:
    left = set()
    for owner in _registered():
        for name in _columns(owner):
            try:
                with translation.override("en"):
                    english = str(label_for_field(name, owner.model, owner))
                with translation.override("fr"):
                    french = str(label_for_field(name, owner.model, owner))
            except AttributeError:
                continue  # a field of the form alone
            if english == french and english.lower() not in ALIKE and re.search("[a-z]", english):
                left.add(f"{owner.model._meta.label} {name}: {english}")
    assert left <= {"buyers.DealSent buyer_id: Buyer id"}


def test_a_name_and_its_value_are_joined_as_the_language_does() -> None:
    template = Template("{% load showing %}{{ name }}{% colon %} {{ value }}")
    for language, expected in (("en", "Zone: Toronto"), ("fr", "Zone\xa0: Toronto")):
        with translation.override(language):
            assert shown_pair("Zone", "Toronto") == expected
            assert template.render(Context({"name": "Zone", "value": "Toronto"})) == expected


def test_the_first_of_a_month_is_said_as_french_says_it() -> None:
    with translation.override("fr"):
        assert shown_day(datetime.date(2026, 1, 1)) == "1er janv. 2026"
        assert shown_day(datetime.date(2026, 1, 11)) == "11 janv. 2026"


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("Zone : %(zone)s", "Zone\xa0: %(zone)s"),
        ("« X » et 95 % de 90 %%", "«\xa0X\xa0» et 95\xa0% de 90\xa0%%"),
        ("à 2 h 30, %(n)s min", "à 2\xa0h\xa030, %(n)s\xa0min"),
        ("Pourquoi ? Fait ; non !", "Pourquoi? Fait; non!"),
        ("%(a)s %(b)s", "%(a)s %(b)s"),
        ("https://x.ca : 10 000 $", "https://x.ca\xa0: 10\xa0000\xa0$"),
    ],
)
def test_a_french_text_has_its_spaces(typed: str, stored: str) -> None:
    assert texts.spaced(typed) == stored
    assert texts.spaced(stored) == stored


def test_no_french_text_puts_de_before_a_name() -> None:
    """Nobody knows the first letter of a name, and "de Amelia" is wrong: such a text needs no preposition."""
    named = re.compile(
        r"\b(?:de|du|d'|d\u2019) ?%\((?:name|names|lead|buyer|user|place|place_text|policy|vendor|engine|metric|province"
        r"|from_state|to_state|before|after|all)\)s"
    )
    with texts.PO.open("rb") as file:
        french = [text for message in read_po(file, locale="fr") if message.id for text in _texts(message.string)]
    assert [text for text in french if named.search(text)] == []


def _texts(translated: Any) -> tuple[str, ...]:
    return translated if isinstance(translated, tuple) else (translated,)
