"""`walkthrough`: the guide over real HTTP, on its own or another server. Policies and tokens are restored afterwards."""

import logging
from datetime import datetime, timedelta
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client
from knox.models import AuthToken
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer
from rest_framework.test import APIClient
from time_machine import TimeMachineFixture

from buyers.models import Buyer, BuyerFeedbackEvent, BuyerLiquidityNode
from buyers.services import liquidity_score, record_feedback
from followups.ladders.models import FollowupLadder
from followups.services import complete_task, start_ladder
from followups.sla.report import GROUPS, sla_report
from followups.sla.snapshot import sla_snapshot
from followups.tasks.models import FollowupTask, TaskEvent
from governance.golive.services import engage_kill_switch
from governance.market.models import MarketPolicy
from governance.policies import upsert
from governance.risk.models import RiskEvent, RiskPolicy, RiskReservation
from kpi.models import COUNTED, KPIEvent, RegressionPolicy
from kpi.services import kpi_fail, kpi_success, summarise
from kpi.tripwire.looking import judged_events
from offers.deals.life.states import FINAL
from offers.models import Offer, OfferEvent, OfferEvidence, OfferPolicy
from wholesale.demo import walkthrough
from wholesale.plumbing.act import Act
from wholesale.plumbing.tokens import issue_token

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)
SETTINGS = (
    *("enabled", "max_arv_multiplier", "default_assignment_fee", "default_fees_buffer"),
    *("min_liquidity_score", "liquidity_gate", "stake"),
)
CAPS = ("engine", "enabled", "max_daily_loss", "max_daily_exposure", "max_open_risk", "max_actions_per_day")
OFFER = Decimal(262_500)


@pytest.fixture(autouse=True)
def _development(settings: Settings) -> None:
    settings.DEBUG = True


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("walkthrough", *arguments, stdout=out)
    return out.getvalue()


def policy_settings() -> list[Any]:
    return list(OfferPolicy.objects.order_by("id").values_list(*SETTINGS))


def risk_caps() -> list[Any]:
    return list(RiskPolicy.objects.order_by("id").values_list(*CAPS))


def test_every_step_has_the_result_of_the_guide() -> None:
    before, caps_before = policy_settings(), risk_caps()
    said = run()
    assert "All 31 steps came out as the guide says." in said
    assert "GET /api/governance/market/can-contact?province=ON&market=TORONTO&weekday=2&hhmm=14%3A30&channel=SMS" in said
    assert '"recommended_offer": 262500' in said
    assert (policy_settings(), risk_caps()) == (before, caps_before)
    assert BuyerFeedbackEvent.objects.values("buyer_id").distinct().count() == 50
    assert OfferEvidence.objects.get().recommended_offer == Decimal(262500)
    (correlation_id,) = KPIEvent.objects.values_list("correlation_id", flat=True).order_by().distinct()
    assert FollowupLadder.objects.get().correlation_id == correlation_id


def test_the_requests_of_the_walk_do_not_flood_the_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    run()
    assert caplog.records == []
    logging.getLogger("any").info("later")
    assert [record.message for record in caplog.records] == ["later"]


def test_the_token_of_the_walk_is_revoked_and_its_user_has_no_password() -> None:
    run()
    assert not AuthToken.objects.exists()
    assert not User.objects.get(username="walkthrough").has_usable_password()


def figures() -> dict[str, Any]:
    """The figures of reports and charts, by every grouping."""
    return {
        "report": {by: sla_report(by=[by]).groups for by in GROUPS},
        "all tasks": sla_report().whole,
        "last tasks": sla_snapshot(),
        "week": {(row["domain"], row["metric"]): row["current"]["count"] for row in summarise()},
        "toronto": liquidity_score("ON", "TORONTO"),
        "tripwire": list(judged_events(RegressionPolicy(domain="WHOLESALE", metric="followup_completed"))),
    }


