"""A review as tables, and these as markdown and as HTML. The admin's page shows the same tables."""

from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.template.loader import render_to_string

from followups.sla.report_admin import in_words
from kpi.review.rules import WEEKS_BEFORE
from offers.deals.life.states import State
from offers.studies.tables import ratio_table
from wholesale.plumbing.texts import cad
from wholesale.plumbing.vocabulary import Province

CANADA = "All of Canada"
_BEFORE = f"{WEEKS_BEFORE} weeks before"


class Section(NamedTuple):
    """A part of a review: a title, a table with `headers` and `rows`, and a note. Without rows it has the note alone."""

    title: str
    table: dict[str, list[Any]]
    note: str = ""


def title_of(review: dict[str, Any]) -> str:
    """The title of a review: the day on which its week ends."""
    return f"Friday review, week to {_local(review, 'until'):%A %d %B %Y}"


def span_text(review: dict[str, Any]) -> str:
    """The days of a review, as a sentence."""
    since, until = (f"{_local(review, name):%a %d %b %Y, %H:%M}" for name in ("since", "until"))
    return f"From {since} until {until} ({review['zone']}), against the {WEEKS_BEFORE} weeks before."


def _local(review: dict[str, Any], name: str) -> datetime:
    return datetime.fromisoformat(review[name]).astimezone(ZoneInfo(review["zone"]))


def sections(review: dict[str, Any]) -> list[Section]:
    """The parts of a review. Provinces in which nothing happened are named once."""
    shown = [place for place in review["places"] if place["province"] is None or _is_busy(place)]
    quiet = [_name(place) for place in review["places"] if place not in shown]
    return [
        _offers(shown, f"Nothing in {', '.join(quiet)}." if quiet else ""),
        _states(shown),
        _conduct(shown),
        _tripwires(shown),
        _risk(review["risk"]),
        _study(review["ratio_study"]),
    ]


def _is_busy(place: dict[str, Any]) -> bool:
    return any(
        (
            *place["offers_sent"].values(),
            *place["contacts_outside_rules"].values(),
            *(place[rate][span]["trials"] for rate in ("acceptance", "contracts") for span in ("week", "before")),
            place["states"],
            place["sla"]["count"],
            place["tripwires"],
        )
    )


def _name(place: dict[str, Any]) -> str:
    return CANADA if place["province"] is None else str(Province(place["province"]).label)


def _offers(places: list[dict[str, Any]], note: str) -> Section:
    headers = ["Place", "Sent", "Before"]
    for rate in ("Accepted", "Contracted"):
        headers += [rate, "Before", "Points"]
    rows = [
        [
            _name(place),
            *(f"{place['offers_sent'][span]:,}" for span in ("week", "before")),
            *(text for rate in ("acceptance", "contracts") for text in _rate_texts(place[rate])),
            cad(Decimal(str(place["at_stake"]))),
        ]
        for place in places
    ]
    explained = (
        f"Before: the {_BEFORE}. Points: the change of the rate. Rates are of the final answers of the week, with 95% "
        "intervals: for looking at, not for stopping."
    )
    return Section("Offers", {"headers": [*headers, "At stake"], "rows": rows}, f"{explained} {note}".strip())


def _rate_texts(rate: dict[str, Any]) -> list[str]:
    return [_share_text(rate["week"]), _share_text(rate["before"]), _change_text(rate["change"])]


def _share_text(share: dict[str, Any]) -> str:
    if share["rate"] is None:
        return "-"
    return f"{share['rate']:.0%} of {share['trials']:,} ({share['low']:.0%} to {share['high']:.0%})"


def _change_text(change: dict[str, Any] | None) -> str:
    if change is None:
        return "-"
    low, high = (f"{change[bound] * 100:+.0f}" for bound in ("low", "high"))
    moved = " lower" if change["high"] < 0 else " higher" if change["low"] > 0 else ""
    return f"{change['difference'] * 100:+.0f} ({low} to {high}){moved}"


