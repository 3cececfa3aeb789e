"""Parts of the admin's pages that are declared and not written: columns, filters, buttons and permissions."""

from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from typing import Any, ClassVar

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display
from unfold.enums import ActionVariant

from wholesale.plumbing.texts import Words

DANGER, SUCCESS = ActionVariant.DANGER, ActionVariant.SUCCESS  # the colours of buttons: red, green


class Colours(dict[Any, str]):
    """The colours of words that a column shows, by word. A word may be marked for translation.

    Such a word has another text in each language, so it is found by comparison and not by its hash.
    """

    def __contains__(self, word: object) -> bool:
        return any(own == word for own in self)

    def __getitem__(self, word: Any) -> str:
        for own, colour in self.items():
            if own == word:
                return colour
        raise KeyError(word)


def column(title: Words, text: Callable[[Any], object], **options: Any) -> Any:
    """Make a column that shows the `text` of a row. `options` are those of Unfold's `display`, such as `ordering`."""
    if isinstance(options.get("label"), dict):
        options["label"] = Colours(options["label"])

    @display(description=title, **options)
    def shown(self: object, row: Any) -> object:
        return text(row)

    return shown


def link(title: Words, address: Callable[[Any], str], text: Callable[[Any], object]) -> Any:
    """Make a column that shows the `text` of a row as a link to another page."""
    return column(title, lambda row: format_html('<a href="{}" class="text-link">{}</a>', address(row), text(row)))


def either(
    title: Words, condition: Callable[[Any], object], yes: tuple[Words, str], no: tuple[Words, str], **options: Any
) -> Any:
    """Make a column that shows one of two words, `yes` if the row meets the condition. Each word comes with its colour."""
    return column(title, lambda row: (yes if condition(row) else no)[0], label=dict((yes, no)), **options)


def button(
    title: Words,
    permission: str,
    *,
    icon: str,
    variant: ActionVariant = ActionVariant.DEFAULT,
    path: str = "",
    when: Callable[[Any], object] | None = None,
) -> Callable[[Callable[..., Any]], Any]:
    """Return a decorator that makes a method of an admin a button of its pages, for users with this permission.

    The address of the button ends with `path`, or else with the method's name. A page of an admin with `ButtonsByState`
    shows the button only for a row that meets the condition `when`. For another row the button's page (`asking`) says so.
    """

    def decorate(act: Callable[..., Any]) -> Any:
        url_path = path or act.__name__.replace("_", "-")
        description: Any = title  # Unfold shows a lazy text as well
        made = action(description=description, permissions=[permission], icon=icon, variant=variant, url_path=url_path)(act)
        made.when = when
        act.when = when  # type: ignore[attr-defined]  # the page of the button asks for it too
        return made

    return decorate


def allowed(*permissions: str) -> Callable[..., bool]:
    """Make a method of an admin, such as `has_erase_permission`, that says whether the user has all these permissions."""

    def has_permissions(self: object, request: HttpRequest, of: object = None) -> bool:
        return request.user.has_perms(permissions)

    return has_permissions


class SinceFilter(admin.SimpleListFilter):
    """A filter of an admin's list by age, such as the last 7 days. `field` names the column with the time."""

    title = _("when")
    parameter_name = "days"
    field: ClassVar[str] = "created_at"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            ("1", gettext("Last 24 hours")),
            ("7", gettext("Last 7 days")),
            ("30", gettext("Last 30 days")),
            ("90", gettext("Last 90 days")),
        ]

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

    title = _("state")
    parameter_name = "state"
    states: ClassVar[dict[str, tuple[Words, Any]]]

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Words]]:
        return [(value, label) for value, (label, _rows) in self.states.items() if value]

    def choices(self, changelist: Any) -> Iterator[Any]:
        first, *rest = super().choices(changelist)
        yield {**first, "display": self.states[""][0]} if "" in self.states else first
        yield from rest

    def queryset(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        unchosen = self.states.get("", ("", models.Q()))
        _label, rows = self.states.get(self.value() or "", unchosen)
        rows = rows(timezone.now()) if callable(rows) else rows
        return queryset & rows.order_by() if isinstance(rows, models.QuerySet) else queryset.filter(rows)


class WordFilter(admin.SimpleListFilter):
    """A filter of an admin's list by a word. It offers only the product's own words; the search finds people's words too."""

    def words(self) -> Iterable[tuple[str, Words]]:
        """Return the words that the filter offers, each with its label."""
        raise NotImplementedError

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Words]]:
        return list(self.words())

    def queryset(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        return queryset.filter(**{str(self.parameter_name): self.value()}) if self.value() else queryset
