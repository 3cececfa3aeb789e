"""`gate.permitted_minutes`: when steps are permitted. Many leads take as few queries as one."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from followups.leads.facts import lead_facts
from governance import gate
from governance.closed_days.models import ClosedDay
from governance.gate.permission import Permission, next_allowed_at
from governance.gate.situations import read_situations
from governance.gate.verdict import decide
from governance.golive.services import engage_kill_switch
from governance.ledger.points import contact_points
from governance.market.models import MarketPolicy
from governance.organisation.models import Organisation
from governance.people import PersonFacts
from tests.factories import NOON, LeadFactory, RecordFactory
from tests.query_counts import counted, queries
from wholesale.plumbing.act import Act

pytestmark = pytest.mark.django_db

INSTANT = timedelta(microseconds=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
# The safe default in Toronto, where NOON is 13:00 on a Tuesday: 09:00 to 20:00.
OPENS, CLOSES = NOON - 4 * HOUR, NOON + 7 * HOUR + timedelta(minutes=1) - INSTANT


def contact(n: int = 1, channel: str = "SMS", **values: Any) -> gate.Contact:
    given = {"phone": f"+1416555{n:04}", "email": f"lead{n}@example.ca", "postal_code": "", **values}
    return gate.Contact(lead_facts(LeadFactory.build(lead_id=f"L{n}", **given)), channel)


def written(lead: PersonFacts, entry: str, **values: Any) -> None:
    point = ("PHONE", lead.phone)
    RecordFactory.create(point=contact_points([point], Act())[point], entry=entry, **values)


def minutes(one: gate.Contact, due_at: Any = NOON) -> gate.Minutes:
    return gate.permitted_minutes([(one, due_at)], now=NOON)[0]


def test_a_step_due_now_is_actionable_now_within_todays_window() -> None:
    assert minutes(contact()) == gate.Minutes(NOON, OPENS, CLOSES, opted_out=False)


def test_a_step_due_later_has_todays_interval_and_its_own_first_minute() -> None:
    assert minutes(contact(), NOON + 9 * HOUR) == gate.Minutes(NOON + 20 * HOUR, OPENS, CLOSES, opted_out=False)
    assert minutes(contact(), NOON + 42 * DAY).actionable_at == NOON + 42 * DAY


def test_no_lead_has_no_minutes_and_takes_no_query() -> None:
    with CaptureQueriesContext(connection) as captured:
        assert gate.permitted_minutes([], now=NOON) == []
    assert counted(captured) == 0


def test_an_opted_out_lead_has_no_permitted_minute() -> None:
    asked = contact()
    written(asked.person, "OPT_OUT", channel="SMS", effective_at=NOON - DAY)
    assert minutes(asked) == gate.Minutes(None, None, None, opted_out=True)
    assert minutes(contact(channel="CALL")).opted_out is False


def test_the_kill_switch_changes_no_minute() -> None:
    before = minutes(contact())
    engage_kill_switch(act=Act("test", reason="drill", at=NOON))
    assert minutes(contact()) == before


def test_a_closed_day_beyond_the_horizon_counts_for_a_step_due_then() -> None:
    due_at = NOON + 45 * DAY  # a Friday
    ClosedDay.objects.create(day=due_at.date(), name="Stocktaking", changed_by="test", updated_at=NOON)
    assert minutes(contact(), due_at).actionable_at == NOON + 46 * DAY - 3 * HOUR  # Saturday at 10:00


def test_leads_of_one_place_are_each_answered_by_their_own_facts() -> None:
    MarketPolicy.objects.filter(province="ON").update(rules=with_score(0.5))
    Organisation.objects.update(consent="enforce")
    fine, low, unproven = contact(1, score=None), contact(2, score=Decimal("0.4")), contact(3)
    for one in (fine, low):
        written(one.person, "CONSENT", channel="SMS", basis="EXPRESS", effective_at=NOON - DAY)
    stranger = gate.Contact(unproven.person, "SMS", is_known=False)
    found = gate.permitted_minutes([(one, NOON) for one in (fine, low, unproven, stranger)], now=NOON)
    assert [one.open_from for one in found] == [OPENS, None, None, OPENS]


def with_score(score: float) -> dict[str, Any]:
    rules: dict[str, Any] = MarketPolicy.objects.get(province="ON", market="ALL").rules
    return {**rules, "min_lead_score_to_contact": score}


def test_many_leads_take_one_query_and_get_the_answer_of_each_alone() -> None:
    places = [("ON", "TORONTO", ""), ("BC", "VANCOUVER", ""), ("NL", "ALL", ""), ("ON", "ALL", "P0T 2M0")]
    asked = []
    for n in range(40):
        province, market, code = places[n % len(places)]
        one = contact(n, ("SMS", "CALL", "EMAIL")[n % 3], province=province, market=market, postal_code=code)
        if n % 5 == 0:
            written(one.person, "OPT_OUT", channel="", effective_at=NOON - DAY)
        asked.append((one, NOON + n * HOUR))
    with CaptureQueriesContext(connection) as captured:
        together = gate.permitted_minutes(asked, now=NOON)
    assert counted(captured) == queries("permitted minutes")
    assert together == [gate.permitted_minutes([one], now=NOON)[0] for one in asked]
    for (_, due_at), (one, _, situation), found in zip(
        asked,
        read_situations([one for one, _ in asked], NOON, standing_counts=False),
        together,
        strict=True,
    ):
        interval = Permission(situation, one.channel).interval(NOON)
        assert (found.open_from, found.open_until) == (interval or (None, None))
        assert found.actionable_at == next_allowed_at(situation, one.channel, due_at)
        assert found.open_from is None or decide(situation, one.channel, max(found.open_from, NOON)).allowed


def test_an_empty_list_has_no_minutes() -> None:
    assert gate.permitted_minutes([], now=NOON) == []
