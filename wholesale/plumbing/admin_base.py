"""Base classes of all admin pages. The pages change rows only through services."""

from collections.abc import Callable, Collection, Mapping
from itertools import pairwise
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _
from simple_history.admin import SimpleHistoryAdmin
from unfold.admin import ModelAdmin, TabularInline
from unfold.decorators import display

from wholesale.plumbing import scopes
from wholesale.plumbing.admin_input import READABLE_MAX, CheckedInput, InfinitePaginator
from wholesale.plumbing.differences import Said, differences
from wholesale.plumbing.scopes import may_read_any
from wholesale.plumbing.spoken import code_words, told, with_code
from wholesale.plumbing.texts import Words

# Columns of codes of open vocabularies, which have no choices.
CODED = ("domain", "engine", "gate_reason", "metric", "subject_type", "task_path")


class Scoped:
    """A mixin of admins: a user sees only rows that the user may read, in lists, pages, histories, inlines and searches."""

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        return scopes.visible(super().get_queryset(request), request.user)  # type: ignore[misc]


class Naming:
    """A mixin of admins: rows are read with those to whom they refer (`referred`), if the user may read any of these."""

    refers_to: ClassVar[tuple[str, ...]] = ()  # foreign keys

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        rows = super().get_queryset(request)  # type: ignore[misc]
        named = [key for key in self.refers_to if may_read_any(rows.model._meta.get_field(key).related_model, request.user)]
        return rows.select_related(*named) if named else rows


class LoggedInEnglish:
    """A mixin of admins: the admin's log is stored in English, whatever the language of the page."""

    def log_addition(self, request: HttpRequest, obj: models.Model, message: Any) -> Any:
        with override("en"):
            return super().log_addition(request, obj, plain(message))  # type: ignore[misc]

    def log_change(self, request: HttpRequest, obj: models.Model, message: Any) -> Any:
        with override("en"):
            return super().log_change(request, obj, plain(message))  # type: ignore[misc]

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        with override("en"):
            return super().log_deletions(request, queryset)  # type: ignore[misc]


def plain(message: Any) -> Any:
    """Return a message that is marked for translation as text in the active language, and any other as it is."""
    return str(message) if isinstance(message, Promise) else message


class Undeletable:
    """A mixin of admins: nobody can delete a row, not even a superuser."""

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False


class Logged:
    """A mixin of admins without a history of our own: what Django logged about a row is its history."""

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        page = super().history_view(request, object_id, extra_context)  # type: ignore[misc]
        if isinstance(page, TemplateResponse) and page.context_data:
            page.context_data["title"] = history_title(page.context_data["object"])
        return page


