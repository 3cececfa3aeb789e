"""A search reads the index of words, for words that few rows have and for words that all have."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from buyers.book import searching as buyers
from buyers.models import Buyer
from followups.leads import searching as leads
from followups.models import Lead
from offers.deals.life.searching import find_offers
from offers.models import Offer
from tests.plans.explain import Plan, explain, statement_of
from wholesale.plumbing.searching import sought

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]

ROWS = 20_000
LEADS = """
INSERT INTO followups_lead
    (lead_id, first_name, last_name, phone, email, address, postal_code, province, market, language, role, zone, source,
     status, changed_by, created_at, updated_at, phone_is_wrong, email_is_wrong, wrong_contacts)
SELECT 'L' || n, 'Jane', 'Roe-' || n, '+1416' || 2000000 + n, 'l' || n || '@example.ca', n || ' King St', '', 'ON', 'ALL',
    'en', 'HOMEOWNER', '', '', 'NEW', 'plans', now(), now(), FALSE, FALSE, '[]'
FROM generate_series(1, %s) AS n
"""
_BUYERS = """
INSERT INTO buyers_buyer
    (buyer_id, name, company, phone, second_phone, email, second_email, province, market, zone, language, status, source,
     notes, changed_by, created_at, updated_at)
SELECT 'B' || n, 'Bo Roy-' || n, '', '', '+1416' || 2000000 + n, 'b' || n || '@example.ca', '', 'ON', 'ALL', '', 'en',
    'ACTIVE', '', '', 'plans', now(), now()
FROM generate_series(1, %s) AS n
"""


@pytest.fixture
def filled(db: None) -> None:
    """Many leads and buyers of one name."""
    with connection.cursor() as cursor:
        cursor.execute(LEADS, [ROWS])
        cursor.execute(_BUYERS, [ROWS])
        cursor.execute("ANALYZE followups_lead, buyers_buyer")


def plan(model: Any, act: Callable[[], object]) -> Plan:
    return explain(connection.connection, statement_of(model._meta.db_table, act), generic=False)


@pytest.mark.parametrize(
    "text", ["jane", "jane roe-777", "jane nobody", "416 200 0777", "l777@example.ca", "L777", "777 king"]
)
def test_leads_are_found_by_indexes(filled: None, text: str) -> None:
    palette = plan(Lead, lambda: leads.find_leads(sought(text), None, most=6))
    listed = plan(Lead, lambda: list(leads.listed(Lead.objects.all(), text).order_by("-pk")[:51]))

    for one in (palette, listed):
        assert any("lead_words" in scan for scan in one.scans), one
    assert not any(scan.startswith("Seq Scan") for scan in palette.scans), palette
    if text != "jane":
        assert palette.rows_read < 500, palette


@pytest.mark.parametrize("text", ["bo", "roy-777", "416 200 0777", "b777@example.ca"])
def test_buyers_are_found_by_indexes(filled: None, text: str) -> None:
    palette = plan(Buyer, lambda: buyers.find_buyers(sought(text), None, most=6))

    assert any("buyer_words" in scan for scan in palette.scans), palette
    assert not any(scan.startswith("Seq Scan") for scan in palette.scans), palette


def test_offers_are_found_by_indexes(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = off")  # the table is empty
        found = plan(Offer, lambda: find_offers("KING", None, most=6))

    assert {scan.split()[-1] for scan in found.scans} >= {"offer_deal", "offer_lead"}, found