@pytest.mark.parametrize("at", ["2026-11-25T17:00Z", "2026-11-29T05:00Z"], ids=["at noon", "on a Saturday night"])
def test_no_report_and_no_chart_counts_the_walk(time_machine: TimeMachineFixture, at: str) -> None:
    began = datetime.fromisoformat(at)
    shown_at = began + timedelta(minutes=10)  # both times: what is known of a node fades by the second
    time_machine.move_to(began)
    start = start_ladder(province="ON", market="TORONTO", owner="bryan", act=Act())
    complete_task(start.tasks[0].pk, "bryan")
    record_feedback("ON", "TORONTO", "SFR", "BOUGHT", "B1")
    time_machine.move_to(shown_at, tick=False)
    before = figures()
    assert before["week"]["BUYER_MATCH", "buyer_feedback"] == 1
    assert [group["owner"] for group in before["report"]["owner"]] == ["bryan"]
    time_machine.move_to(began + timedelta(minutes=1))
    run()
    time_machine.move_to(shown_at, tick=False)
    assert figures() == before


def test_the_pages_and_the_api_hide_its_buyers_and_its_owner(operator: APIClient, admin_client: Client) -> None:
    record_feedback("ON", "TORONTO", "SFR", "BOUGHT", "B1")
    run()
    assert BuyerLiquidityNode.objects.count() == 2
    assert [node["property_type"] for node in operator.get("/api/buyers/liquidity/nodes").json()] == ["SFR"]
    nodes = admin_client.get("/admin/buyers/buyerliquiditynode/").content.decode()
    assert "Single-family home" in nodes
    assert "WALKTHROUGH" not in nodes
    assert "walkthrough-" not in admin_client.get("/admin/followups/followuptask/sla/").content.decode()


def test_nobody_is_asked_to_work_on_its_ladder() -> None:
    run()
    ladder = FollowupLadder.objects.get()
    assert ladder.closed_at is not None
    assert not FollowupTask.objects.open().exists()
    cancelled = TaskEvent.objects.filter(kind=TaskEvent.Kind.CANCELLED).select_related("words")
    assert {event.reason for event in cancelled} == {"walkthrough: over"}


def test_the_ladder_is_closed_even_if_a_later_step_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(walk: walkthrough.Walk) -> None:
        raise walkthrough.StepFailed("no")

    monkeypatch.setattr(walkthrough, "offer_flow", fails)
    with pytest.raises(CommandError, match="no"):
        run()
    assert FollowupLadder.objects.get().closed_at is not None


def test_a_failure_counts_whatever_its_mark() -> None:
    kpi_fail("WHOLESALE", "contact_outside_rules", correlation_id="walkthrough-hidden", actor="bryan")
    kpi_success("WHOLESALE", "contact_outside_rules", correlation_id="walkthrough-hidden")
    (row,) = summarise()
    assert (row["current"]["count"], row["current"]["successes"]) == (1, 0)


def test_the_walk_can_be_repeated() -> None:
    run()
    assert "as the guide says" in run()
    assert BuyerFeedbackEvent.objects.values("buyer_id").distinct().count() == 50
    assert FollowupLadder.objects.count() == 2


def test_the_risk_guard_refuses_the_offer_until_the_caps_are_raised_with_a_reason() -> None:
    said = run()
    assert "ok denied by the risk guard: " in said
    assert "ok still a draft, nothing reserved" in said
    assert "The risk policy WHOLESALE is as before." in said
    kinds = RiskEvent.objects.order_by("id").values_list("kind", "engine", "amount", "realized_loss", "actor")
    assert list(kinds) == [(kind, "WHOLESALE", OFFER, Decimal(0), "walkthrough") for kind in ("RESERVED", "SETTLED")]
    for policy in RiskPolicy.objects.filter(engine__in=["GLOBAL", "WHOLESALE"]):
        raised = policy.history.filter(reason="walkthrough: room for one offer of 262,500, for its duration").get()
        assert (raised.max_open_risk, raised.max_daily_loss) == (policy.max_open_risk + OFFER, policy.max_daily_loss)
        assert policy.reason == "walkthrough: put back"