def _states(places: list[dict[str, Any]]) -> Section:
    rows = [
        [
            _name(place),
            str(State(row["state"]).label),
            f"{row['left']:,}",
            _days(row["left_after_days"]),
            f"{row['standing']:,}",
            _days(row["standing_for_days"]),
        ]
        for place in places
        for row in place["states"]
    ]
    headers = ["Place", "State", "Left it this week", "After days, median", "Stand in it", "For days, median"]
    return Section(
        "Days in each state", {"headers": headers, "rows": rows}, "" if rows else "No offer moved or stands open."
    )


def _days(days: float | None) -> str:
    return "-" if days is None else f"{days:.1f}"


def _conduct(places: list[dict[str, Any]]) -> Section:
    headers = ["Place", "Tasks due", "Completed", "Open, overdue", "In 30 min", "In 2 h", "Late, p50", "Late, p90"]
    rows = [
        [
            _name(place),
            *(f"{place['sla'][name]:,}" for name in ("count", "completed", "open_overdue")),
            *(_percent(place["sla"][name]) for name in ("within_30m", "within_2h")),
            *(in_words(place["sla"][name]) for name in ("p50", "p90")),
            *(f"{place['contacts_outside_rules'][span]:,}" for span in ("week", "before")),
        ]
        for place in places
    ]
    outside = ["Contacts outside the rules", f"Outside, {_BEFORE}"]
    return Section("SLA, and contacts outside the rules", {"headers": [*headers, *outside], "rows": rows})


def _percent(part: float | None) -> str:
    return "-" if part is None else f"{part:.0%}"


def _tripwires(places: list[dict[str, Any]]) -> Section:
    rows = [
        [
            f"{row['domain']} {row['metric']}",
            _name(place),
            "Off" if not row["enabled"] else "Triggered" if row["triggered"] else "Amber" if row["amber"] else "Quiet",
            f"{row['went_off']:,}",
            f"{row['waiting']:,}",
            row["note"],
        ]
        for place in places
        for row in place["tripwires"]
    ]
    headers = ["Metric", "Place", "Now", "Went off this week", "Triggers not undone", "What it saw"]
    return Section("Tripwires", {"headers": headers, "rows": rows}, "" if rows else "No tripwire is on.")


def _risk(engines: list[dict[str, Any]]) -> Section:
    headers = ["Engine", "Reserved", "Lost", "Reservations", "At stake now", "Cap on it"]
    rows = [
        [
            row["engine"] if row["enabled"] else f"{row['engine']} (off)",
            *(_money(row[name]) for name in ("exposure_used", "realized_loss")),
            f"{row['actions']:,}",
            _money(row["open_risk"]),
            _money(row["max_open_risk"]) if row["max_open_risk"] else "no cap",
        ]
        for row in engines
    ]
    return Section("Risk used", {"headers": headers, "rows": rows}, "The business days of the week.")


def _money(amount: float) -> str:
    return cad(Decimal(str(amount)))


def _study(study: dict[str, Any] | None) -> Section:
    if study is None:
        return Section("Ratio study", {"headers": [], "rows": []}, "No ratio study of all places was done this week.")
    days = f"Study {study['id']}, sold from {study['since'] or 'the first'} to {study['until'] or 'the last'}."
    return Section("Ratio study", ratio_table(study["sales"]), days)


def as_markdown(review: dict[str, Any]) -> str:
    """A review as a page of markdown."""
    lines = [f"# {title_of(review)}", "", span_text(review), ""]
    for title, table, note in sections(review):
        lines += [f"## {title}", ""]
        if table["rows"]:
            lines += [_line(table["headers"]), _line(["---"] * len(table["headers"])), *map(_line, table["rows"]), ""]
        lines += [note, ""] if note else []
    return "\n".join(lines)


def _line(cells: list[str]) -> str:
    # A note may have line breaks or bars, which would end the row or the cell.
    return f"| {' | '.join(' '.join(str(cell).split()).replace('|', '/') for cell in cells)} |"


def as_html(review: dict[str, Any]) -> str:
    """A review as a page of HTML that needs no other file."""
    context = {"title": title_of(review), "span": span_text(review), "sections": sections(review)}
    return render_to_string("kpi/friday_review.html", context)
