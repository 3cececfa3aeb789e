"""Ratio studies: stored sales estimated from earlier ones, offers whose house was sold later, the command and the page."""

import io
import json
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.urls import reverse

from governance.policies import upsert
from offers.comps.comps import ArvSubject
from offers.comps.models import MarketPrior, Sale
from offers.comps.valuing import ArvAsked
from offers.models import OfferPolicy
from offers.services import make_offer
from offers.studies import services, tasks
from offers.studies.estimates import of_evidence, of_sales, subject_of
from offers.studies.models import RatioStudy
from tests.factories import NOON, RatioStudyFactory, SaleFactory
from tests.staff import signed_in
from wholesale.plumbing.act import Act

pytestmark = pytest.mark.django_db
ACT = Act("test", at=NOON)
FIRST = date(2025, 1, 10)


def town(count: int = 40) -> list[Sale]:
    """Sales of one town, one each nine days, whose prices follow their area."""
    return [
        SaleFactory.create(
            **{
                "sale_id": f"T{n}",
                "latitude": 43.65 + n % 7 / 2000,
                "longitude": -79.4 + n % 5 / 2000,
                "year_built": 1950 + n % 30,
            },
            **{"sold_on": FIRST + timedelta(days=9 * n), "living_area_sqft": 1000 + 37 * (n * 7 % 30)},
            price=Decimal(400_000 + 250 * 37 * (n * 7 % 30) + 3_000 * (n % 4)),
        )
        for n in range(count)
    ]


def run(*options: str) -> str:
    out = io.StringIO()
    call_command("ratio_study", *options, stdout=out)
    return out.getvalue()


def test_each_sale_is_estimated_from_earlier_ones() -> None:
    sales = town()
    study = RatioStudyFactory.create()
    found = list(of_sales(study, ACT))
    assert len(found) == len(sales) - 1  # the first has none before it
    assert all(0.7 < row.ratio < 1.3 for row in found[:30])
    before = {row.price: row.estimate for row in found}
    Sale.objects.filter(pk=sales[-1].pk).update(price=9_000_000)
    after = {row.price: row.estimate for row in of_sales(study, ACT)}
    shared = before.keys() & after.keys()
    assert len(shared) > 20
    assert {price: before[price] for price in shared} == {price: after[price] for price in shared}


def test_a_study_fits_the_priors_of_its_quarters_from_earlier_sales() -> None:
    town(60)
    list(of_sales(RatioStudyFactory.create(), ACT))
    days = list(MarketPrior.objects.order_by("as_of").values_list("as_of", flat=True))
    assert days
    assert all((day.month % 3, day.day) == (1, 1) for day in days)


@pytest.mark.parametrize(
    ("given", "count"),
    [
        ({"most": 5}, 5),
        ({"province": "QC"}, 0),
        ({"market": "TORONTO", "since": FIRST + timedelta(days=9 * 30)}, 10),
        ({"until": FIRST + timedelta(days=9 * 10)}, 10),
    ],
)
def test_a_study_is_bounded(given: dict[str, Any], count: int) -> None:
    town()
    assert len(list(of_sales(RatioStudyFactory.create(**given), ACT))) == count


def offered(subject: ArvSubject, arv: int | None = None, as_of: date = FIRST + timedelta(days=200)) -> Any:
    upsert(OfferPolicy, province="ON", enabled=True, act=Act("test"))
    given = None if arv is None else Decimal(arv)
    asked = ArvAsked(subject, as_of)
    return make_offer(province="ON", market="TORONTO", arv=given, repairs=Decimal(0), estimate=asked, act=ACT)


def test_an_offer_is_followed_by_the_sale_of_its_house() -> None:
    sales = town(20)
    offer = offered(subject_of(sales[3])._replace(property_id="R-1"))
    SaleFactory.create(property_id="R-1", sold_on=FIRST + timedelta(days=190), price=1)
    SaleFactory.create(property_id="R-1", sold_on=FIRST + timedelta(days=300), price=500_000)
    SaleFactory.create(property_id="R-1", sold_on=FIRST + timedelta(days=400), price=900_000)
    [row] = of_evidence(RatioStudyFactory.create())
    assert (row.price, row.estimate) == (500_000, float(offer.arv))
    assert row.low is not None
    assert row.low < row.estimate


