"""Base classes of all admin pages. The pages change rows only through services."""

from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from functools import wraps
from itertools import pairwise
from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils import timezone
from simple_history.admin import SimpleHistoryAdmin
from unfold.admin import ModelAdmin, TabularInline
from unfold.widgets import UnfoldAdminExpandableTextareaWidget

from wholesale.plumbing import scopes
from wholesale.plumbing.admin_input import CheckedInput, InfinitePaginator
from wholesale.plumbing.errors import DomainError
from wholesale.plumbing.vocabulary import NOTE_MAX_LENGTH


class Scoped:
    """A mixin of admins: a user sees only rows that the user may read, in lists, pages, histories, inlines and searches."""

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        return scopes.visible(super().get_queryset(request), request.user)  # type: ignore[misc]


class Undeletable:
    """A mixin of admins: nobody can delete a row, not even a superuser."""

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False


class Edited(Undeletable):
    """A mixin of admins: only users who may change a row see its form. Choices without a default begin empty."""

    left_open: ClassVar[str] = "Choose one"  # the label of no choice, for a field that may stay empty

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        page: Any = super()
        if obj is not None and not self.has_change_permission(request, obj):  # type: ignore[attr-defined]
            kwargs["form"] = forms.ModelForm
        return page.get_form(request, obj, change, **kwargs)

    def formfield_for_choice_field(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        page: Any = super()
        if not db_field.has_default():
            # Otherwise the theme would preselect the first choice, such as a province.
            blank = self.left_open if db_field.blank else "Choose one"
            kwargs["choices"] = db_field.get_choices(blank_choice=[("", blank)])
        return page.formfield_for_choice_field(db_field, request, **kwargs)


class ReadOnly(Undeletable):
    """A mixin of admins: the rows are written only by verbs, so the pages have no forms."""

    def has_add_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False


class ReadOnlyAdmin(CheckedInput, ReadOnly, Scoped, ModelAdmin):
    """The base class of admins whose pages are read-only."""

    list_per_page = 50

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        # Nobody changes the row here, so the admin's log behind the button "History" would be empty.
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), "show_history": False})


class GrowingAdmin(ReadOnlyAdmin):
    """The base class of read-only admins of tables that grow without end. The list never counts or sorts all rows."""

    paginator = InfinitePaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    sortable_by = ()


class ReadOnlyInline(ReadOnly, Scoped, TabularInline):
    """The base class of a read-only table of related rows, which is shown on the page of another row."""

    extra = 0
    hide_title = True


