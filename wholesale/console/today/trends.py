"""The charts of Today: what was read of some days, as charts. No database here."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext as _

from followups.leads.models import Lead
from followups.sla.by_day import FirstStepsByDay, SlaByDay
from followups.tasks.outcomes.rules import Outcome
from kpi.review.rules import share
from kpi.tripwire.levels import ControlChart
from wholesale.console.today.figures import SentOffer
from wholesale.plumbing.charts import LINE, Chart, Series, chart
from wholesale.plumbing.days import Compared
from wholesale.plumbing.showing import shown_number, shown_short_day

DAYS_IN_A_BIN = {7: 1, 30: 5, 90: 15}  # by the number of days: of the charts of offers, which are few a day
Status = Lead.Status


def speed_to_lead(first: FirstStepsByDay) -> Chart:
    """How soon the first step of a ladder is done, in permitted minutes after it fell due."""
    return chart(
        _("Speed to lead: permitted minutes until the first step is done"),
        [shown_short_day(day) for day in first.days],
        [
            Series(_("Median"), [span["p50"] for span in first.days.values()], "main", LINE),
            Series(_("90th percentile"), [span["p90"] for span in first.days.values()], "amber", LINE),
        ],
        by=_("Day"),
        unit=_("minutes"),
    )


def sla_trend(sla: SlaByDay) -> Chart:
    """The fractions of the tasks that were done in time, by the day on which they fell due."""
    return chart(
        _("SLA: tasks done in time, by the day on which they fell due"),
        [shown_short_day(day) for day in sla.days],
        [
            Series(_("Within 2 permitted hours"), [span["within_2h"] for span in sla.days.values()], "main", LINE),
            Series(_("Within 30 permitted minutes"), [span["within_30m"] for span in sla.days.values()], "amber", LINE),
        ],
        by=_("Day"),
        rate=True,
    )


def contacts_by_hour(by_hour: Mapping[tuple[int, str], int], zone: tzinfo) -> Chart:
    """The contacts of each hour of a zone's clock, parted by what came of them."""
    groups = (
        (_("Replied or appointment"), "good", {Outcome.REPLIED, Outcome.APPOINTMENT}),
        (_("Reached"), "main", {Outcome.REACHED}),
        (_("Not reached"), "soft", {Outcome.NO_ANSWER, Outcome.LEFT_MESSAGE}),
        (_("Said no, or wrong number"), "red", {Outcome.NOT_INTERESTED, Outcome.WRONG_NUMBER, Outcome.OPTED_OUT}),
        (_("No outcome"), "grey", {""}),
    )
    hours = sorted({hour for hour, _outcome in by_hour})
    listed = range(hours[0], hours[-1] + 1) if hours else range(8, 21)
    counted: Counter[tuple[int, str]] = Counter(by_hour)
    return chart(
        _("Contacts by hour (%(zone)s) and outcome") % {"zone": zone},
        [f"{hour:02}" for hour in listed],
        [
            Series(name, [sum(counted[hour, outcome] for outcome in outcomes) for hour in listed], tone)
            for name, tone, outcomes in groups
        ],
        by=_("Hour"),
        stacked=True,
    )


def funnel(by_status: Mapping[str, int], offers: Sequence[SentOffer], span: Compared) -> Chart:
    """How far the leads that came in these days have come until now."""
    reached = funnel_counts(by_status, [offer for offer in offers if span.holds(offer.lead_came_at)])
    names = (_("Came"), _("Spoken with"), _("Appointment"), _("Offer sent"), _("Under contract"), _("Closed"))
    return chart(
        _("From lead to closed: how far the leads of these days have come"),
        names,
        [Series(_("Leads"), reached)],
        by=_("Stage"),
        across=True,
    )


def funnel_counts(by_status: Mapping[str, int], offers: Sequence[SentOffer]) -> list[int]:
    """Count the leads that came at least so far: came, spoken with, appointment, offer sent, under contract, closed.

    Their statuses and their offers say so, and each may know more than the other: who came to a stage came to all before.
    """
    spoken = (Status.CONTACTED, Status.APPOINTMENT, Status.UNDER_CONTRACT, Status.CLOSED, Status.NOT_INTERESTED)
    after = (spoken, spoken[1:4], (), spoken[2:4], spoken[3:4])
    by_word = [sum(by_status.values()), *(sum(by_status.get(status, 0) for status in some) for some in after)]
    by_offer = (
        {offer.lead_id for offer in offers},
        {offer.lead_id for offer in offers if offer.contracted},
        {offer.lead_id for offer in offers if offer.closed},
    )
    counts = [max(pair) for pair in zip(by_word, (0, 0, 0, *map(len, by_offer)), strict=True)]
    for n in reversed(range(len(counts) - 1)):
        counts[n] = max(counts[n], counts[n + 1])
    return counts


def offers_sent(offers: Sequence[SentOffer], span: Compared) -> Chart:
    """How many offers were sent."""
    bins = binned(span)
    values = [sum(begin <= offer.sent_at < end for offer in offers) for begin, end in bins]
    return chart(_("Offers sent"), _names(bins, span), [Series(_("Offers"), values)], by=_("From the day"))


def acceptance(offers: Sequence[SentOffer], span: Compared) -> Chart:
    """The share of accepted offers among those that were answered, with its 95% interval by Wilson."""
    bins = binned(span)
    shares = [_share([offer for offer in offers if offer.told_at and begin <= offer.told_at < end]) for begin, end in bins]
    return chart(
        _("Offers accepted, with the 95% interval"),
        _names(bins, span),
        [
            Series(_("Accepted"), [one["rate"] for one in shares], "strong", LINE),
            Series(
                _("95% interval"),
                [None if one["rate"] is None else (one["low"], one["high"]) for one in shares],
                "soft",
            ),
        ],
        by=_("From the day"),
        rate=True,
    )


def control_chart(one: ControlChart) -> Chart:
    """A tripwire's figure with its lines: the baseline, amber and red."""
    size = len(one.points)
    lines = (
        (_("Baseline"), one.centre if one.falls else None, "grey"),
        (_("Amber"), one.amber, "amber"),
        (_("Red"), one.red, "red"),
    )
    drawn = [Series(name, [at] * size, tone, LINE, dashed=True) for name, at, tone in lines if at is not None]
    return chart(
        str(one.policy),
        [shown_number(size - 1 - n) for n in range(size)],
        [Series(_("Now") if one.falls else _("Sum"), one.points, "main", LINE), *drawn],
        by=_("Steps before now"),
        shown=lambda value: shown_number(value, 3),
    )


def binned(span: Compared) -> list[tuple[datetime, datetime]]:
    """Part the days: the beginning and the end of each part."""
    edges = [*span.beginnings()[:: DAYS_IN_A_BIN.get(span.days, 1)], span.until]
    return list(pairwise(edges))


def _names(bins: Sequence[tuple[datetime, datetime]], span: Compared) -> list[str]:
    return [shown_short_day(begin.astimezone(span.zone).date()) for begin, _end in bins]


def _share(offers: Sequence[SentOffer]) -> dict[str, Any]:
    return share(sum(offer.accepted for offer in offers), len(offers))