def test_the_offer_lives_to_its_end_and_is_counted_nowhere() -> None:
    run()
    offer = Offer.objects.get()
    assert (offer.state, offer.amount, offer.realized_profit) == ("CLOSED", OFFER, Decimal(10_000))
    assert offer.reservation
    assert offer.reservation.settled_at is not None
    moves = OfferEvent.objects.order_by("seq").values_list("to_state", flat=True)
    assert list(moves) == ["SENT", "ACCEPTED", "CONTRACTED", "ASSIGNED", "CLOSED"]
    outcomes = {"offer_accept_rate", "contract_rate", "match_success", "roi_event"}
    assert set(KPIEvent.objects.filter(metric__in=outcomes, success=True).values_list("metric", flat=True)) == outcomes
    assert not KPIEvent.objects.filter(COUNTED, metric__in=outcomes).exists()
    assert Buyer.objects.get().status == "PAUSED"


STEPS = [
    "Draft the offer",
    "The caps",
    "Send it again",
    "The seller accepts",
    "Assign it",
    "The deal closes",
    "Its reservation",
]


@pytest.mark.parametrize("failing", STEPS)
def test_caps_are_restored_and_nothing_stays_reserved_when_a_step_fails(
    monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    before, ask = (policy_settings(), risk_caps()), walkthrough.Walk.ask

    def failing_ask(self: walkthrough.Walk, what: str, *args: Any, **params: Any) -> Any:
        if what.startswith(failing):
            raise walkthrough.StepFailed("no")
        return ask(self, what, *args, **params)

    monkeypatch.setattr(walkthrough.Walk, "ask", failing_ask)
    with pytest.raises(CommandError, match="no"):
        run()
    assert (policy_settings(), risk_caps()) == before
    assert not RiskReservation.objects.filter(settled_at__isnull=True).exists()
    assert not Offer.objects.exclude(state__in=FINAL).exists()
    assert not KPIEvent.objects.filter(COUNTED, metric="offer_accept_rate").exists()


def test_sufficient_caps_are_left_alone() -> None:
    for engine in ("GLOBAL", "WHOLESALE"):
        upsert(RiskPolicy, engine=engine, max_daily_exposure=Decimal(0), max_open_risk=OFFER, act=Act("me"))
    before = risk_caps()
    assert "The caps of this database have room for it already." in run()
    assert risk_caps() == before
    assert not RiskPolicy.objects.filter(changed_by="walkthrough").exists()
    assert RiskReservation.objects.get().settled_at is not None


def test_a_disabled_engine_is_not_enabled() -> None:
    upsert(RiskPolicy, engine="WHOLESALE", enabled=False, act=Act("me"))
    before = risk_caps()
    with pytest.raises(CommandError, match="send answered 409, not 200"):
        run()
    assert risk_caps() == before


def test_caps_changed_by_another_meanwhile_are_not_overwritten(monkeypatch: pytest.MonkeyPatch) -> None:
    go_on = walkthrough.go_on

    def somebody_changes_them(*args: Any, **given: Any) -> Any:
        if not RiskPolicy.objects.filter(changed_by="somebody").exists():
            upsert(RiskPolicy, engine="GLOBAL", max_open_risk=Decimal(7), act=Act("somebody"))
        return go_on(*args, **given)

    monkeypatch.setattr(walkthrough, "go_on", somebody_changes_them)
    with pytest.raises(CommandError, match="The risk policy GLOBAL could not be put back; look at it"):
        run()
    assert RiskPolicy.objects.get(engine="GLOBAL").changed_by == "somebody"
    assert RiskPolicy.objects.get(engine="WHOLESALE").reason == "walkthrough: put back"
    assert not OfferPolicy.objects.filter(enabled=True).exists()


def test_an_edited_policy_gets_its_own_values_back() -> None:
    upsert(OfferPolicy, province="ON", market="TORONTO", enabled=True, max_arv_multiplier=Decimal("0.65"), act=Act("me"))
    before = policy_settings()
    assert "The offer policy ON TORONTO is as before." in run()
    assert policy_settings() == before
    assert OfferPolicy.objects.get(market="TORONTO").reason == "walkthrough: put back"


def test_a_failed_step_ends_the_walk_and_restores_the_policies() -> None:
    upsert(
        MarketPolicy,
        province="ON",
        market="TORONTO",
        enabled=False,
        rules=MarketPolicy.objects.all()[0].rules,
        act=Act("me"),
    )
    before = policy_settings()
    with pytest.raises(CommandError, match="The guide says: ok, within_window") as failure:
        run()
    assert failure.value.returncode == 1
    assert policy_settings() == before
    assert not FollowupLadder.objects.exists()
    assert not AuthToken.objects.exists()


def test_a_refusal_is_a_failed_step() -> None:
    engage_kill_switch(act=Act("me", reason="test"))
    with pytest.raises(CommandError, match="The guide says: ok, within_window"):
        run()
    assert not OfferPolicy.objects.filter(enabled=True).exists()


def test_a_policy_changed_by_another_meanwhile_is_not_overwritten(monkeypatch: pytest.MonkeyPatch) -> None:
    def somebody_changes_it(walk: walkthrough.Walk) -> None:
        upsert(OfferPolicy, province="ON", max_arv_multiplier=Decimal("0.60"), act=Act("somebody"))

    monkeypatch.setattr(walkthrough, "monitor", somebody_changes_it)
    with pytest.raises(CommandError, match="The offer policy ON ALL could not be put back; look at it"):
        run()
    assert OfferPolicy.objects.get(province="ON").changed_by == "somebody"


def test_the_walk_uses_a_running_server_with_the_given_token(live_server: LiveServer, settings: Settings) -> None:
    token = issue_token("me", role="operator", lifetime=timedelta(hours=1))
    assert f"Walking the guide on {live_server.url}" in run("--url", live_server.url, "--token", token)
    assert OfferEvidence.objects.get().actor == "me"
    assert AuthToken.objects.count() == 1


def test_a_missing_answer_is_a_failed_step() -> None:
    with pytest.raises(CommandError, match="GET /api/governance/market/policies: ConnectError"):
        run("--url", "http://127.0.0.1:1", "--token", "x")


def test_a_wrong_token_is_a_failed_step(live_server: LiveServer) -> None:
    with pytest.raises(CommandError, match="answered 401, not 200"):
        run("--url", live_server.url, "--token", "x")


@pytest.mark.parametrize(
    ("debug", "arguments", "says"),
    [
        (False, (), "DEBUG is false"),
        (False, ("--url", "http://127.0.0.1:1", "--token", "x"), "DEBUG is false"),
        (True, ("--url", "https://ops.example.ca", "--token", "x"), "https://ops.example.ca is another machine"),
        (True, ("--url", "http://127.0.0.1:1"), "--url and --token come together"),
        (True, ("--token", "x"), "--url and --token come together"),
        (True, ("--url", "ftp://127.0.0.1", "--token", "x"), "--url must be such as"),
        (True, ("--url", "http://[", "--token", "x"), "--url must be such as"),
    ],
)
def test_invalid_arguments_are_refused_before_any_request(
    settings: Settings, debug: bool, arguments: tuple[str, ...], says: str
) -> None:
    settings.DEBUG = debug
    with pytest.raises(CommandError, match=says):
        run(*arguments)
    assert not User.objects.exists()


def test_the_flag_allows_the_walk_where_debug_is_false(settings: Settings) -> None:
    settings.DEBUG = False
    assert "as the guide says" in run("--yes-change-this-database")
