"""The names and help texts of our models' columns, and the names of models and apps, in the user's language.

Django makes most of these names out of the names in the code, so nobody can mark them for translation where they stand.
"""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.utils.translation import gettext_lazy

OURS = ("wholesale", "governance", "followups", "buyers", "offers", "kpi")


def our_models() -> Iterator[Any]:
    """Yield the models of our apps. Those of histories are left out: their pages show the names of the rows' own model."""
    for model in apps.get_models():
        if model.__module__.split(".")[0] in OURS and not model.__name__.startswith("Historical"):
            yield model


def named() -> Iterator[tuple[Any, str]]:
    """Yield each name as the object that has it, and the attribute."""
    for config in apps.get_app_configs():
        if config.name.split(".")[0] in OURS:
            yield config, "verbose_name"
    for model in our_models():
        yield from ((model._meta, name) for name in ("verbose_name", "verbose_name_plural"))
        for field in (*model._meta.local_fields, *model._meta.local_many_to_many):
            yield from ((field, name) for name in ("verbose_name", "help_text"))


def translate_names() -> None:
    """Let each name be translated when it is shown. Migrations do not see it: they know only names that are given."""
    for owner, attribute in named():
        text = getattr(owner, attribute)
        if type(text) is str and text:
            setattr(owner, attribute, gettext_lazy(text))


def names() -> set[str]:
    """Return all names, in English. scripts/texts.py collects them from here."""
    texts = (getattr(owner, attribute) for owner, attribute in named())
    return {str(text) for text in texts if text}
