"""The simulated leads: how they come in, what they answer, and how their statuses are stored at the end of a day."""

from collections import defaultdict
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from followups.ladders.bulk import Start, start_ladders
from followups.leads.inbound.services import record_inbound
from followups.leads.models import Lead
from followups.leads.services import upsert_leads
from governance.channels import Channel
from governance.gate import Point, points_of
from governance.gate.ledger import record_consent, record_scrub
from wholesale.demo.day import SimulatedDay
from wholesale.demo.people import REPLIES, SOURCES, LeadPlan, correlation_of, lead, lead_id_of, number_of
from wholesale.demo.plan import LEFT_OVER, QUARTER
from wholesale.plumbing.act import Act

_LIST = timedelta(hours=1)  # the leads of this span form one list
_UNREAD = 3  # doubtful messages that wait at the end of the simulation


def put(day: SimulatedDay) -> None:
    """Add the hourly lists of new leads to the agenda. Reading a list stores its leads and starts their ladders."""
    lists: dict[int, list[LeadPlan]] = defaultdict(list)
    for number in day.plan.arriving(day.number):
        came_at = day.sometime()
        lists[(came_at - day.start) // _LIST].append(lead(day.plan.seed, number))
    for hour, coming in sorted(lists.items()):
        day.agenda.put(day.start + _LIST * (hour + 1) - QUARTER / 3, partial(_read_list, day, coming))
    if day.number == day.plan.days - 1:
        _put_unread(day)


def _put_unread(day: SimulatedDay) -> None:
    """Add leads' doubtful messages after the last contact, so that some wait for a person when the simulation ends."""
    known = range(day.plan.arriving(day.number).start)
    for n, number in enumerate(day.random.sample(known, min(_UNREAD, len(known))), start=1):
        when = day.plan.work_ends + LEFT_OVER * n / (_UNREAD + 1)
        day.agenda.put(when, partial(receive, day, lead_id_of(number), "doubtful"))


def _read_list(day: SimulatedDay, coming: list[LeadPlan], now: datetime) -> None:
    """Store the leads of a list and start their ladders. Record each lead's consent, or a scrub if there is no ground."""
    act = day.act(now)
    _bring([one.row for one in coming], act)
    points: dict[str, list[Point]] = defaultdict(list)
    for one in coming:
        points[one.source] += points_of(phone=one.row["phone"], email=one.row.get("email", ""))
    for source, theirs in sorted(points.items()):
        basis = SOURCES[source].basis
        if basis:
            evidence = f"{source} of {now:%Y-%m-%d}"
            proof = SOURCES[source].proof
            record_consent(points=theirs, basis=basis, obtained_at=now, evidence=evidence, proof=proof, act=act)
        else:
            record_scrub(points=theirs, checked_at=now, evidence="the month's list", act=act)
    worked = [Start(one.lead_id, one.place.province, one.place.market) for one in coming if one.is_worked]
    if worked:
        start = day.unless_stopped(lambda now: start_ladders(worked, act=day.act(now)))
        day.agenda.put(now + timedelta(seconds=1), start)


def receive(day: SimulatedDay, lead_id: str, kind: str, now: datetime) -> None:
    """Record a lead's answer to a text message. `kind` is what the answer means, such as interest."""
    row = lead(day.plan.seed, number_of(lead_id)).row
    received = record_inbound(
        channel=Channel.SMS,
        text=day.random.choice(REPLIES[kind, row["language"]]),
        lead_id=lead_id,
        phone=row["phone"],
        act=day.act(now, "sms gateway", correlation_of(lead_id)),
    )
    if received.opted_out_channels:
        day.statuses[lead_id] = Lead.Status.DEAD
        day.look_again(now)
    elif received.is_held:
        day.put_aside(lead_id)
    elif kind == "interest":
        day.statuses.setdefault(lead_id, Lead.Status.CONTACTED)


def keep_statuses(day: SimulatedDay, now: datetime) -> None:
    """Store the lead statuses that the day has brought, as an import of a list in the evening would."""
    rows = [{"lead_id": lead_id, "status": status} for lead_id, status in sorted(day.statuses.items())]
    _bring(rows, day.act(now))


def _bring(rows: list[dict[str, Any]], act: Act) -> None:
    refused = upsert_leads(rows, act=act).refused_rows
    assert not refused, refused[0].reason