def test_a_house_is_known_by_its_place_too() -> None:
    sales = town(20)
    house = subject_of(sales[3])._replace(latitude=43.7, longitude=-79.5)
    offered(house, arv=450_000)
    SaleFactory.create(latitude=43.70001, longitude=-79.5, property_type="CONDO", sold_on=FIRST + timedelta(days=250))
    SaleFactory.create(latitude=43.71, longitude=-79.5, sold_on=FIRST + timedelta(days=250))
    assert list(of_evidence(RatioStudyFactory.create())) == []
    SaleFactory.create(latitude=43.70001, longitude=-79.5, sold_on=FIRST + timedelta(days=260), price=500_000)
    [row] = of_evidence(RatioStudyFactory.create())
    assert (row.price, row.estimate, row.low) == (500_000, 450_000, None)  # the ARV that was given has no interval


def test_an_offer_that_names_no_house_is_left_out() -> None:
    town(20)
    offered(ArvSubject("ON", "TORONTO"))
    assert list(of_evidence(RatioStudyFactory.create())) == []


def test_a_study_is_carried_out_once() -> None:
    town(20)
    study = services.begin_study(act=ACT)
    done = services.carry_out(study.pk)
    assert (done.state, done.results["sales"][0]["n"]) == ("DONE", 19)  # type: ignore[index]
    finished_at = done.finished_at
    assert services.carry_out(study.pk).finished_at == finished_at


def test_a_failed_task_is_told_to_its_study() -> None:
    study = services.begin_study(act=ACT)
    services.give_up("It took too long.", study.pk)
    study.refresh_from_db()
    assert (study.state, study.failure) == ("FAILED", "It took too long.")


# The command ------------------------------------------------------------------------------------------------------------


def test_the_command_prints_the_figures_beside_the_ranges() -> None:
    town()
    out = run("--province", "ON", "--market", "Toronto")
    for text in ("Stored sales", "ON TORONTO", "Cheapest third", "IAAO's range", "0.98 to 1.03", "later: none."):
        assert text in out, text
    assert RatioStudy.objects.get().state == "DONE"


def test_the_command_answers_in_json() -> None:
    town(20)
    results = json.loads(run("--format", "json", "--most", "10", "--since", "2025-01-01"))
    assert results["sales"][0]["n"] == 10
    assert results["ranges"]["cod"] == [5.0, 15.0]


@pytest.mark.parametrize("options", [("--most", "0"), ("--market", "%"), ("--province", "XX")])
def test_the_command_refuses_bad_arguments(options: tuple[str, ...]) -> None:
    with pytest.raises(CommandError):
        run(*options)


def test_without_sales_there_are_no_figures() -> None:
    assert "Stored sales" in run()


# The page ---------------------------------------------------------------------------------------------------------------

NEW = "admin:offers_ratiostudy_new_study"


def test_a_small_study_is_done_at_once_and_shown(user_of: Callable[..., User]) -> None:
    town(20)
    client = signed_in(user_of("operator", username="ops"))
    assert "Sales at most" in client.get(reverse(NEW)).content.decode()
    answer = client.post(reverse(NEW), {"most": "50", "market": "toronto"}, follow=True)
    assert "The study is done." in answer.content.decode()
    study = RatioStudy.objects.get()
    assert (study.market, study.actor) == ("TORONTO", "ops")
    page = client.get(reverse("admin:offers_ratiostudy_change", args=[study.pk])).content.decode()
    for text in ("Median ratio", "IAAO&#x27;s ranges: Median ratio 0.9 to 1.1;", "Cheapest third", 'data-type="bar"'):
        assert text in page, text
    assert "http://" not in page.replace("http://www.w3.org", "")


def test_a_large_study_waits_for_the_worker(user_of: Callable[..., User], monkeypatch: pytest.MonkeyPatch) -> None:
    town(5)
    monkeypatch.setattr(services, "AT_ONCE", 1)
    client = signed_in(user_of("operator", username="ops"))
    client.post(reverse(NEW), {"most": "50"})
    study = RatioStudy.objects.get()
    assert study.state == "WAITING"
    tasks.carry_out.func(study.pk)
    study.refresh_from_db()
    assert study.state == "DONE"


def test_an_auditor_reads_studies_and_runs_none(user_of: Callable[..., User]) -> None:
    client = signed_in(user_of("auditor"))
    assert client.get(reverse("admin:offers_ratiostudy_changelist")).status_code == 200
    assert client.post(reverse(NEW), {"most": "50"}).status_code == 403
    assert not RatioStudy.objects.exists()
