"""The names and help texts of models and their columns, in the user's language: of ours, and of others that have pages here.

Django makes most of these names out of the names in the code, so nobody can mark them for translation where they stand. Each
model's are marked when its class is ready, which is before any page takes a copy of them.
"""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.utils.translation import gettext, gettext_lazy

from wholesale.plumbing.showing import shown_time
from wholesale.plumbing.spoken import code_words

OURS = ("wholesale", "governance", "followups", "buyers", "offers", "kpi")
THEIRS = ("knox", "django_tasks_db")  # packages without a French of their own
_OF_MODELS = ("verbose_name", "verbose_name_plural")
_OF_COLUMNS = ("verbose_name", "help_text", "label", "short", "page_help", "unit", "zero", "empty")  # most: of a setting
# The names of models that are not ours, of their rows and columns, where their own differ from those of our pages.
_THEIRS: dict[str, dict[str, str]] = {
    "auth.group": {"verbose_name": "role", "verbose_name_plural": "roles"},
    "knox.authtoken": {"verbose_name": "API token", "verbose_name_plural": "API tokens"},
    "django_tasks_database.dbtaskresult": {
        "verbose_name": "background task",
        "verbose_name_plural": "background tasks",
    },
}
_THEIR_COLUMNS: dict[str, dict[str, dict[str, str]]] = {
    "auth.user": {
        "email": {"verbose_name": "e-mail"},
        "groups": {"verbose_name": "roles"},
    },
    "admin.logentry": {
        "object_repr": {"verbose_name": "what it was done to"},
        "content_type": {"verbose_name": "sort of row"},
    },
}


def _title_of_token(token: Any) -> str:
    about = {"token": f"{token.token_key[:8]}...", "user": token.user}
    return gettext("Token %(token)s of %(user)s") % about


def _title_of_task(task: Any) -> str:
    return f"{code_words(task.task_name, 'task_path')}, {shown_time(task.enqueued_at)}"


# Rows of theirs whose own title is a digest or an id.
_THEIR_TITLES = {"knox.authtoken": _title_of_token, "django_tasks_database.dbtaskresult": _title_of_task}
_marked: set[str] = set()


def mark_names(sender: Any, **kwargs: Any) -> None:
    """Receiver of Django's `class_prepared`: let a model's names be translated when they are shown. Migrations do not see
    it, since they know only names that are given."""
    if sender.__module__ == "__fake__":
        return  # a model as it was at a migration
    label = sender._meta.label_lower
    for attribute, name in _THEIRS.get(label, {}).items():
        _rename(sender._meta, attribute, name)
    for column, names in _THEIR_COLUMNS.get(label, {}).items():
        for attribute, name in names.items():
            _rename(sender._meta.get_field(column), attribute, name)
    if label in _THEIR_TITLES:
        sender.__str__ = _THEIR_TITLES[label]
    is_theirs = sender.__module__.split(".")[0] in THEIRS and label not in _THEIRS
    if is_theirs and "verbose_name_plural" not in sender._meta.original_attrs:
        sender._meta.verbose_name_plural = f"{sender._meta.verbose_name}s"  # a text of its own, not an "s" after the French
    for owner, attribute in _named(sender):
        given = getattr(owner, attribute, None)
        if type(given) is str and given:
            _rename(owner, attribute, given)


def _rename(owner: Any, attribute: str, text: str) -> None:
    _marked.add(text)
    setattr(owner, attribute, gettext_lazy(text))


def mark_names_of_apps() -> None:
    """Let the names of our apps be translated when they are shown."""
    for config in apps.get_app_configs():
        if config.name.split(".")[0] in OURS:
            _marked.add(str(config.verbose_name))
            config.verbose_name = gettext_lazy(str(config.verbose_name))


def names() -> set[str]:
    """Return the names that are marked here, in English. scripts/texts.py collects them; it finds the others in the code."""
    return set(_marked)


def _named(model: Any) -> Iterator[tuple[Any, str]]:
    """Yield each name of a model that has pages, as the object that has it and the attribute. Pages of a history show the
    names of the rows' own model."""
    is_shown = model.__module__.split(".")[0] in (*OURS, *THEIRS) and not model._meta.auto_created
    if is_shown and not model.__name__.startswith("Historical"):
        yield from ((model._meta, attribute) for attribute in _OF_MODELS)
        for field in (*model._meta.local_fields, *model._meta.local_many_to_many):
            yield from ((field, attribute) for attribute in _OF_COLUMNS)
