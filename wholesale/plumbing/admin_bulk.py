"""Acts on many chosen rows of a list: a page that asks for values and a reason, and then says what was refused and why.

Each row goes through its verb in a transaction of its own, so what is refused does not undo the others.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from unfold.decorators import action

from wholesale.plumbing.admin_questions import confirmation
from wholesale.plumbing.errors import DomainError
from wholesale.plumbing.texts import Words

BULK_MAX = 500  # rows at once
NAMED_MAX = 10  # refused rows that a message names for each reason
_SENT = "bulk"  # the field by which the page's own form is told from the list's

Outcome = tuple[Any, DomainError | None]  # a row, and why it was refused


@dataclass(frozen=True, slots=True)
class Bulk:
    """What the page of a bulk act asks, and the act.

    `act` takes the rows and the form's values as keywords, and yields what came of each row. `done` is a line for the
    admin's log of a row. `title` is completed with the number of rows (%(count)s).
    """

    title: str
    explanation: str
    button: str
    form: type[forms.Form]
    act: Callable[..., Iterable[Outcome]]
    done: Words


def one_by_one(act: Callable[..., object]) -> Callable[..., Iterator[Outcome]]:
    """Make an act on many rows of an act on one row, which takes the row and the form's values."""

    def acted(rows: Iterable[Any], **values: Any) -> Iterator[Outcome]:
        for row in rows:
            try:
                act(row, **values)
            except DomainError as refusal:
                yield row, refusal
            else:
                yield row, None

    return acted


def bulk(title: Words, permission: str) -> Callable[[Callable[..., Bulk]], Any]:
    """Return a decorator that makes a method of an admin, which returns a `Bulk`, an act on the chosen rows of the list."""

    def decorate(asked: Callable[..., Bulk]) -> Any:
        @action(description=title, permissions=[permission])
        @wraps(asked)
        def acted(self: Any, request: HttpRequest, queryset: Any) -> HttpResponse | None:
            rows = list(queryset[: BULK_MAX + 1])
            if len(rows) > BULK_MAX:
                messages.error(request, _("Choose at most %(most)s rows. Nothing was done.") % {"most": BULK_MAX})
                return None
            return _page(self, request, rows, asked(self, request), asked.__name__)

        return acted

    return decorate


def _page(self: Any, request: HttpRequest, rows: Sequence[Any], asked: Bulk, name: str) -> HttpResponse | None:
    form = asked.form(request.POST if _SENT in request.POST else None)
    if form.is_valid():
        _say(self, request, list(asked.act(rows, **form.cleaned_data)), asked.done)
        return None
    return confirmation(
        request,
        self,
        title=asked.title % {"count": len(rows)},
        explanation=asked.explanation,
        form=form,
        button=asked.button,
        hidden=[("action", name), (_SENT, "1"), *((ACTION_CHECKBOX_NAME, str(row.pk)) for row in rows)],
    )


def _say(self: Any, request: HttpRequest, outcomes: list[Outcome], done: Words) -> None:
    """Log what was done, and say how many rows were done and which were refused, by reason."""
    refused: dict[str, list[str]] = defaultdict(list)
    for row, refusal in outcomes:
        if refusal is None:
            self.log_change(request, row, done)
        else:
            refused[str(refusal.shown)].append(f"{row} ({row.pk})")
    count = len(outcomes) - sum(map(len, refused.values()))
    level = messages.SUCCESS if count else messages.WARNING
    total = len(outcomes)
    messages.add_message(
        request,
        level,
        ngettext("%(done)s %(count)s of %(total)s row.", "%(done)s %(count)s of %(total)s rows.", total)
        % {"done": done, "count": count, "total": total},
    )
    for reason, names in refused.items():
        more = _(" and %(more)s more") % {"more": len(names) - NAMED_MAX} if len(names) > NAMED_MAX else ""
        messages.warning(
            request,
            _("%(count)s refused: %(reason)s %(names)s%(more)s")
            % {"count": len(names), "reason": reason, "names": ", ".join(names[:NAMED_MAX]), "more": more},
        )
