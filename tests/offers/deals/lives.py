"""What the tests of offers' lives share: a market that is open for offers, and what an offer leaves in every table."""

from decimal import Decimal
from typing import Any

from governance.policies import upsert
from governance.risk.models import RiskDay, RiskEvent, RiskPolicy, RiskReservation
from kpi.models import KPIEvent
from offers.models import Offer, OfferEvent, OfferPolicy
from tests.factories import NodeFactory
from wholesale.plumbing.act import Act

OFFERS = "/api/deals/offers"
TORONTO = {"province": "ON", "market": "TORONTO"}
TOLD = ("offer_accept_rate", "contract_rate", "match_success", "roi_event")


def open_market(**settings: Any) -> OfferPolicy:
    """Enable the offers of Ontario, make Toronto's market liquid (the guide's 94.5), and lift the caps of risk."""
    NodeFactory.create(**TORONTO, active_buyer_count=87, avg_response_rate=Decimal("0.68"), avg_close_rate=Decimal("0.34"))
    lift_caps()
    return upsert(OfferPolicy, province="ON", enabled=True, act=Act("test"), **settings)


def lift_caps() -> None:
    for engine in ("GLOBAL", "WHOLESALE"):
        upsert(
            RiskPolicy,
            engine=engine,
            max_daily_loss=Decimal(0),
            max_daily_exposure=Decimal(0),
            max_open_risk=Decimal(0),
            act=Act("test"),
        )


def told() -> list[tuple[str, str, bool | None, Decimal | None]]:
    """Domain, metric, success and value of each outcome that was counted, in their order."""
    rows = KPIEvent.objects.filter(metric__in=TOLD).order_by("id")
    return list(rows.values_list("domain", "metric", "success", "value"))


def open_risk() -> Decimal:
    """What the ledgers of WHOLESALE hold, which GLOBAL's must hold too. CAD."""
    sums = {
        engine: sum((day.open_risk_reserved for day in RiskDay.objects.filter(engine=engine)), Decimal(0))
        for engine in ("WHOLESALE", "GLOBAL")
    }
    assert sums["WHOLESALE"] == sums["GLOBAL"]
    return sums["GLOBAL"]


def everything() -> Any:
    """All that a verb of an offer may leave behind."""
    return {
        model.__name__: list(model.objects.order_by("pk").values())
        for model in (Offer, OfferEvent, RiskReservation, RiskDay, RiskEvent, KPIEvent)
    }
