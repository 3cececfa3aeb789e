"""The admin of offer policies: editing one, switching many."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from governance.policies import upsert
from offers.models import OfferPolicy, ProvinceRule
from tests.staff import form_with, signed_in
from wholesale.plumbing.act import Act
from wholesale.plumbing.days import FIRST
from wholesale.plumbing.errors import VersionConflict

pytestmark = pytest.mark.django_db

LIST = "/admin/offers/offerpolicy/"


@pytest.fixture
def ops(user_of: Callable[..., User]) -> Client:
    """A browser of the operator `ops`."""
    return signed_in(user_of("operator", username="ops"))


def policy(province: str, market: str = "ALL") -> OfferPolicy:
    return OfferPolicy.objects.get(province=province, market=market)


def page_of(row: OfferPolicy) -> str:
    return reverse("admin:offers_offerpolicy_change", args=[row.pk])


def on() -> list[str]:
    return list(OfferPolicy.objects.filter(enabled=True).values_list("province", flat=True))


def choose(client: Client, action: str, *provinces: str) -> Any:
    return client.post(LIST, {"action": action, "_selected_action": [policy(province).pk for province in provinces]})


# Editing ----------------------------------------------------------------------------------------------------------------


def test_a_policy_is_edited_through_the_service(ops: Client) -> None:
    form = form_with(ops.get(page_of(policy("ON"))), "why")

    answer = ops.post(
        page_of(policy("ON")), {**form, "max_arv_multiplier": "0.65", "default_fees_buffer": "3000.50", "why": "Costs rose"}
    )

    stored = policy("ON")
    assert answer.status_code == 302
    assert (stored.max_arv_multiplier, stored.default_fees_buffer) == (Decimal("0.65"), Decimal("3000.50"))
    assert (stored.default_assignment_fee, stored.enabled) == (Decimal(10000), False)
    assert (stored.version, stored.changed_by, stored.reason) == (2, "ops", "Costs rose")
    assert stored.history.first().history_user.username == "ops"


def test_a_market_gets_a_policy_of_its_own(ops: Client) -> None:
    add = reverse("admin:offers_offerpolicy_add")
    form = form_with(ops.get(add), "why")

    ops.post(add, {**form, "province": "QC", "market": "Trois-Rivières", "why": "First market of Quebec"})

    made = policy("QC", "TROIS_RIVIERES")
    assert (made.version, made.enabled, made.max_arv_multiplier) == (1, False, Decimal("0.70"))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("max_arv_multiplier", "0"),
        ("max_arv_multiplier", "1.01"),
        ("max_arv_multiplier", "0.12345"),
        ("max_arv_multiplier", "NaN"),
        ("max_arv_multiplier", ""),
        ("default_assignment_fee", "-1"),
        ("default_assignment_fee", "9" * 20),
        ("default_fees_buffer", "1.234"),
        ("why", ""),
    ],
)
def test_a_value_out_of_bounds_is_named(field: str, value: str, ops: Client) -> None:
    form = form_with(ops.get(page_of(policy("ON"))), "why")

    answer = ops.post(page_of(policy("ON")), {**form, "why": "x", field: value})

    assert list(answer.context["adminform"].form.errors) == [field]
    assert policy("ON").version == 1


def test_a_stale_form_writes_nothing_and_loses_nothing(ops: Client) -> None:
    form = form_with(ops.get(page_of(policy("ON"))), "why")
    upsert(OfferPolicy, province="ON", enabled=True, act=Act("Ada", reason="Proven"))

    answer = ops.post(page_of(policy("ON")), {**form, "default_fees_buffer": "4000", "why": "Mine"})

    again = form_with(answer, "why")
    assert "changed by Ada" in answer.content.decode()
    assert (again["default_fees_buffer"], again["why"], again["expected_version"]) == (["4000"], ["Mine"], ["2"])
    assert (policy("ON").version, policy("ON").default_fees_buffer) == (2, Decimal(2500))
    assert "Proven" in answer.content.decode().split("Last change")[1]


def test_the_history_shows_amounts_as_amounts(ops: Client) -> None:
    upsert(OfferPolicy, province="ON", max_arv_multiplier=Decimal("0.65"), act=Act("ops", reason="x"))
    upsert(
        OfferPolicy, province="ON", default_fees_buffer=Decimal(3500), act=Act("desk", user=User.objects.get(), reason="y")
    )

    page = ops.get(reverse("admin:offers_offerpolicy_history", args=[policy("ON").pk]))

    changes = [record.history_delta_changes for record in page.context["page_obj"]]
    assert changes[:2] == [
        [{"field": "Fees buffer", "old": "$2,500", "new": "$3,500"}],
        [{"field": "Max ARV multiplier", "old": "70%", "new": "65%"}],
    ]
    assert "signed in as ops" in page.content.decode()


# Switching --------------------------------------------------------------------------------------------------------------


def test_choosing_the_action_asks_for_confirmation(ops: Client) -> None:
    page = choose(ops, "enable", "ON")

    assert page.status_code == 200
    assert not page.context["form"].errors
    assert "Ontario" in page.content.decode()
    assert 'role="alert"' not in page.content.decode()
    assert on() == []


def test_the_confirmation_enables_the_rows_with_its_reason(ops: Client) -> None:
    form = form_with(choose(ops, "enable", "ON"), "reason")

    answer = ops.post(LIST, {**form, "reason": "Flow proven"}, follow=True)

    stored = policy("ON")
    assert on() == ["ON"]
    assert (stored.version, stored.changed_by, stored.reason) == (2, "ops", "Flow proven")
    assert stored.history.first().history_user.username == "ops"
    assert LogEntry.objects.get().object_id == str(stored.pk)
    assert "Turned on: Ontario." in answer.content.decode()


def test_rows_are_disabled_without_a_warning(ops: Client) -> None:
    for province in ("ON", "QC"):
        upsert(OfferPolicy, province=province, enabled=True, act=Act("ops"))
    page = choose(ops, "disable", "ON", "QC")
    assert 'role="alert"' not in page.content.decode()

    ops.post(LIST, {**form_with(page, "reason"), "reason": "Market turned"})

    assert on() == []
    assert policy("QC").reason == "Market turned"


def test_more_than_one_province_needs_a_tick(ops: Client) -> None:
    page = choose(ops, "enable", "AB", "BC", "ON")
    form = form_with(page, "reason")

    refused = ops.post(LIST, {**form, "reason": "All at once"})

    assert "This turns on 3 provinces at once: Alberta, British Columbia, Ontario." in page.content.decode()
    assert "Never all 13 at once." in page.content.decode()
    assert list(refused.context["form"].errors) == ["several"]
    assert on() == []


def test_with_the_tick_provinces_are_enabled_together(ops: Client) -> None:
    form = form_with(choose(ops, "enable", "AB", "BC"), "reason")

    ops.post(LIST, {**form, "reason": "One team serves both", "several": "on"})

    assert on() == ["AB", "BC"]


def test_two_markets_of_one_province_need_no_tick(ops: Client) -> None:
    windsor = upsert(OfferPolicy, province="ON", market="WINDSOR", act=Act("ops"))
    chosen = {"action": "enable", "_selected_action": [policy("ON").pk, windsor.pk]}
    form = form_with(ops.post(LIST, chosen), "reason")

    ops.post(LIST, {**form, "reason": "Ontario first"})

    assert on() == ["ON", "ON"]


def test_enabled_rows_are_left_alone(ops: Client) -> None:
    upsert(OfferPolicy, province="ON", enabled=True, act=Act("Ada", reason="First"))
    page = choose(ops, "enable", "ON", "QC")
    assert "1 more of what you chose is on already" in page.content.decode()
    assert 'role="alert"' not in page.content.decode()

    ops.post(LIST, {**form_with(page, "reason"), "reason": "Second"})

    assert (policy("ON").version, policy("ON").reason) == (2, "First")
    assert policy("QC").reason == "Second"


def test_without_a_row_to_change_no_question_is_asked(ops: Client) -> None:
    answer = ops.post(LIST, {"action": "disable", "_selected_action": [policy("ON").pk]}, follow=True)

    assert "what you chose is off already" in answer.content.decode()
    assert policy("ON").version == 1


def test_a_get_never_acts(ops: Client) -> None:
    form = form_with(choose(ops, "enable", "ON"), "reason")

    ops.get(LIST, {**form, "reason": "x"})

    assert on() == []


@pytest.mark.parametrize("reason", ["", "  ", "x" * 1001])
def test_a_reason_is_required(reason: str, ops: Client) -> None:
    form = form_with(choose(ops, "enable", "ON"), "reason")

    answer = ops.post(LIST, {**form, "reason": reason})

    assert list(answer.context["form"].errors) == ["reason"]
    assert on() == []


def test_rows_changed_since_the_page_was_shown_stay_unchanged(ops: Client) -> None:
    form = form_with(choose(ops, "enable", "ON"), "reason")
    upsert(OfferPolicy, province="ON", max_arv_multiplier=Decimal(1), act=Act("Ada"))

    refused = ops.post(LIST, {**form, "reason": "Flow proven"})
    assert "somebody changed these policies meanwhile" in refused.content.decode()
    assert "100%" in refused.content.decode()
    assert on() == []

    ops.post(LIST, form_with(refused, "reason"))
    assert on() == ["ON"]


def test_all_chosen_rows_are_switched_or_none(ops: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    form = form_with(choose(ops, "enable", "AB", "BC"), "reason")

    def beaten_at_the_second(model: type[OfferPolicy], **given: Any) -> OfferPolicy:
        if given["province"] == "BC":
            raise VersionConflict
        return upsert(model, **given)

    monkeypatch.setattr("offers.policy_pages.switching.upsert", beaten_at_the_second)
    answer = ops.post(LIST, {**form, "reason": "x", "several": "on"})

    assert "somebody changed these policies meanwhile" in answer.content.decode()
    assert on() == []
    assert not LogEntry.objects.exists()


@pytest.mark.parametrize("role", ["auditor", "agent", "integrator"])
def test_a_user_who_may_not_change_policies_does_not_see_the_action(role: str, user_of: Callable[..., User]) -> None:
    client = signed_in(user_of(role))
    seen = f"{policy('ON').pk}:1"

    client.post(LIST, {"action": "enable", "_selected_action": policy("ON").pk, "seen": seen, "reason": "x"})

    assert on() == []
    assert client.get(LIST).context["action_form"] is None


# On the policy's own page -----------------------------------------------------------------------------------------------


def press(client: Client, button: str, row: OfferPolicy, **given: Any) -> Any:
    address = reverse(f"admin:offers_offerpolicy_{button}", args=[row.pk])
    return client.post(address, given, follow=True) if given else client.get(address)


def test_the_form_cannot_turn_a_policy_on(ops: Client) -> None:
    page = ops.get(page_of(policy("ON")))
    assert "enabled" not in form_with(page, "why")

    ops.post(page_of(policy("ON")), {**form_with(page, "why"), "enabled": "on", "why": "Sly"})
    add = reverse("admin:offers_offerpolicy_add")
    made = {**form_with(ops.get(add), "why"), "province": "ON", "market": "LONDON", "enabled": "on", "why": "Sly"}
    ops.post(add, made)

    assert (policy("ON").version, policy("ON", "LONDON").version) == (2, 1)
    assert on() == []


def test_the_page_of_a_policy_that_is_on_stays_on_when_its_terms_are_saved(ops: Client) -> None:
    upsert(OfferPolicy, province="ON", enabled=True, act=Act("Ada"))
    form = form_with(ops.get(page_of(policy("ON"))), "why")

    ops.post(page_of(policy("ON")), {**form, "default_fees_buffer": "3000", "why": "Costs rose"})

    assert (on(), policy("ON").default_fees_buffer) == (["ON"], Decimal(3000))


def test_the_button_of_the_page_is_that_of_its_state(ops: Client) -> None:
    shown = ops.get(page_of(policy("ON"))).content.decode()
    assert (f"{policy('ON').pk}/turn-on" in shown, "/turn-off" in shown) == (True, False)

    asked = press(ops, "turn_on", policy("ON"))
    answer = press(ops, "turn_on", policy("ON"), **{**form_with(asked, "reason"), "reason": "Flow proven"})

    assert on() == ["ON"]
    assert "Turned on: Ontario." in answer.content.decode()
    assert answer.redirect_chain[-1][0] == page_of(policy("ON"))
    shown = ops.get(page_of(policy("ON"))).content.decode()
    assert ("/turn-on" in shown, "/turn-off" in shown) == (False, True)


def test_the_history_says_who_turned_it_on_when_and_why(ops: Client) -> None:
    asked = press(ops, "turn_on", policy("ON"))
    press(ops, "turn_on", policy("ON"), **{**form_with(asked, "reason"), "reason": "Flow proven"})

    page = ops.get(reverse("admin:offers_offerpolicy_history", args=[policy("ON").pk]))
    last = page.context["page_obj"][0]
    assert last.history_delta_changes == [{"field": "State", "old": "Off", "new": "On"}]
    assert (last.changed_by, last.reason, last.history_date) == ("ops", "Flow proven", policy("ON").updated_at)


def test_nothing_is_turned_on_without_a_reason(ops: Client) -> None:
    form = form_with(press(ops, "turn_on", policy("ON")), "reason")
    refused = press(ops, "turn_on", policy("ON"), **{**form, "reason": " "})
    assert list(refused.context["form"].errors) == ["reason"]
    assert on() == []


def test_before_it_is_turned_on_all_that_stands_against_it_is_said(ops: Client) -> None:
    shown = press(ops, "turn_on", policy("ON")).content.decode()

    for said in (
        "Market sales known of the last year: 0. An ARV must be given by hand.",
        "is 0; the policy asks for 50 before an offer is sent",
        "The cap of GLOBAL on exposure a day does not allow $262,500 more today.",
        "Offer of $262,500.",
        "Cannot be kept:",
        "Whether a licence is needed is not answered yet. Ask counsel.",
        "TRESA 2002",
    ):
        assert said in shown
    assert 'role="alert"' not in shown


def test_what_counsel_answered_is_said(ops: Client) -> None:
    for topic, answer in (("LICENCE", "YES"), ("ASSIGNMENT", "NO")):
        said = f"Counsel on {topic}."
        upsert(
            ProvinceRule,
            place="ON",
            topic=topic,
            code="ANSWER",
            from_date=FIRST,
            answer=answer,
            statement=said,
            act=Act("x"),
        )

    shown = press(ops, "turn_on", policy("ON")).content.decode()

    assert "A licence is needed for it. Counsel on LICENCE." in shown
    assert "A contract may not be assigned. Counsel on ASSIGNMENT." in shown


def test_a_third_province_within_a_week_is_warned_of(ops: Client) -> None:
    for province in ("ON", "QC"):
        upsert(OfferPolicy, province=province, enabled=True, act=Act("Ada"))

    asked = press(ops, "turn_on", policy("AB")).content.decode()
    windsor = upsert(OfferPolicy, province="ON", market="WINDSOR", act=Act("Ada"))

    assert "3 provinces within seven days: Alberta, Ontario, Quebec." in asked
    assert 'role="alert"' in asked
    assert 'role="alert"' not in press(ops, "turn_on", windsor).content.decode()
