"""What the map of Canada may show: its measures, each with its values by province and the list behind a tile."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kpi.review.rules import share
from wholesale.console.today import figures
from wholesale.console.today.provinces import HEIGHT, SIDE, WIDTH, tiles
from wholesale.console.today.reading import TodayReading
from wholesale.plumbing.showing import shown_number, shown_rate
from wholesale.plumbing.vocabulary import Province

Values = Mapping[str, float | None]


class Measure(NamedTuple):
    """A measure of the map. `values` returns None if the user may not see it; `model` and `query` name a tile's list."""

    title: Any
    values: Callable[[TodayReading], Values | None]
    model: str
    query: dict[str, str] = {}
    rate: bool = False
    of_days: bool = False  # counted in the chosen days; else as it is now


def _zeros(counts: Mapping[str, float]) -> Values:
    return {province: counts.get(province, 0) for province in Province.values}


def _leads(reading: TodayReading) -> Values | None:
    return None if reading.leads is None else _zeros(reading.leads.by_province)


def _due(reading: TodayReading) -> Values | None:
    return None if reading.due is None else _zeros({province: some.due for province, some in reading.due.items()})


def _breached(reading: TodayReading) -> Values | None:
    return None if reading.due is None else _zeros({province: some.breached for province, some in reading.due.items()})


def _acceptance(reading: TodayReading) -> Values | None:
    if reading.offers is None:
        return None
    told = [offer for offer in reading.offers if reading.span.holds(offer.told_at)]
    return {province: _rate(offer for offer in told if offer.province == province) for province in Province.values}


def _rate(told: Iterable[figures.SentOffer]) -> float | None:
    listed = [offer.accepted for offer in told]
    rate: float | None = share(sum(listed), len(listed))["rate"]
    return rate


def _liquidity(reading: TodayReading) -> Values | None:
    if not reading.may("buyers.view_buyerliquiditynode"):
        return None
    return _zeros({one.about: one.number for one in reading.waiting if one.what == figures.NODE})


MEASURES = {
    "leads": Measure(gettext_lazy("New leads"), _leads, "followups.lead", of_days=True),
    "due": Measure(gettext_lazy("Due tasks"), _due, "followups.followuptask", {"state": "due"}),
    "breaches": Measure(
        gettext_lazy("SLA breaches, still open"), _breached, "followups.followuptask", {"state": "breached"}
    ),
    "acceptance": Measure(gettext_lazy("Offers accepted"), _acceptance, "offers.offer", rate=True, of_days=True),
    "liquidity": Measure(gettext_lazy("Active buyers"), _liquidity, "buyers.buyerliquiditynode"),
}


def map_of(reading: TodayReading) -> dict[str, Any] | None:
    """Return the map of the chosen measure, or of the first one that the user may see. None if there is none."""
    permitted = {name: measure for name, measure in MEASURES.items() if reading.may(measure.model.replace(".", ".view_"))}
    if not permitted:
        return None
    name = reading.measure if reading.measure in permitted else next(iter(permitted))
    measure = permitted[name]
    values = measure.values(reading)
    if values is None:
        return None
    query = measure.query | ({"days": str(reading.days)} if measure.of_days else {})
    write = shown_rate if measure.rate else shown_number
    title = str(measure.title)
    if measure.of_days:
        title = _("%(measure)s in the last %(days)s days") % {"measure": title, "days": reading.days}
    return {
        "title": title,
        "measure": measure.title,
        "tiles": tiles(values, write, lambda code: reading.links.list_of(measure.model, province__exact=code, **query)),
        "choices": [(each.title, f"?days={reading.days}&measure={key}", key == name) for key, each in permitted.items()],
        "width": WIDTH,
        "height": HEIGHT,
        "side": SIDE,
    }
