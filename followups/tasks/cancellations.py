"""Cancel open steps of ladders. Each cancelled task gets a line of history."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from functools import wraps
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Q, QuerySet

from followups.ladders.models import FollowupLadder
from followups.leads.lookups import by_kind
from followups.leads.models import Lead
from followups.tasks import history
from followups.tasks.models import FollowupTask, TaskEvent
from governance.channels import Channel
from governance.gate import Point
from wholesale.plumbing import writes
from wholesale.plumbing.act import Act
from wholesale.plumbing.compiled import Rows, Select, Statement, together

EVERY_CHANNEL = tuple(Channel)
# The cancel reason of an opt-out.
OPTED_OUT = "opted_out"
_LADDER = tuple(field.attname for field in FollowupLadder._meta.concrete_fields)
_STEP = ("id", "ladder_id", "channel")


class OpenSteps(NamedTuple):
    """Ladders and their open steps, which the caller's transaction has locked."""

    ladders: list[FollowupLadder]
    steps: list[tuple[int, int, str]]  # each a task's id, its ladder and its channel; without those cancelled since

    def of(self, ladders: list[FollowupLadder]) -> "OpenSteps":
        """Return these of the ladders, with their open steps."""
        theirs = {ladder.pk for ladder in ladders}
        return OpenSteps(ladders, [step for step in self.steps if step[1] in theirs])


def _locks(build: Callable[..., QuerySet[Any, Any]]) -> Callable[..., list[Statement]]:
    """Return a function that gives the statements which lock the ladders that `build` returns, then their open steps."""

    @wraps(build)
    def ladders(*given: Any) -> QuerySet[Any, Any]:
        return build(*given).order_by("pk").values_list(*_LADDER)

    @wraps(build)
    def steps(*given: Any) -> QuerySet[Any, Any]:
        theirs = FollowupTask.objects.open().filter(ladder__in=build(*given).order_by().values("pk"))
        return theirs.order_by("pk").values_list(*_STEP)

    selects = Select(ladders), Select(steps)
    return lambda **given: [select.locking(**given) for select in selects]


# The statements that lock and read a ladder, open or not, and the open ladder of a lead, with their open steps.
locking_ladder = _locks(
    lambda ladder_id, lead_id: FollowupLadder.objects.filter(Q(pk=ladder_id) | Q(lead_id=lead_id, closed_at__isnull=True))
)
# The same of the open ladders of many leads.
locking_ladders_of = _locks(lambda lead_ids: FollowupLadder.objects.open().filter(lead__lead_id__among=lead_ids))


def _at(phones: Any, emails: Any, lead_ids: Any) -> QuerySet[Any, Any]:
    # One query for each index (see `followups.leads.lookups`).
    by_phone = Lead.objects.filter(~Q(phone=""), phone__among=phones)
    by_email = Lead.objects.filter(~Q(email=""), email__among=emails)
    named = FollowupLadder.objects.open().filter(lead__lead_id__among=lead_ids)
    found = [known.order_by().values("lead_id") for known in (by_phone, by_email, named)]
    return FollowupLadder.objects.open().filter(lead_id__in=found[0].union(*found[1:]))


_locking_ladders_at = _locks(_at)


def locking_ladders_at(points: Collection[Point]) -> list[Statement]:
    """Return the same of the open ladders of all leads with these points, and of the leads among the points."""
    return _locking_ladders_at(**by_kind(points))


def open_steps(ladders: Rows, steps: Rows) -> OpenSteps:
    """Return the ladders and steps that the two statements have locked."""
    made = [FollowupLadder.from_db(connection.alias, _LADDER, row) for row in ladders]
    return OpenSteps(made, steps)


_holding: ContextVar[OpenSteps | None] = ContextVar("holding", default=None)


@contextmanager
def holding(found: OpenSteps | None) -> Iterator[None]:
    """Within the block, signals cancel only steps among these: the act has locked every step that its signals may cancel.

    So their receivers ask nothing, and know which steps the act has cancelled but not written yet. None: they lock steps.
    """
    token = _holding.set(found)
    try:
        yield
    finally:
        _holding.reset(token)


def steps_of(lead_ids: Collection[str]) -> OpenSteps:
    """Lock the open ladders of these leads, and their open steps, unless the act is `holding` them."""
    held = _holding.get()
    if held is None:
        return open_steps(*together(*locking_ladders_of(lead_ids=list(lead_ids))))
    return held.of([ladder for ladder in held.ladders if ladder.lead_id in lead_ids])


def may_have_steps(lead_id: str) -> bool:
    """Whether a lead may have open steps: False if the act is `holding` its steps and has cancelled them all."""
    return _holding.get() is None or bool(steps_of([lead_id]).steps)


def steps_at(points: Collection[Point]) -> OpenSteps:
    """Lock the open ladders of all leads with these points, and their open steps, unless the act is `holding` them."""
    return _holding.get() or open_steps(*together(*locking_ladders_at(points)))


def cancel(
    found: OpenSteps,
    act: Act,
    *,
    channels: Collection[str] = EVERY_CHANNEL,
    kind: TaskEvent.Kind = TaskEvent.Kind.CANCELLED,
) -> int:
    """Cancel the locked steps by these channels, with the act's reason and a history line of this kind. Return how many."""
    cancelled = [step for step in found.steps if step[2] in channels]
    for held in filter(None, (_holding.get(), found)):
        held.steps[:] = [step for step in held.steps if step not in cancelled]
    if cancelled:
        task_ids, ladder_ids, _ = zip(*cancelled, strict=True)
        with writes.gathered():
            writes.update(FollowupTask, ("cancelled_at", "cancel_reason"), [(pk, act.now, act.reason) for pk in task_ids])
            history.write(kind, task_ids, act)
            close_steps(found.ladders, Counter(ladder_ids), act.now)
    return len(cancelled)


def close_steps(ladders: Iterable[FollowupLadder], closed: Mapping[int, int], now: datetime) -> None:
    """Subtract the closed steps, counted by ladder id, from the open steps of locked ladders. A ladder closes if none is
    left."""
    changed = [ladder for ladder in ladders if closed.get(ladder.pk)]
    for ladder in changed:
        ladder.open_steps -= closed[ladder.pk]
        ladder.closed_at = ladder.closed_at if ladder.open_steps else now
    columns = ("open_steps", "closed_at")
    writes.update(FollowupLadder, columns, [(ladder.pk, ladder.open_steps, ladder.closed_at) for ladder in changed])
