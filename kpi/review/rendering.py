"""A review as the sections of a report. The console shows them in its reader's language; here they are also made into
markdown and HTML, which are mailed and answered in English."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import override

from kpi.review.rules import WEEKS_BEFORE
from offers.deals.life.states import State
from offers.studies.tables import ranges_text, ratio_table
from wholesale.plumbing.charts import Chart, Series, chart
from wholesale.plumbing.reports import Column, ReportTable, Section, ValueKind
from wholesale.plumbing.showing import shown_day, shown_time
from wholesale.plumbing.vocabulary import Province


def title_of(review: dict[str, Any]) -> str:
    """The title of a review: the day on which its week ends."""
    return _("Friday review, week to %(day)s") % {"day": shown_day(_local(review, "until").date())}


def span_text(review: dict[str, Any], zone: tzinfo | None = None) -> str:
    """The days of a review, as a sentence: in the zone of its reader, or else in the review's own."""
    zone = zone or ZoneInfo(review["zone"])
    since, until = (shown_time(_local(review, name), zone) for name in ("since", "until"))
    given = {"since": since, "until": until, "zone": zone, "weeks": WEEKS_BEFORE}
    return _("From %(since)s until %(until)s (%(zone)s), against the %(weeks)s weeks before.") % given


def _local(review: dict[str, Any], name: str) -> datetime:
    return datetime.fromisoformat(review[name]).astimezone(ZoneInfo(review["zone"]))