class Edited(Undeletable):
    """A mixin of admins: only users who may change a row see its form. Choices without a default begin empty."""

    left_open: ClassVar[Words] = _("Choose one")  # the label of no choice, for a field that may stay empty

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        page: Any = super()
        if obj is not None and not self.has_change_permission(request, obj):  # type: ignore[attr-defined]
            kwargs["form"] = forms.ModelForm
        return page.get_form(request, obj, change, **kwargs)

    def formfield_for_choice_field(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        page: Any = super()
        if not db_field.has_default():
            # Otherwise the theme would preselect the first choice, such as a province.
            blank = (getattr(db_field, "empty", "") or self.left_open) if db_field.blank else gettext("Choose one")
            kwargs["choices"] = db_field.get_choices(blank_choice=[("", blank)])
        return page.formfield_for_choice_field(db_field, request, **kwargs)


class ReadOnly(Undeletable):
    """A mixin of admins: the rows are written only by verbs, so the pages have no forms."""

    def has_add_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False


class ButtonsByState:
    """A mixin of admins: a `button` that has a condition is shown only on the page of a row that meets it."""

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """The buttons on the page of a row."""
        own: Any = self
        page: Any = super()
        buttons = [(one, getattr(one.method, "when", None)) for one in page.get_actions_detail(request, object_id)]
        is_needed = any(when for _one, when in buttons)
        row = own.get_object(request, object_id) if is_needed else None
        return [one for one, when in buttons if when is None or (row and when(row))]


class ReadOnlyAdmin(CheckedInput, Logged, LoggedInEnglish, ButtonsByState, ReadOnly, Scoped, ModelAdmin):
    """The base class of admins whose pages are read-only."""

    list_per_page = 50

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Show JSON and codes in words, and a row's correlation id as a link to all that is on record of its request, to a
        user who may read that."""
        instead: dict[str, Any] = {**self._in_words(told, models.JSONField), **self._in_words(with_code)}
        fieldsets = linking(request, super().get_fieldsets(request, obj))
        return [(name, {**options, "fields": _replaced(options["fields"], instead)}) for name, options in fieldsets]

    def get_list_display(self, request: HttpRequest) -> Any:
        """Show codes in words."""
        return _replaced(tuple(super().get_list_display(request)), self._in_words(code_words))

    def _in_words(self, words: Callable[[Any, str], str], kind: type[Any] = models.CharField) -> dict[str, Any]:
        """Return, by the names of fields with codes or with JSON, what shows their values in words."""
        return {
            field.name: _worded(field, words)
            for field in self.opts.fields
            if isinstance(field, kind) and (kind is models.JSONField or field.name in CODED)
        }

    @display(description=_("Correlation id"))
    def request_link(self, row: Any) -> str:
        """Return the correlation id as a link to the page of the request."""
        if not row.correlation_id:
            return ""
        page = reverse("admin:kpi_kpievent_trace", args=[row.correlation_id])
        return format_html('<a href="{}" class="text-link">{}</a>', page, row.correlation_id)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        # Nobody changes the row here, so the admin's log behind the button "History" would be empty.
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), "show_history": False})


def history_title(row: object) -> str:
    """Return the title of the page with the history of a row."""
    return gettext("History: %(row)s") % {"row": row}


def linking(request: HttpRequest, fieldsets: Any) -> Any:
    """Return fieldsets with the correlation id as a link, if the user may read what is on record of a request."""
    if not request.user.has_perm("kpi.view_trace"):
        return fieldsets
    linked = {"correlation_id": "request_link"}
    return [(name, {**options, "fields": _replaced(options["fields"], linked)}) for name, options in fieldsets]


def without(fields: Any, absent: Collection[str]) -> Any:
    """Return the names of fields, some of them in groups, without those that do not apply to the row."""
    if isinstance(fields, str):
        return fields
    kept = (without(one, absent) for one in fields if one not in absent)
    return tuple(one for one in kept if one)


def _replaced(fields: Any, instead: Mapping[str, Any]) -> Any:
    """Return the names of fields, some of them in groups, with what is shown instead of some of them."""
    if isinstance(fields, str):
        return instead.get(fields, fields)
    return fields if callable(fields) else tuple(_replaced(one, instead) for one in fields)


def _worded(field: models.Field[Any, Any], words: Callable[[Any, str], str]) -> Callable[[Any], str]:
    """Return what shows a field in words."""

    @display(description=capfirst(field.verbose_name), ordering=field.name)
    def shown(row: Any) -> str:
        return words(getattr(row, field.name), field.name)

    shown.__name__ = field.name
    return shown


class Uncounted:
    """A mixin of admins of tables that grow without end. The list never counts or sorts all rows, so none chooses all."""

    paginator = InfinitePaginator
    show_full_result_count = False
    list_disable_select_all = True
    show_facets = admin.ShowFacets.NEVER
    sortable_by = ()

    def get_paginator(self, request: HttpRequest, queryset: Any, *args: Any, **options: Any) -> Any:
        paginator = super().get_paginator(request, queryset, *args, **options)  # type: ignore[misc]
        if scopes.reader_of(queryset.model, request.user) is not None:
            paginator.most = READABLE_MAX
        return paginator

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """Show the list, without Django's hidden text that all rows are chosen: it would have a made-up number."""
        return super().changelist_view(request, {"selection_note_all": "", **(extra_context or {})})  # type: ignore[misc]


class GrowingAdmin(Uncounted, ReadOnlyAdmin):
    """The base class of read-only admins of tables that grow without end."""


class ReadOnlyInline(ReadOnly, Scoped, TabularInline):
    """The base class of a read-only table of related rows, which is shown on the page of another row."""

    extra = 0
    hide_title = True
    template = "admin/read_only_inline.html"


# History ----------------------------------------------------------------------------------------------------------------


class HistoryAdmin(CheckedInput, LoggedInEnglish, Scoped, SimpleHistoryAdmin, ModelAdmin):
    """The base of admins with a history. Nobody can revert to an old version, because that would bypass the service."""

    object_history_list_template = "admin/history_list.html"

    def get_urls(self) -> list[Any]:
        # The page of a single version is left out: its form would save that version without the service.
        return super(SimpleHistoryAdmin, self).get_urls()

    def revert_disabled(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return True

    def history_view_title(self, request: HttpRequest, obj: Any) -> str:
        """Return the title of the history's page. Its button is called History too."""
        return history_title(obj)

    def set_history_delta_changes(
        self, request: HttpRequest, historical_records: Any, foreign_keys_are_objs: bool = True
    ) -> None:
        """Set the changes that each history record shows. The first one shows the settings of the new row."""
        for newer, older in pairwise([*historical_records, None]):
            newer.history_delta_changes = self.changes(older, newer)

    def changes(self, older: Any, newer: Any) -> list[dict[str, str]]:
        """Return the settings that differ between two history records. `older` is None if the page shows no older record."""
        if older is None and newer.history_type != "+":
            return []  # the earlier record is on the next page
        before = self.settings_of(older) if older is not None else {}
        return [
            change
            for name, value in self.settings_of(newer).items()
            for change in differences(name, before.get(name, ""), value)
        ]

    def settings_of(self, record: Any) -> Mapping[str, Said]:
        """Return the settings of a history record in words, by name. The version is left out."""
        raise NotImplementedError
