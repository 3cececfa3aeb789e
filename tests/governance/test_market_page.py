"""The page of a market policy: where it is open now, what saving would do, its history by day, and copying it."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from governance.market.models import MarketPolicy
from governance.market.rules import SAFE_RULES
from governance.policies import upsert
from tests.factories import MarketPolicyFactory, TaskFactory
from tests.staff import form_with, signed_in
from wholesale.plumbing.act import Act
from wholesale.plumbing.differences import Parts, differences
from wholesale.plumbing.showing import shown_clock

pytestmark = pytest.mark.django_db

EIGHT = datetime(2026, 12, 15, 20, 0, tzinfo=UTC)
TUESDAY_19 = datetime(2026, 12, 16, 0, 0, tzinfo=UTC)  # 19:00 in Toronto on Tuesday 15 December, 20:00 in Halifax


@pytest.fixture
def ontario() -> MarketPolicy:
    return MarketPolicy.objects.get(province="ON", market="ALL")


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """It is Tuesday evening until the test moves the clock."""
    with time_machine.travel(TUESDAY_19, tick=False) as clock:
        yield clock


@pytest.fixture
def ops(clock: time_machine.Traveller, user_of: Callable[..., User]) -> Client:
    return signed_in(user_of("operator", username="ops"))


def live(policy: MarketPolicy) -> str:
    return reverse("admin:governance_marketpolicy_live", args=[policy.pk])


def form_of(client: Client, policy: MarketPolicy) -> dict[str, Any]:
    return form_with(client.get(reverse("admin:governance_marketpolicy_change", args=[policy.pk])), "why")


def due(market: str, channel: str = "SMS") -> None:
    TaskFactory.create(
        **{"ladder__province": "ON", "ladder__market": market, "ladder__lead_id": None, "ladder__open_steps": 1},
        channel=channel,
        due_at=TUESDAY_19 - timedelta(hours=1),
    )


# Now, and what saving would do ------------------------------------------------------------------------------------------


def test_each_zone_says_whether_it_is_open_by_the_gate(ops: Client, clock: time_machine.Traveller) -> None:
    quebec = MarketPolicy.objects.get(province="QC", market="ALL")
    clock.move_to(TUESDAY_19 + timedelta(minutes=30))

    rows = {row.zone: row.openings for row in ops.get(live(quebec)).context["zones"]}

    assert set(rows["America/Toronto"]) == {(True, f"until {shown_clock(EIGHT, UTC)}")}
    (halifax,) = set(rows["America/Halifax"])  # it is 20:30 there
    assert not halifax.is_open
    assert halifax.said.startswith("opens Wed, Dec 16, 2026, 9:00")


def test_a_policy_that_is_off_says_why_it_is_closed(ops: Client, ontario: MarketPolicy) -> None:
    upsert(MarketPolicy, province="ON", enabled=False, act=Act("Ada"))

    (opening, *_others) = ops.get(live(ontario)).context["zones"][0].openings

    assert opening == (False, "The policy of this market is switched off.")


def test_the_form_says_what_saving_would_do_to_due_tasks_and_saves_nothing(
    ops: Client, ontario: MarketPolicy, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    MarketPolicyFactory.create(province="ON", market="OWN")
    for market in ("TORONTO", "TORONTO", "OWN"):  # OWN has a policy of its own, so this one does not bind it
        due(market)
    due("TORONTO", "CALL")
    form = form_of(ops, ontario)
    own = {"own_windows": ["CALL"], "windows_CALL-0-end": "21:00"}
    with django_assert_max_num_queries(14):
        closing = ops.post(live(ontario), {**form, **own, "windows-0-end": "18:30"})
    same = ops.post(live(ontario), form)

    assert [tuple(row.effect) for row in closing.context["rows"]] == [("CALL", 1, 0, 0, 0), ("SMS", 0, 0, 2, 0)]
    assert [tuple(row.effect) for row in same.context["rows"]] == [("CALL", 1, 0, 0, 0), ("SMS", 2, 0, 0, 0)]
    assert not closing.context["zones"][0].openings[0].is_open
    assert MarketPolicy.objects.get(pk=ontario.pk).rules == SAFE_RULES


def test_a_wider_window_opens_due_tasks(ops: Client, ontario: MarketPolicy, clock: time_machine.Traveller) -> None:
    clock.move_to(TUESDAY_19 + timedelta(hours=1, minutes=30))
    due("TORONTO")
    answer = ops.post(live(ontario), {**form_of(ops, ontario), "windows-0-end": "21:00"})

    assert [tuple(row.effect) for row in answer.context["rows"]] == [("SMS", 0, 1, 0, 0)]


def test_only_so_many_tasks_are_judged(ops: Client, ontario: MarketPolicy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("governance.gate.changes.WAITING_MAX", 2)
    for _n in range(3):
        due("TORONTO")
    answer = ops.post(live(ontario), form_of(ops, ontario))

    assert "The 2 oldest were judged" in answer.content.decode()
    assert [tuple(row.effect) for row in answer.context["rows"]] == [("SMS", 2, 0, 0, 0)]


@pytest.mark.parametrize("wrong", [{"windows-0-end": "08:00"}, {"windows-1-end": "23:00"}, {"min_score": "7"}])
def test_a_form_that_cannot_be_saved_has_no_preview(wrong: dict[str, str], ops: Client, ontario: MarketPolicy) -> None:
    answer = ops.post(live(ontario), {**form_of(ops, ontario), **wrong})

    assert answer.context["meant"] is None
    assert "needs correction" in answer.content.decode()


def test_a_policy_that_does_not_exist_yet_is_previewed(ops: Client) -> None:
    new = reverse("admin:governance_marketpolicy_live_new")
    form = form_with(ops.get("/admin/governance/marketpolicy/add/"), "why")

    assert ops.post(new, form).context["meant"] is None  # no province yet
    made = ops.post(new, {**form, "province": "QC", "market": "gta", "enabled": "on"}).context
    assert (made["meant"].market, next(row.zone for row in made["zones"])) == ("GTA", "America/Toronto")
    assert ops.get(new).status_code == 405


def test_only_who_may_change_a_policy_gets_a_preview(user_of: Callable[..., User], ontario: MarketPolicy) -> None:
    auditor, nobody = signed_in(user_of("auditor")), signed_in(user_of())

    assert "Become permitted" not in auditor.get(live(ontario)).content.decode()
    assert auditor.post(live(ontario), {}).status_code == 403
    assert nobody.get(live(ontario)).status_code == 403


# The history ------------------------------------------------------------------------------------------------------------


def test_the_history_names_the_days_whose_windows_changed(ops: Client, ontario: MarketPolicy) -> None:
    windows = [
        {"days": [0, 2], "start": "09:00", "end": "20:00"},
        {"days": [1, 3, 4], "start": "09:00", "end": "12:00"},
        {"days": [1, 3, 4], "start": "13:00", "end": "18:00"},
    ]
    own = {"channel_windows": {"CALL": [{"days": [0], "start": "10:00", "end": "11:00"}]}}
    upsert(MarketPolicy, province="ON", rules={**SAFE_RULES, "contact_windows_local": windows, **own}, act=Act("Ada"))

    latest = ops.get(reverse("admin:governance_marketpolicy_history", args=[ontario.pk])).context["page_obj"][0]

    assert latest.history_delta_changes == [
        {
            "field": "Contact windows, Tue, Thu-Fri",
            "old": "9:00\xa0a.m.\xa0to\xa08:00\xa0p.m.",
            "new": "9:00\xa0a.m.\xa0to\xa012:00\xa0p.m., 1:00\xa0p.m.\xa0to\xa06:00\xa0p.m.",
        },
        {"field": "Contact windows, Sat", "old": "10:00\xa0a.m.\xa0to\xa06:00\xa0p.m.", "new": "never"},
        {
            "field": "Contact windows, Call, Mon",
            "old": "as for every channel",
            "new": "10:00\xa0a.m.\xa0to\xa011:00\xa0a.m.",
        },
        {"field": "Contact windows, Call, Tue-Sun", "old": "as for every channel", "new": "never"},
    ]


def test_a_part_that_only_the_older_version_has_is_told() -> None:
    old, new = Parts("a, b", {"1": "a", "2": "b"}), Parts("a", {"1": "a"})

    assert differences("Steps", old, new) == [{"field": "Steps, 2", "old": "b", "new": ""}]
    assert differences("Steps", "", new) == [{"field": "Steps", "old": "", "new": "a"}]


# Copying ----------------------------------------------------------------------------------------------------------------


def test_the_rules_are_copied_to_the_ticked_places_and_each_result_is_shown(ops: Client, ontario: MarketPolicy) -> None:
    upsert(MarketPolicy, province="ON", rules={**SAFE_RULES, "min_lead_score_to_contact": 0.9}, act=Act("Ada"))
    MarketPolicyFactory.create(province="QC", market="GASPE", enabled=False)
    page = reverse("admin:governance_marketpolicy_copy_to_markets", args=[ontario.pk])
    asked = ops.get(page)

    answer = ops.post(page, {"places": ["QC/GASPE", "QC/MONTREAL"], "reason": "One rule for the east"})

    assert "Gaspe, Quebec (version 1)" in asked.content.decode()
    assert "ON/ALL" not in dict(asked.context["form"].fields["places"].choices)
    assert [str(message) for message in get_messages(answer.wsgi_request)] == [
        "Gaspe, Quebec: version 2, switched off",  # it was off, and stays so
        "Montreal, Quebec: version 1, switched on",
        "Copied to 2 places.",
    ]
    copied = MarketPolicy.objects.filter(province="QC", rules__min_lead_score_to_contact=0.9)
    assert {row.market: (row.reason, row.changed_by) for row in copied} == dict.fromkeys(
        ("GASPE", "MONTREAL"), ("One rule for the east", "ops")
    )


def test_copying_needs_a_place_a_reason_and_the_right(
    ops: Client, user_of: Callable[..., User], ontario: MarketPolicy
) -> None:
    page = reverse("admin:governance_marketpolicy_copy_to_markets", args=[ontario.pk])

    answer = ops.post(page, {"places": ["QC/NOWHERE"]})

    assert set(answer.context["form"].errors) == {"places", "reason"}
    assert signed_in(user_of("auditor")).get(page).status_code == 403
