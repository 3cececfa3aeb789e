"""The facts of which users are told, read from the rows that their own verbs wrote.

No verb writes a notice or sends anything: a look reads what is committed. So a fact that was refused or rolled back makes no
notice, and no verb waits for a notice or fails by one.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import Count

from buyers.models import BuyerImport
from followups.leads.inbox.models import InboxItem
from followups.leads.lists.models import LeadImport
from followups.models import SlaBreach
from governance.gate import kill_switch_toggles
from kpi.tripwire.models import RegressionTrigger
from offers.models import SaleImport
from wholesale.console.notices.models import NoticeKind
from wholesale.plumbing.importing.models import ImportBatch
from wholesale.plumbing.vocabulary import LABEL_MAX_LENGTH

QUARTER = timedelta(minutes=15)
ENGAGED, RELEASED = "engaged", "released"
IMPORTS: tuple[type[ImportBatch], ...] = (LeadImport, BuyerImport, SaleImport)
# A doubtful message is an answer too, until somebody decides that it is none.
ANSWERS = (InboxItem.Kind.REPLY, InboxItem.Kind.MESSAGE)
# Checks of the runbook that find what other kinds of notices, and other alerts of Today, tell of.
TOLD_APART = frozenset({"kill_switch.free", "regression.triggers"})


class Fact(NamedTuple):
    """What happened: its kind and time, whose it is (a user name; empty if nobody's), what it is about, and how often."""

    kind: NoticeKind
    at: datetime
    whose: str = ""
    about: str = ""  # an id or a code, never a name
    times: int = 1


def slot_of(at: datetime) -> datetime:
    """Return the first instant of a time's quarter of an hour."""
    return at - timedelta(minutes=at.minute % 15, seconds=at.second, microseconds=at.microsecond)


def facts_since(since: datetime, blockers: Mapping[str, str]) -> Iterator[Fact]:
    """Yield the facts since then, each kind in the order of time. `blockers`: checks that block go-live -> since when."""
    yield from _breaches(since)
    yield from _toggles(since)
    yield from _triggers(since)
    for check, began in sorted(blockers.items(), key=lambda blocker: blocker[1]):
        if (at := datetime.fromisoformat(began)) >= since:
            yield Fact(NoticeKind.RUNBOOK, at, about=check)
    yield from _answers(since)
    for model in IMPORTS:
        yield from _imports(model, since)


def _breaches(since: datetime) -> Iterator[Fact]:
    found = SlaBreach.objects.filter(notice__created_at__gte=since).order_by("notice__created_at")
    for at, owner, count in found.values_list("notice__created_at", "owner").annotate(count=Count("pk")):
        yield Fact(NoticeKind.SLA, at, owner or "", times=count)


def _toggles(since: datetime) -> Iterator[Fact]:
    for at, is_engaged in kill_switch_toggles(since):
        yield Fact(NoticeKind.KILL_SWITCH, at, about=ENGAGED if is_engaged else RELEASED)


def _triggers(since: datetime) -> Iterator[Fact]:
    triggers = RegressionTrigger.objects.filter(created_at__gte=since).select_related("policy").order_by("created_at", "id")
    for trigger in triggers:
        yield Fact(NoticeKind.TRIPWIRE, trigger.created_at, about=trigger.policy.codes[:LABEL_MAX_LENGTH])


def _answers(since: datetime) -> Iterator[Fact]:
    items = InboxItem.objects.filter(done_at__isnull=True, kind__in=ANSWERS, created_at__gte=since)
    for at, owner in items.order_by("created_at", "id").values_list("created_at", "owner"):
        yield Fact(NoticeKind.REPLY, at, owner or "")


def _imports(model: type[ImportBatch], since: datetime) -> Iterator[Fact]:
    # Of a small file the answer was the page that came back.
    done: Any = model._default_manager.filter(is_large=True, finished_at__gte=since).order_by("finished_at", "id")
    for pk, state, at, username in done.values_list("pk", "state", "finished_at", "user__username"):
        yield Fact(NoticeKind.IMPORT, at, username or "", f"{model._meta.label_lower} {pk} {state}")
