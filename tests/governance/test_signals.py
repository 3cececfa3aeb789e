"""The signals of governance: the place of a changed rule, and the numbers of a new ledger line."""

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
from governance.signals import contact_rules_changed, markets_named
from tests.factories import NOON
from tests.telling import heard
from wholesale.plumbing.act import Act
from wholesale.plumbing.envelope import Subject

pytestmark = pytest.mark.django_db

JANE, JOE = ("PHONE", "+14165550123"), ("PHONE", "+14165550124")
CLOSED = date(2026, 12, 24)


@pytest.mark.parametrize(
    ("act", "province", "market"),
    [
        (lambda: upsert(MarketPolicy, province="ON", enabled=False, act=Act("op", at=NOON)), "ON", None),
        (
            lambda: upsert(
                MarketPolicy,
                province="ON",
                market="TORONTO",
                rules=MarketPolicy.objects.all()[0].rules,
                act=Act("op", at=NOON),
            ),
            "ON",
            "TORONTO",
        ),
        (
            lambda: set_market_zone(province="QC", market="GASPE", zone="America/Halifax", act=Act("op", at=NOON)),
            "QC",
            "GASPE",
        ),
        (lambda: remove_market_zone(province="ON", market="toronto", act=Act("op", at=NOON)), "ON", "TORONTO"),
        (lambda: upsert(Organisation, consent="enforce", act=Act("op", at=NOON)), None, None),
        (lambda: set_closed_day(day=CLOSED, province="ON", name="Eve", act=Act("op", at=NOON)), "ON", None),
        (lambda: set_closed_day(day=CLOSED, name="Eve", act=Act("op", at=NOON)), None, None),
    ],
)
def test_the_signal_of_a_changed_rule_names_its_place(
    act: Callable[[], Any], province: str | None, market: str | None
) -> None:
    with heard(contact_rules_changed) as told:
        act()
    (one,) = told
    assert (one.name, *one.subject[3:], one.facts) == ("contact_rules_changed", province, market, {})
    assert (one.act.actor, one.happened_at) == ("op", NOON)


def test_new_names_of_a_market_send_a_signal() -> None:
    with heard(markets_named) as told:
        for names in ([], ["Casa Loma"]):
            act = Act("op", at=NOON)
            set_market_zone(province="ON", market="TORONTO", zone="America/Toronto", other_names=names, act=act)
    assert [(one.name, one.subject[3:], one.facts) for one in told] == [
        ("market_named", ("ON", "TORONTO"), {"names": ["CASA_LOMA"]})
    ]


def test_only_removing_an_existing_closed_day_sends_a_signal() -> None:
    set_closed_day(day=CLOSED, province="ON", name="Eve", act=Act("op", at=NOON))
    with heard(contact_rules_changed) as told:
        remove_closed_day(day=CLOSED, province="ON", act=Act("op", at=NOON))
        remove_closed_day(day=CLOSED, province="ON", act=Act("op", at=NOON))
    assert [(one.subject, one.happened_at) for one in told] == [(Subject("closed_day", "2026-12-24", province="ON"), NOON)]


def test_a_line_that_may_permit_contact_sends_a_signal_with_its_numbers() -> None:
    record_opt_out(points=[JANE], act=Act("va1", at=NOON))
    with heard(contact_records_changed) as told:
        record_consent(points=[JANE], basis="EXPRESS", obtained_at=NOON, evidence="form", act=Act("va1", at=NOON))
        record_scrub(points=[JANE, JOE], checked_at=NOON, evidence="list", act=Act("va1", at=NOON))
        lift_opt_out(points=[JANE, JOE], act=Act("op", reason="mistaken", at=NOON))
        lift_opt_out(points=[JANE], act=Act("op", reason="again", at=NOON))  # nothing to lift sends no signal
        record_opt_out(points=[JANE], act=Act("va1", at=NOON))
    assert {one.name for one in told} == {"contact_recorded"}
    recorded = [(one.facts["entry"], one.facts["points"], one.happened_at) for one in told]
    assert recorded == [("CONSENT", [JANE], NOON), ("SCRUB", [JANE, JOE], NOON), ("LIFT", [JANE], NOON)]


@pytest.mark.parametrize(("record", "channel"), [(record_opt_out, ""), (record_do_not_call, "CALL")])
def test_a_line_that_refuses_contact_sends_a_signal_with_who_recorded_it(record: Callable[..., Any], channel: str) -> None:
    user = User.objects.create_user("va1")
    with heard(opted_out_of) as told:
        act = Act("va1", user, correlation_id="act-7", at=NOON)
        record(points=[JANE], act=act)
    assert [(one.name, one.facts, one.act) for one in told] == [("opted_out", {"points": [JANE], "channel": channel}, act)]
    with heard(opted_out_of) as told:
        records = record(points=[JOE], act=Act("va1", at=NOON))
    assert told[0].act.correlation_id == records[0].correlation_id != ""
