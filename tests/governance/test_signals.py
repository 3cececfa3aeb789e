"""What governance tells: which places a changed rule is about, and which numbers a new line of the ledger."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.contrib.auth.models import User

from governance.clocks.services import remove_market_zone, set_market_zone
from governance.closed_days.services import remove_closed_day, set_closed_day
from governance.ledger.consents import record_consent
from governance.ledger.opt_outs import lift_opt_out, record_do_not_call, record_opt_out
from governance.ledger.scrubs import record_scrub
from governance.ledger.signals import contact_records_changed, opted_out_of
from governance.market.models import MarketPolicy
from governance.organisation.models import Organisation
from governance.policies import upsert
from governance.signals import contact_rules_changed
from tests.factories import NOON
from tests.telling import heard
from wholesale.plumbing.act import Act

pytestmark = pytest.mark.django_db

JANE, JOE = ("PHONE", "+14165550123"), ("PHONE", "+14165550124")
CLOSED = date(2026, 12, 24)


@pytest.mark.parametrize(
    ("act", "provinces", "markets"),
    [
        (lambda: upsert(MarketPolicy, province="ON", enabled=False, act=Act("op", at=NOON)), ["ON"], None),
        (
            lambda: upsert(
                MarketPolicy,
                province="ON",
                market="TORONTO",
                rules=MarketPolicy.objects.all()[0].rules,
                act=Act("op", at=NOON),
            ),
            ["ON"],
            ["TORONTO"],
        ),
        (
            lambda: set_market_zone(province="QC", market="GASPE", zone="America/Halifax", changed_by="op", now=NOON),
            ["QC"],
            ["GASPE"],
        ),
        (lambda: remove_market_zone(province="ON", market="toronto", changed_by="op", now=NOON), ["ON"], ["TORONTO"]),
        (lambda: upsert(Organisation, consent="enforce", act=Act("op", at=NOON)), None, None),
        (lambda: set_closed_day(day=CLOSED, province="ON", name="Eve", changed_by="op", now=NOON), ["ON"], None),
        (lambda: set_closed_day(day=CLOSED, name="Eve", changed_by="op", now=NOON), None, None),
    ],
)
def test_a_changed_rule_names_its_places(act: Callable[[], Any], provinces: Any, markets: Any) -> None:
    with heard(contact_rules_changed) as told:
        act()
    assert told == [{"provinces": provinces, "markets": markets, "now": NOON}]


def test_a_closed_day_that_is_removed_is_told_and_one_that_never_was_is_not() -> None:
    set_closed_day(day=CLOSED, province="ON", name="Eve", changed_by="op", now=NOON)
    with heard(contact_rules_changed) as told:
        remove_closed_day(day=CLOSED, province="ON", changed_by="op", now=NOON)
        remove_closed_day(day=CLOSED, province="ON", changed_by="op", now=NOON)
    assert told == [{"provinces": ["ON"], "markets": None, "now": NOON}]


def test_what_may_permit_is_told_with_its_numbers() -> None:
    record_opt_out(points=[JANE], actor="va1", now=NOON)
    with heard(contact_records_changed) as told:
        record_consent(points=[JANE], basis="EXPRESS", obtained_at=NOON, evidence="form", actor="va1", now=NOON)
        record_scrub(points=[JANE, JOE], checked_at=NOON, evidence="list", actor="va1", now=NOON)
        lift_opt_out(points=[JANE, JOE], reason="mistaken", actor="op", now=NOON)
        lift_opt_out(points=[JANE], reason="again", actor="op", now=NOON)  # nothing to lift: nothing to tell
        record_opt_out(points=[JANE], actor="va1", now=NOON)
    assert told == [{"points": points, "now": NOON} for points in ([JANE], [JANE, JOE], [JANE])]


@pytest.mark.parametrize(("record", "channel"), [(record_opt_out, ""), (record_do_not_call, "CALL")])
def test_a_no_is_told_with_who_recorded_it(record: Callable[..., Any], channel: str) -> None:
    user = User.objects.create_user("va1")
    with heard(opted_out_of) as told:
        record(points=[JANE], actor="va1", user=user, correlation_id="act-7", now=NOON)
    signature = {"actor": "va1", "user": user, "correlation_id": "act-7"}
    assert told == [{"points": [JANE], "channel": channel, "now": NOON, **signature}]
    with heard(opted_out_of) as told:
        records = record(points=[JOE], actor="va1", now=NOON)
    assert told[0]["correlation_id"] == records[0].correlation_id != ""