class SinceFilter(admin.SimpleListFilter):
    """A filter of an admin's list by age, such as the last 7 days. `field` names the column with the time."""

    title = "when"
    parameter_name = "days"
    field: ClassVar[str] = "created_at"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("1", "Last 24 hours"), ("7", "Last 7 days"), ("30", "Last 30 days")]

    def queryset(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        days = self.value()
        if days not in dict(self.lookup_choices):
            return queryset
        return queryset.filter(**{f"{self.field}__gte": timezone.now() - timedelta(days=int(days))})


class DaySinceFilter(SinceFilter):
    """A filter of an admin's list by age, for rows with a day (column `day`) instead of a time."""

    field = "day"


class StateFilter(admin.SimpleListFilter):
    """A filter of an admin's list by state. For each value in the address, `states` has its label and its rows.

    The rows are a condition or a queryset, or a function that makes either of the present instant. The rows of the value ""
    are listed if no state is chosen. Without it, all rows are.
    """

    title = "state"
    parameter_name = "state"
    states: ClassVar[dict[str, tuple[str, Any]]]

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(value, label) for value, (label, _) in self.states.items() if value]

    def choices(self, changelist: Any) -> Iterator[Any]:
        first, *rest = super().choices(changelist)
        yield {**first, "display": self.states[""][0]} if "" in self.states else first
        yield from rest

    def queryset(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        unchosen = self.states.get("", ("", models.Q()))
        _, rows = self.states.get(self.value() or "", unchosen)
        rows = rows(timezone.now()) if callable(rows) else rows
        return queryset & rows.order_by() if isinstance(rows, models.QuerySet) else queryset.filter(rows)


class WordFilter(admin.SimpleListFilter):
    """A filter of an admin's list by a word. It offers only the product's own words; the search finds people's words too."""

    def words(self) -> Iterable[tuple[str, str]]:
        """Return the words that the filter offers, each with its label."""
        raise NotImplementedError

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return list(self.words())

    def queryset(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        return queryset.filter(**{str(self.parameter_name): self.value()}) if self.value() else queryset


# History ----------------------------------------------------------------------------------------------------------------


class HistoryAdmin(CheckedInput, Scoped, SimpleHistoryAdmin, ModelAdmin):
    """The base of admins with a history. Nobody can revert to an old version, because that would bypass the service."""

    object_history_list_template = "admin/history_list.html"

    def get_urls(self) -> list[Any]:
        # The page of a single version is left out: its form would save that version without the service.
        return super(SimpleHistoryAdmin, self).get_urls()

    def revert_disabled(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return True

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
            {"field": name, "old": before.get(name, ""), "new": value}
            for name, value in self.settings_of(newer).items()
            if value != before.get(name)
        ]

    def settings_of(self, record: Any) -> dict[str, str]:
        """Return the settings of a history record as readable text, by name. The version is left out."""
        raise NotImplementedError


# Acts with a reason -----------------------------------------------------------------------------------------------------


def reason_field() -> forms.CharField:
    """Return the form field for the reason of a change. The reason is required, and is kept in the history."""
    return forms.CharField(
        label="Reason",
        max_length=NOTE_MAX_LENGTH,
        widget=UnfoldAdminExpandableTextareaWidget(attrs={"placeholder": "Why? It is kept in the history."}),
        help_text="Required. Whoever reads the history later should understand it.",
    )


class ReasonForm(forms.Form):
    """The form of a confirmation page that asks only for the reason."""

    reason = reason_field()


def restate(form: forms.BaseForm, name: str, value: str) -> None:
    """Set a hidden field of a submitted form to `value` for its next display. Other fields keep what was typed."""
    data: Any = form.data
    data = data.copy()
    data[name] = value
    form.data = data


def confirmation(
    request: HttpRequest, model_admin: ModelAdmin, *, title: str, form: forms.Form, **context: Any
) -> TemplateResponse:
    """Return a page that asks for confirmation before an act. Its form posts to the same address.

    `context` may have `explanation`, `warning`, `table` (what will change), `details` (HTML below it), `hidden` (fields to
    post too), `button` (its label) and `danger` (whether it is red).
    """
    return TemplateResponse(
        request,
        "admin/confirm.html",
        {
            **model_admin.admin_site.each_context(request),
            "title": title,
            "opts": model_admin.opts,
            "form": form,
            "media": model_admin.media + form.media,
            **context,
        },
    )


def show_refusal(form: forms.BaseForm, refusal: DomainError) -> None:
    """Show a refusal in the form: at the field that the refusal names, or else above all fields."""
    for detail, attr in refusal.errors:
        is_field = attr in form.fields
        form.add_error(attr if is_field else None, f"{attr}: {detail}" if attr and not is_field else detail)


def of_row(page: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Wrap a page so that it gets the row instead of its id. If the row is missing, redirect as Django's admin does."""

    @wraps(page)
    def found(self: ModelAdmin, request: HttpRequest, object_id: str, **options: Any) -> HttpResponse:
        row = self.get_object(request, object_id)
        if row is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        return page(self, request, row, **options)

    return found


def act_with_form(
    request: HttpRequest, model_admin: ModelAdmin, form: forms.Form, act: Callable[..., str], *, then: str, **page: Any
) -> HttpResponse:
    """Show a confirmation page with this form. After a valid POST, call `act` and redirect to `then`.

    `act` takes the form's values as keywords, calls the service, logs it, and returns the message to show. A refusal is
    shown on the page.
    """
    if form.is_valid():
        try:
            done = act(**form.cleaned_data)
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, done)
            return HttpResponseRedirect(then)
    return confirmation(request, model_admin, form=form, **page)


def act_with_reason(
    request: HttpRequest, model_admin: ModelAdmin, act: Callable[[str], str], *, then: str, **page: Any
) -> HttpResponse:
    """Show a confirmation page that asks for the reason. After a valid POST, call `act` with it and redirect to `then`."""
    form = ReasonForm(request.POST if "reason" in request.POST else None)
    return act_with_form(request, model_admin, form, act, then=then, **page)
