"""The Friday review: its figures as plain values, and the verb that keeps and mails it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from followups.sla.mail import recipients
from followups.sla.report import sla_report
from governance import gate
from governance.decisions import ExecutionClass, verb
from kpi.review import reading
from kpi.review.mail import send
from kpi.review.models import FridayReview
from kpi.review.reading import Span
from kpi.review.rules import WEEKS_BEFORE, change, last_friday, median_days, share, weeks_before
from kpi.tripwire import summaries
from offers.deals.life.states import State
from wholesale.plumbing.act import Act
from wholesale.plumbing.texts import iso_utc, json_number
from wholesale.plumbing.vocabulary import Province

SLA_FIGURES = ("count", "completed", "open_overdue", "p50", "p90", "within_30m", "within_2h")
_COUNTS = SLA_FIGURES[:3]
LATE_AT_MOST = timedelta(days=2)  # a review that the worker missed is mailed until then, and not after it


def zone() -> ZoneInfo:
    """The zone of the organisation's clock: the one of its business days."""
    return ZoneInfo(settings.RISK_BUSINESS_ZONE)


def span_of(until: datetime) -> Span:
    """The week that ends then, and the four weeks before it."""
    return Span(weeks_before(until, 1 + WEEKS_BEFORE, zone()), weeks_before(until, 1, zone()), until)


@verb(ExecutionClass.READ)
def friday_review(*, until: datetime | None = None, now: datetime | None = None) -> dict[str, Any]:
    """The figures of the week that ends at `until` (default: now), for all of Canada and for each province.

    They are plain values, as the API shows them. Amounts are in CAD, rates are fractions. What happened is counted as of
    `until`; tripwires, policies and open risk are as they are now.
    """
    now = now or timezone.now()
    span = span_of(until or now)
    return {
        "generated_at": iso_utc(now),
        "zone": zone().key,
        "before": iso_utc(span.before),
        "since": iso_utc(span.since),
        "until": iso_utc(span.until),
        "places": _places(span, min(span.until, now)),
        "risk": _risk(span),
        "ratio_study": _study(span),
    }


def _places(span: Span, now: datetime) -> list[dict[str, Any]]:
    """The figures of all of Canada, then those of each province."""
    counted = reading.counted(span)
    sent = reading.sent(span)
    stays = reading.stays(span)
    whole, groups = sla_report(since=span.since, until=span.until, by=["province"], now=now)
    sla = {None: whole, **{group["province"]: group for group in groups}}
    tripwires = _tripwires(span)
    places: list[str | None] = [None, *Province.values]
    return [
        {
            "province": place,
            "offers_sent": {
                "week": sum(week for province, (week, _) in sent.items() if place in (None, province)),
                "before": sum(before for province, (_, before) in sent.items() if place in (None, province)),
            },
            **_rates([one for one in counted if place in (None, one.province)]),
            **_stays([stay for stay in stays if place in (None, stay.province)]),
            "sla": _sla(sla.get(place, {})),
            "tripwires": tripwires[place],
        }
        for place in places
    ]


def _rates(counted: Iterable[reading.CountedEvents]) -> dict[str, Any]:
    totals: dict[tuple[str, bool], list[int]] = defaultdict(lambda: [0, 0, 0])
    for one in counted:
        total = totals[one.metric, one.is_week]
        total[:] = [sum(pair) for pair in zip(total, one[3:], strict=True)]

    def rate(metric: str) -> dict[str, Any]:
        shares = [share(successes, judged) for _, judged, successes in (totals[metric, True], totals[metric, False])]
        return {"week": shares[0], "before": shares[1], "change": change(*shares)}

    outside = {name: totals[reading.OUTSIDE_RULES, is_week][0] for name, is_week in (("week", True), ("before", False))}
    return {
        "acceptance": rate(reading.ACCEPTED),
        "contracts": rate(reading.CONTRACTED),
        "contacts_outside_rules": outside,
    }


def _stays(stays: Iterable[reading.Stay]) -> dict[str, Any]:
    lasted: dict[tuple[State, bool], list[timedelta]] = defaultdict(list)
    at_stake = Decimal(0)
    for stay in stays:
        lasted[stay.state, stay.is_over].append(stay.lasted)
        at_stake += stay.at_stake
    states = [
        {
            "state": state.value,
            "left": len(lasted[state, True]),
            "left_after_days": median_days(lasted[state, True]),
            "standing": len(lasted[state, False]),
            "standing_for_days": median_days(lasted[state, False]),
        }
        for state in State
        if lasted[state, True] or lasted[state, False]
    ]
    return {"states": states, "at_stake": json_number(at_stake)}


def _sla(figures: Mapping[str, Any]) -> dict[str, Any]:
    return {name: figures.get(name, 0 if name in _COUNTS else None) for name in SLA_FIGURES}


def _tripwires(span: Span) -> dict[str | None, list[dict[str, Any]]]:
    """By province, the tripwires that are on, that wait for somebody, or that went off in the week."""
    went_off, found = reading.went_off(span), defaultdict(list)
    for row in summaries.states():
        times = went_off.get((row["domain"], row["metric"], row["province"]), 0)
        if not (row["enabled"] or row["triggers"] or times):
            continue
        figures = {name: None if row[name] is None else json_number(row[name]) for name in ("baseline", "current")}
        kept = {name: row[name] for name in ("domain", "metric", "enabled", "triggered", "amber", "note")}
        waiting = len(row["triggers"])
        found[row["province"]].append({**kept, **figures, "went_off": times, "waiting": waiting})
    return found


def _risk(span: Span) -> list[dict[str, Any]]:
    return [
        {name: json_number(value) if isinstance(value, Decimal) else value for name, value in used._asdict().items()}
        for used in gate.risk_used(span.since, span.until)
    ]


def _study(span: Span) -> dict[str, Any] | None:
    study = reading.study_of(span)
    if study is None:
        return None
    days = {name: study[name].isoformat() if study[name] else None for name in ("since", "until")}
    return {"id": study["id"], **days, **{name: study["results"][name] for name in ("sales", "evidence")}}


@verb(ExecutionClass.RECORD)
def keep_review(*, by_mail: bool = True, act: Act) -> FridayReview | None:
    """Keep the review of the week that ended on the last Friday at 16:00, and mail it to the operators, once a week. Without
    `by_mail` it is kept only.

    Nothing happens, and None is returned, if it is kept already, or if that Friday is more than two days ago. If the e-mail
    cannot be sent, nothing is kept, and the next try sends it. If the transaction fails after the e-mail was sent, it is
    sent again.
    """
    until = last_friday(act.now, zone())
    ends_on = until.astimezone(zone()).date()
    if act.now - until > LATE_AT_MOST or FridayReview.objects.filter(ends_on=ends_on).exists():
        return None
    content = friday_review(until=until, now=act.now)
    to = recipients() if by_mail else []
    with transaction.atomic():
        # Of two workers the second waits here for the first, and finds its row.
        review, is_ours = FridayReview.objects.get_or_create(
            ends_on=ends_on,
            defaults={
                "since": span_of(until).since,
                "until": until,
                "content": content,
                "mailed_to": len(to),
                **act.signature,
            },
        )
        if not is_ours:
            return None
        if to:
            send(content, to)
    return review
