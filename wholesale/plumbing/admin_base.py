"""What the admin's pages of all apps are made of. Whatever they change, they change through a service."""

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
from unfold.utils import prettify_json
from unfold.widgets import UnfoldAdminExpandableTextareaWidget

from wholesale.plumbing import scopes
from wholesale.plumbing.admin_input import CheckedInput, InfinitePaginator
from wholesale.plumbing.errors import DomainError
from wholesale.plumbing.vocabulary import ALL, NOTE_MAX_LENGTH


class Scoped:
    """Rows of which a user sees those that it may read: in lists, pages, histories, inlines and searches."""

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        return scopes.visible(super().get_queryset(request), request.user)  # type: ignore[misc]


class Kept:
    """Rows that stay: nobody deletes them in the admin, superusers included."""

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False


class Edited(Kept):
    """Rows with a form that only who may change them sees, and in which nothing is chosen beforehand."""

    left_open: ClassVar[str] = "Choose one"  # how a choice is shown that may stay open

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        page: Any = super()
        if obj is not None and not self.has_change_permission(request, obj):  # type: ignore[attr-defined]
            kwargs["form"] = forms.ModelForm
        return page.get_form(request, obj, change, **kwargs)

    def formfield_for_choice_field(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        page: Any = super()
        if not db_field.has_default():
            # The theme would choose the first, a province for one.
            blank = self.left_open if db_field.blank else "Choose one"
            kwargs["choices"] = db_field.get_choices(blank_choice=[("", blank)])
        return page.formfield_for_choice_field(db_field, request, **kwargs)


class ReadOnly(Kept):
    """Rows that only the product's verbs write."""

    def has_add_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False


class ReadOnlyAdmin(CheckedInput, ReadOnly, Scoped, ModelAdmin):
    """Pages of rows to read."""

    list_per_page = 50

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        # Nobody changes the row here, so the admin's log of it, behind the button "History", stays empty.
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), "show_history": False})


class GrowingAdmin(ReadOnlyAdmin):
    """Pages of a table that grows without end: nothing here counts its rows or sorts them all, filters make them few."""

    paginator = InfinitePaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    sortable_by = ()


class ReadOnlyInline(ReadOnly, Scoped, TabularInline):
    """Rows to read on the page of the row that they belong to."""

    extra = 0
    hide_title = True


class SinceFilter(admin.SimpleListFilter):
    """The rows of the last days, by the time that `field` names."""

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
    """The rows of the last days, by their day."""

    field = "day"


class StateFilter(admin.SimpleListFilter):
    """The rows in one of some states. A subclass names them, and says in `queryset` which rows are in the chosen one."""

    title = "state"
    parameter_name = "state"
    states: ClassVar[dict[str, str]]  # by the word of the address: how it is shown
    unchosen: ClassVar[str] = ""  # how it is shown that none is chosen, where that is not "All"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return list(self.states.items())

    def choices(self, changelist: Any) -> Iterator[Any]:
        first, *rest = super().choices(changelist)
        yield {**first, "display": self.unchosen or first["display"]}
        yield from rest


class WordFilter(admin.SimpleListFilter):
    """The rows with one word of an open vocabulary, of those that the product knows; the search finds the others."""

    def words(self) -> Iterable[tuple[str, str]]:
        """Pairs of a word and how it is shown."""
        raise NotImplementedError

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return list(self.words())

    def queryset(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        return queryset.filter(**{str(self.parameter_name): self.value()}) if self.value() else queryset


# How values are read ----------------------------------------------------------------------------------------------------


def place_text(row: Any) -> str:
    """The province, and the market where it is not the whole province; empty where there is neither."""
    market = row.market if row.market != ALL else None
    return ", ".join(filter(None, (row.get_province_display(), market)))


def json_text(value: Any) -> str:
    """JSON in colours and lines; nothing given is said so."""
    return prettify_json(value, None) if value not in (None, {}) else "none given"


# History ----------------------------------------------------------------------------------------------------------------


class HistoryAdmin(CheckedInput, Scoped, SimpleHistoryAdmin, ModelAdmin):
    """Pages of a row whose history can be read: when, who, why, what. Nothing is reverted there, past the service."""

    object_history_list_template = "admin/history_list.html"

    def get_urls(self) -> list[Any]:
        # Without the page of one version, whose form would save that version as it is.
        return super(SimpleHistoryAdmin, self).get_urls()

    def revert_disabled(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return True

    def set_history_delta_changes(
        self, request: HttpRequest, historical_records: Any, foreign_keys_are_objs: bool = True
    ) -> None:
        """Give each record its changes; the first of all shows what the row was made with."""
        for newer, older in pairwise([*historical_records, None]):
            newer.history_delta_changes = self.changes(older, newer)

    def changes(self, older: Any, newer: Any) -> list[dict[str, str]]:
        """The settings that differ between two records."""
        if older is None and newer.history_type != "+":
            return []  # what came before is on the next page
        before = self.settings_of(older) if older is not None else {}
        return [
            {"field": name, "old": before.get(name, ""), "new": value}
            for name, value in self.settings_of(newer).items()
            if value != before.get(name)
        ]

    def settings_of(self, record: Any) -> dict[str, str]:
        """What of a record the history shows, as people read it; not what changes each time, as its version."""
        raise NotImplementedError


# Acts with a reason -----------------------------------------------------------------------------------------------------


def reason_field() -> forms.CharField:
    """Why somebody does it; asked each time, kept in the history."""
    return forms.CharField(
        label="Reason",
        max_length=NOTE_MAX_LENGTH,
        widget=UnfoldAdminExpandableTextareaWidget(attrs={"placeholder": "Why? It is kept in the history."}),
        help_text="Required. Whoever reads the history later should understand it.",
    )


class ReasonForm(forms.Form):
    """What a confirmation page asks."""

    reason = reason_field()


def restate(form: forms.BaseForm, name: str, value: str) -> None:
    """Make a hidden field say this when the form is shown again; the rest is shown as it was typed."""
    data: Any = form.data
    data = data.copy()
    data[name] = value
    form.data = data


def confirmation(
    request: HttpRequest, model_admin: ModelAdmin, *, title: str, form: forms.Form, **context: Any
) -> TemplateResponse:
    """The page between a button and its act: what will happen, to what, and why; its form posts back to this address.

    `context` may hold `explanation`, `warning`, `table` (what will change), `details` (HTML below it), `hidden` (pairs that
    are posted along), `button` (its words) and `danger` (its colour).
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
    """The domain's refusal in words, at the field that it names."""
    for detail, attr in refusal.errors:
        is_field = attr in form.fields
        form.add_error(attr if is_field else None, f"{attr}: {detail}" if attr and not is_field else detail)


def of_row(page: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Make a page of one row: it is called with the row. Where there is no such row, the admin says so."""

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
    """Ask on a confirmation page what the form asks, then act and go to `then`. Only a POST acts.

    `act` takes the form's values by name, calls the service, logs it, and returns what to say. The domain's refusal is shown
    on the page.
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
    """Ask on a confirmation page why, then act with the reason and go to `then`."""
    form = ReasonForm(request.POST if "reason" in request.POST else None)
    return act_with_form(request, model_admin, form, act, then=then, **page)
