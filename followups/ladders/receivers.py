"""Receivers of signals: they close, cancel or move ladders when a lead or the names of a market change. They run in the
transaction of that change."""

from collections.abc import Collection, Sequence
from typing import Any

from followups.ladders.cancellations import ALREADY_FOLLOWED_UP, because_of, close_open_ladders
from followups.ladders.models import FollowupLadder
from followups.ladders.prospects import find, meeting
from followups.leads.facts import FACTS
from followups.leads.models import Lead
from followups.leads.signals import contact_marked_wrong, hunt_ended, leads_changed, leads_opted_out
from followups.leads.statuses import ENDS_THE_HUNT
from followups.leads.storing import FLAGS
from followups.tasks.cancellations import EVERY_CHANNEL, OPTED_OUT, cancel, may_have_steps, steps_at
from followups.tasks.minutes.tasks import enqueue_leads
from followups.tasks.models import FollowupTask
from governance.gate.ledger import opted_out_of
from governance.signals import markets_named
from wholesale.plumbing.envelope import Envelope
from wholesale.plumbing.lookups import among

# Without the status: a status that would make the gate refuse a contact closes the ladder anyway.
_OF_THE_GATE = tuple(name for name in FACTS if name != "status")
_REACHED_BY = (*FLAGS, *FLAGS.values())


def connect() -> None:
    """Connect the receivers to their signals. Connecting them again changes nothing."""
    for signal, receiver in (
        (leads_changed, on_leads_changed),
        (hunt_ended, on_hunt_ended),
        (contact_marked_wrong, on_contact_marked_wrong),
        (leads_opted_out, on_leads_opted_out),
        (opted_out_of, on_opted_out_of),
        (markets_named, on_markets_named),
    ):
        signal.connect(receiver, dispatch_uid=f"followups.{receiver.__name__}")


def on_leads_changed(envelopes: Sequence[Envelope], **kwargs: Any) -> None:
    """Close the ladders of leads whose status ends the hunt, or who now share a number or address with an older ladder."""
    changes = [(one.facts["before"], one.facts["lead"]) for one in envelopes]
    close_open_ladders(_closings(changes), envelopes[0].act)


def _closings(changes: Sequence[tuple[Lead | None, Lead]]) -> dict[str, str]:
    """Return why ladders close, by lead id. Have a worker recompute the permitted minutes of leads whose facts changed."""
    news = [lead.lead_id for before, lead in changes if _differ(before, lead, _OF_THE_GATE)]
    followed = set(enqueue_leads(news)) if news else set()
    closings = {
        lead.lead_id: because_of(lead.status)
        for before, lead in changes
        if lead.status in ENDS_THE_HUNT and _differ(before, lead, ("status",))
    }
    moved = [lead.lead_id for before, lead in changes if lead.lead_id in followed and _differ(before, lead, _REACHED_BY)]
    if moved:
        going_on = [ladder for ladder in find(moved).ladders if ladder.lead.person_id not in closings]
        closings |= dict.fromkeys(meeting(going_on), ALREADY_FOLLOWED_UP)
    return closings


def _differ(before: Lead | None, lead: Lead, names: Collection[str]) -> bool:
    return before is None or any(getattr(before, name) != getattr(lead, name) for name in names)


def on_hunt_ended(envelopes: Sequence[Envelope], **kwargs: Any) -> None:
    """Close the open ladders of leads whose status ends the hunt."""
    closings = {one.subject.id: because_of(one.facts["status"]) for one in envelopes}
    close_open_ladders(closings, envelopes[0].act)


def on_contact_marked_wrong(envelopes: Sequence[Envelope], **kwargs: Any) -> None:
    """Have a worker recompute the permitted minutes of leads whose number or address was marked as wrong."""
    if leads := [one.subject.id for one in envelopes if may_have_steps(one.subject.id)]:
        enqueue_leads(leads)


def on_leads_opted_out(envelopes: Sequence[Envelope], **kwargs: Any) -> int:
    """Cancel the open ladders of leads that want no more contact. Return how many steps were cancelled."""
    return close_open_ladders(dict.fromkeys([one.subject.id for one in envelopes], OPTED_OUT), envelopes[0].act)


def on_opted_out_of(envelopes: Sequence[Envelope], **kwargs: Any) -> None:
    """Cancel the open steps of all leads at the points of each opt-out; only those by its channel, if it names any."""
    for envelope in envelopes:
        channel = envelope.facts["channel"]
        channels = [channel] if channel else EVERY_CHANNEL
        cancel(steps_at(envelope.facts["points"]), envelope.act.because(OPTED_OUT), channels=channels)


def on_markets_named(envelopes: Sequence[Envelope], **kwargs: Any) -> None:
    """Move leads, open ladders and open steps under new names of a market to the market. Closed ladders stay."""
    for envelope in envelopes:
        _move(envelope.subject.province, envelope.facts["names"], envelope.subject.market)


def _move(province: str | None, names: Collection[str], market: str | None) -> None:
    here = {"province": province, "market__in": list(names)}
    Lead.objects.filter(**here).update(market=market)
    locked = FollowupLadder.objects.open().filter(**here).order_by("pk").select_for_update()
    ladder_ids = list(locked.values_list("pk", flat=True))
    FollowupLadder.objects.filter(pk__in=among(ladder_ids, "bigint")).update(market=market)
    FollowupTask.objects.open().filter(ladder_id__in=among(ladder_ids, "bigint")).update(market=market)
