"""Background work of permitted minutes, each safe to do twice. It is enqueued with the change that needs it, or not at all,
and takes ids and places only: a number or an address has no place in a task's row."""

from collections.abc import Collection, Sequence
from typing import Any

from django_tasks import task

from followups.ladders.models import FollowupLadder
from followups.leads.lookups import lead_ids_at
from followups.tasks.lapses import lapse_steps
from followups.tasks.minutes import services
from wholesale.plumbing.act import Act
from wholesale.plumbing.correlation import correlated
from wholesale.plumbing.envelope import Envelope
from wholesale.plumbing.lookups import among
from wholesale.plumbing.work import periodic
from wholesale.plumbing.work.queues import Queue

LEADS_AT_ONCE = 1_000


@task(queue_name=Queue.PERIODIC)
def roll() -> None:
    """Every minute: the intervals that have run out."""
    services.roll()


@task(queue_name=Queue.PERIODIC)
def lapse() -> None:
    """Every five minutes: the steps that waited for the lead's own ground for as long as they may."""
    with correlated():
        lapse_steps(act=Act())


@task()
def recompute_missing() -> None:
    """Every night: the tasks of which no minute was known."""
    services.recompute_missing()


@task()
def recompute_leads(lead_ids: list[str]) -> None:
    """Something about these leads changed."""
    services.recompute_leads(lead_ids)


@task()
def recompute_places(provinces: list[str] | None, markets: list[str] | None) -> None:
    """A rule of these places changed; None is all of them."""
    services.recompute_places(provinces, markets)


@task()
def recompute_watched(province: str, market: str, channel: str) -> None:
    """An SLA policy changed."""
    services.recompute_watched(province, market, channel)


def enqueue_leads(lead_ids: Collection[str]) -> list[str]:
    """Have the minutes of these leads' open tasks worked out anew, once the caller's transaction is through. Who has any."""
    ladders = FollowupLadder.objects.open().filter(lead_id__in=among(lead_ids))
    with_steps = list(ladders.order_by("lead_id").values_list("lead_id", flat=True))
    for start in range(0, len(with_steps), LEADS_AT_ONCE):
        recompute_leads.enqueue(with_steps[start : start + LEADS_AT_ONCE])
    return with_steps


def on_contact_rules_changed(envelopes: Sequence[Envelope], **kwargs: Any) -> None:
    """A policy, a zone, a closed day or the organisation changed."""
    if FollowupLadder.objects.open().exists():
        for province, market in {(one.subject.province, one.subject.market) for one in envelopes}:
            recompute_places.enqueue([province] if province else None, [market] if market else None)


def on_sla_policy_changed(envelopes: Sequence[Envelope], **kwargs: Any) -> None:
    """The open tasks that it may watch are judged anew. What is a breach already stays one."""
    if FollowupLadder.objects.open().exists():
        for policy in (one.facts["policy"] for one in envelopes):
            recompute_watched.enqueue(policy.province, policy.market, policy.channel)


def on_contact_records_changed(envelopes: Sequence[Envelope], **kwargs: Any) -> None:
    """Something is on file. An opt-out needs nothing: it cancels the steps in its own transaction."""
    enqueue_leads(lead_ids_at([point for one in envelopes for point in one.facts["points"]]))


def register() -> None:
    """Say when."""
    periodic.every("* * * * *", roll)
    periodic.every("*/5 * * * *", lapse)
    periodic.every("7 8 * * *", recompute_missing)