def sections(review: dict[str, Any]) -> list[Section]:
    """The parts of a review. Provinces in which nothing happened are named once."""
    shown = [place for place in review["places"] if place["province"] is None or _is_busy(place)]
    quiet = [_name(place) for place in review["places"] if place not in shown]
    return [
        _offers(shown, _("Nothing in %(places)s.") % {"places": ", ".join(quiet)} if quiet else ""),
        _rates(_("Offers accepted"), _("Accepted"), "acceptance", shown),
        _rates(_("Offers under contract"), _("Contracted"), "contracts", shown),
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
    return _("All of Canada") if place["province"] is None else str(Province(place["province"]).label)


def _before() -> str:
    return _("the %(weeks)s weeks before") % {"weeks": WEEKS_BEFORE}


def _offers(places: list[dict[str, Any]], note: str) -> Section:
    columns = [
        Column(_("Place")),
        Column(_("Sent"), ValueKind.COUNT),
        Column(_("Before"), ValueKind.COUNT),
        Column(_("At stake"), ValueKind.CAD),
    ]
    rows = [
        [_name(place), *(place["offers_sent"][span] for span in ("week", "before")), place["at_stake"]] for place in places
    ]
    explained = _("Before: %(span)s. At stake is what is reserved for the offers that stand open.") % {"span": _before()}
    charts = [_bars(_("Offers sent"), _("Offers"), [row[:2] for row in rows])]
    return Section(_("Offers sent"), ReportTable(columns, rows), f"{explained} {note}".strip(), charts=charts)


def _rates(title: str, what: str, rate: str, places: list[dict[str, Any]]) -> Section:
    """A rate of the week, that of the weeks before, and the change, each with its interval."""
    columns = [
        Column(_("Place")),
        Column(what, ValueKind.RATE),
        Column(_("Of"), ValueKind.COUNT),
        Column(_("95% interval"), ValueKind.RATE, interval=True),
        Column(_("Before"), ValueKind.RATE),
        Column(_("Of, before"), ValueKind.COUNT),
        Column(_("95% interval, before"), ValueKind.RATE, interval=True),
        Column(_("Points"), ValueKind.POINTS),
        Column(_("95% interval, points"), ValueKind.POINTS, interval=True),
        Column(_("Moved")),
    ]
    rows = [
        [_name(place), *_share(place[rate]["week"]), *_share(place[rate]["before"]), *_change(place[rate]["change"])]
        for place in places
        if place["province"] is None or place[rate]["week"]["trials"] or place[rate]["before"]["trials"]
    ]
    note = _(
        "Before: %(span)s. Points: the change of the rate. Rates are of the final answers of the week. The intervals are "
        "for looking at, not for stopping."
    ) % {"span": _before()}
    is_empty = all(row[1] is None and row[4] is None for row in rows)
    return Section(title, None if is_empty else ReportTable(columns, rows), _("No final answer came.") if is_empty else note)


def _share(share: dict[str, Any]) -> list[Any]:
    return [share["rate"], share["trials"], (share["low"], share["high"])]


def _change(change: dict[str, Any] | None) -> list[Any]:
    if change is None:
        return [None, None, ""]
    moved = _("lower") if change["high"] < 0 else _("higher") if change["low"] > 0 else ""
    return [change["difference"], (change["low"], change["high"]), moved]


def _bars(title: str, what: str, rows: Iterable[Sequence[Any]], *, rate: bool = False) -> Chart:
    """A chart of a value for each place. It leaves out all of Canada, beside which the provinces would be small."""
    named = [(name, value) for name, value in rows if rate or name != _("All of Canada")]
    series = [Series(what, [v for _name, v in named])]
    return chart(title, [name for name, _v in named], series, by=_("Place"), rate=rate, across=True)


def _states(places: list[dict[str, Any]]) -> Section:
    columns = [
        Column(_("Place")),
        Column(_("State")),
        Column(_("Left this state this week"), ValueKind.COUNT),
        Column(_("Median days until they left"), ValueKind.NUMBER, 1),
        Column(_("In this state now"), ValueKind.COUNT),
        Column(_("Median days so far"), ValueKind.NUMBER, 1),
    ]
    names = ("left", "left_after_days", "standing", "standing_for_days")
    rows = [
        [_name(place), str(State(row["state"]).label), *(row[name] for name in names)]
        for place in places
        for row in place["states"]
    ]
    return Section(_("Days in each state"), ReportTable(columns, rows), "" if rows else _("No offer moved or stands open."))


def _conduct(places: list[dict[str, Any]]) -> Section:
    columns = [
        Column(_("Place")),
        Column(_("Tasks due"), ValueKind.COUNT),
        Column(_("Completed"), ValueKind.COUNT),
        Column(_("Open, overdue"), ValueKind.COUNT),
        Column(_("In 30 min"), ValueKind.RATE),
        Column(_("In 2 h"), ValueKind.RATE),
        Column(_("Late, p50"), ValueKind.MINUTES),
        Column(_("Late, p90"), ValueKind.MINUTES),
        Column(_("Contacts outside the rules"), ValueKind.COUNT),
        Column(_("Outside, %(span)s") % {"span": _before()}, ValueKind.COUNT),
    ]
    names = ("count", "completed", "open_overdue", "within_30m", "within_2h", "p50", "p90")
    rows = [
        [
            _name(place),
            *(place["sla"][name] for name in names),
            *(place["contacts_outside_rules"][span] for span in ("week", "before")),
        ]
        for place in places
    ]
    charts = [_bars(_("Tasks done within 2 permitted hours"), _("In 2 h"), ((row[0], row[5]) for row in rows), rate=True)]
    return Section(_("SLA, and contacts outside the rules"), ReportTable(columns, rows), charts=charts)


def _tripwires(places: list[dict[str, Any]]) -> Section:
    columns = [
        Column(_("Metric")),
        Column(_("Place")),
        Column(_("Now")),
        Column(_("Went off this week"), ValueKind.COUNT),
        Column(_("Triggers not undone"), ValueKind.COUNT),
        Column(_("What it saw")),
    ]
    rows = [
        [f"{row['domain']} {row['metric']}", _name(place), _state(row), row["went_off"], row["waiting"], row["note"]]
        for place in places
        for row in place["tripwires"]
    ]
    return Section(_("Tripwires"), ReportTable(columns, rows), "" if rows else _("No tripwire is on."))


def _state(row: dict[str, Any]) -> str:
    if not row["enabled"]:
        return _("Off")
    return _("Triggered") if row["triggered"] else _("Amber") if row["amber"] else _("Quiet")


def _risk(engines: list[dict[str, Any]]) -> Section:
    columns = [
        Column(_("Engine")),
        Column(_("Reserved"), ValueKind.CAD),
        Column(_("Lost"), ValueKind.CAD),
        Column(_("Reservations"), ValueKind.COUNT),
        Column(_("At stake now"), ValueKind.CAD),
        Column(_("Cap on it"), ValueKind.CAD),
    ]
    rows = [
        [
            row["engine"] if row["enabled"] else _("%(engine)s (off)") % {"engine": row["engine"]},
            *(row[name] for name in ("exposure_used", "realized_loss", "actions", "open_risk")),
            row["max_open_risk"] or None,
        ]
        for row in engines
    ]
    return Section(
        _("Risk used"), ReportTable(columns, rows), _("The business days of the week. Without a cap there is a dash.")
    )


def _study(study: dict[str, Any] | None) -> Section:
    title = _("Ratio study")
    if study is None:
        return Section(title, note=_("No ratio study of all places was done this week."))
    days = {name: shown_day(date.fromisoformat(study[name])) if study[name] else "" for name in ("since", "until")}
    given = {"id": study["id"], "since": days["since"] or _("the first"), "until": days["until"] or _("the last")}
    span = _("Study %(id)s, sold from %(since)s to %(until)s.") % given
    return Section(title, ratio_table(study["sales"]), f"{span} {ranges_text()}")


def as_markdown(review: dict[str, Any]) -> str:
    """A review as a page of markdown, in English."""
    with override("en-ca"):
        return "\n".join(_lines(review))


def _lines(review: dict[str, Any]) -> Iterator[str]:
    yield from (f"# {title_of(review)}", "", span_text(review), "")
    for section in sections(review):
        yield from (f"## {section.title}", "")
        if section.table is not None and section.has_rows:
            headers = section.table.headers
            yield from (_line(headers), _line(["---"] * len(headers)), *map(_line, section.table.texts()), "")
        if section.note:
            yield from (str(section.note), "")


def _line(cells: Iterable[str]) -> str:
    # A note may have line breaks or bars, which would end the row or the cell.
    return f"| {' | '.join(' '.join(cell.split()).replace('|', '/') for cell in cells)} |"


def as_html(review: dict[str, Any]) -> str:
    """A review as a page of HTML that needs no other file, in English."""
    with override("en-ca"):
        context = {"title": title_of(review), "span": span_text(review), "sections": sections(review)}
        return render_to_string("kpi/friday_review.html", context)
