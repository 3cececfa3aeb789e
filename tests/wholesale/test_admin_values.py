"""Values of columns in lists and on read-only pages: as a person reads them, in the reader's language."""

from datetime import date, time
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils.translation import override

from buyers.models import Buyer
from followups.models import Lead
from kpi.models import KPIEvent
from offers.deals.taxes.models import TransferTax
from offers.models import Offer, OfferPolicy, Sale
from tests.factories import KpiFactory
from tests.wholesale.test_admin import url
from wholesale.plumbing.admin_values import display_for_field
from wholesale.plumbing.showing import shown_hour, shown_phone


def shown(model: Any, name: str, value: Any) -> str:
    return display_for_field(value, model._meta.get_field(name), "-").replace("\xa0", " ")


@pytest.mark.parametrize(
    ("model", "name", "value", "said", "in_french"),
    [
        (Offer, "amount", Decimal("26800.00"), "$26,800", "26 800 $"),
        (OfferPolicy, "max_arv_multiplier", Decimal("0.7000"), "70%", "70 %"),
        (OfferPolicy, "expires_after_days", 14, "14 days", "14 jours"),
        (Lead, "score", Decimal("0.7800"), "78%", "78 %"),
        (Lead, "phone", "+17055550143", "+1 705 555-0143", "+1 705 555-0143"),
        (Sale, "living_area_sqft", 1500, "1,500", "1 500"),
        (Sale, "year_built", 1987, "1987", "1987"),
        (TransferTax, "from_date", date(2024, 10, 20), "Oct 20, 2024", "20 oct. 2024"),
        (TransferTax, "from_date", date(2000, 1, 1), "not known", "aucune donnée"),
        (Buyer, "funds_amount", None, "-", "-"),
    ],
)
def test_a_value_is_written_as_a_person_reads_it(model: Any, name: str, value: Any, said: str, in_french: str) -> None:
    assert shown(model, name, value) == said
    with override("fr"):
        assert shown(model, name, value) == in_french


@pytest.mark.parametrize(
    ("number", "said"),
    [
        ("+14165550123", "+1 416 555-0123"),
        ("+33142685300", "+33 1 42 68 53 00"),
        ("4165550123", "4165550123"),
        ("+0", "+0"),
        ("no number", "no number"),
    ],
)
def test_a_phone_number_is_grouped_and_another_text_left_alone(number: str, said: str) -> None:
    assert shown_phone(number) == said


def test_an_hour_of_a_rule_stays_on_one_line() -> None:
    assert shown_hour(time(9)) == "9:00\xa0a.m."
    with override("fr"):
        assert shown_hour(time(9)).replace("\xa0", " ") == "09 h 00"


@pytest.mark.django_db
def test_the_value_of_a_metric_of_ours_has_its_unit_and_another_has_none(admin_client: Client) -> None:
    KpiFactory.create(domain="CAPITAL", metric="roi_event", value=Decimal("0.25"))
    KpiFactory.create(domain="WHOLESALE", metric="followup_breached", value=Decimal(146))
    KpiFactory.create(domain="WHOLESALE", metric="visits", value=Decimal("12.5"))
    page = admin_client.get(url(KPIEvent, "changelist")).content.decode()
    for said in (">25%<", ">2 h 26 min<", ">12.5<"):
        assert said in page
