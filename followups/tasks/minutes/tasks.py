"""Background tasks of permitted minutes. Each may safely run twice. It is enqueued in one transaction with the change that
needs it. Its arguments are ids and places only, because no phone number or address may lie in the queue."""

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
    """Give open tasks whose permitted interval has run out their next interval. Runs every minute."""
    services.roll()


@task(queue_name=Queue.PERIODIC)
def lapse() -> None:
    """Cancel the steps that waited too long for the lead's own ground. Runs every five minutes."""
    with correlated():
        lapse_steps(act=Act())


@task()
def recompute_missing() -> None:
    """Recompute the permitted minutes and SLA limits of open tasks that lack some. Runs every night."""
    services.recompute_missing()


@task()
def recompute_leads(lead_ids: list[str]) -> None:
    """Recompute the permitted minutes of these leads' open tasks, because something about the leads changed."""
    services.recompute_leads(lead_ids)


@task()
def recompute_places(provinces: list[str] | None, markets: list[str] | None) -> None:
    """Recompute the permitted minutes of the open tasks where a rule changed: in these markets (None: in all) of these
    provinces (None: of all)."""
    services.recompute_places(provinces, markets)


@task()
def recompute_watched(province: str, market: str, channel: str) -> None:
    """Recompute the SLA limits of the open tasks to which a changed SLA policy may apply."""
    services.recompute_watched(province, market, channel)


def enqueue_leads(lead_ids: Collection[str]) -> list[str]:
    """Have a worker recompute these leads' permitted minutes once the caller commits. Return those with an open ladder."""
    ladders = FollowupLadder.objects.open().filter(lead_id__in=among(lead_ids))
    with_steps = list(ladders.order_by("lead_id").values_list("lead_id", flat=True))
    for start in range(0, len(with_steps), LEADS_AT_ONCE):
        recompute_leads.enqueue(with_steps[start : start + LEADS_AT_ONCE])
    return with_steps


def on_contact_rules_changed(envelopes: Sequence[Envelope], **kwargs: Any) -> None:
    """Have a worker recompute the permitted minutes of tasks where rules changed: everywhere, if a rule names no place."""
    if FollowupLadder.objects.open().exists():
        for province, market in {(one.subject.province, one.subject.market) for one in envelopes}:
            recompute_places.enqueue([province] if province else None, [market] if market else None)


def on_sla_policy_changed(envelopes: Sequence[Envelope], **kwargs: Any) -> None:
    """Have a worker recompute the SLA limits of tasks to which a changed policy may apply. A recorded breach stays."""
    if FollowupLadder.objects.open().exists():
        for policy in (one.facts["policy"] for one in envelopes):
            recompute_watched.enqueue(policy.province, policy.market, policy.channel)


def on_contact_records_changed(envelopes: Sequence[Envelope], **kwargs: Any) -> None:
    """Have a worker recompute the permitted minutes of leads whose number or address has a new line in the ledger."""
    enqueue_leads(lead_ids_at([point for one in envelopes for point in one.facts["points"]]))


def register() -> None:
    """Register the periodic jobs with their times."""
    periodic.every("* * * * *", roll)
    periodic.every("*/5 * * * *", lapse)
    periodic.every("7 8 * * *", recompute_missing)
