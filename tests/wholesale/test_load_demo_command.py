"""`load_demo`: what it makes, once, and where it refuses."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.utils import timezone

from buyers.models import BuyerFeedbackEvent, BuyerLiquidityNode
from buyers.services import rebuild_liquidity, record_feedback
from followups.models import FollowupLadder, FollowupTask
from followups.services import due_tasks, start_ladder
from governance.golive.services import engage_kill_switch
from kpi.models import KPIEvent
from offers.models import OfferEvidence, OfferPolicy
from tests.factories import NOON
from wholesale.demo.history import MARKER, load
from wholesale.demo.houses import houses

pytestmark = pytest.mark.django_db
APPS = ("governance", "followups", "buyers", "offers", "kpi")


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("load_demo", *arguments, stdout=out)
    return out.getvalue()


def all_rows() -> list[Any]:
    return [
        list(model._default_manager.order_by("pk").values())
        for app in APPS
        for model in apps.get_app_config(app).get_models()
    ]


def test_it_makes_ladders_in_six_provinces_some_late_some_due_some_unowned() -> None:
    now = timezone.now()
    load(now)
    assert set(FollowupLadder.objects.values_list("province", flat=True)) == {"ON", "BC", "AB", "QC", "MB", "NS"}
    assert set(FollowupTask.objects.values_list("owner", flat=True)) == {"va1", "va2", None}
    lateness = [task.completed_at - task.due_at for task in FollowupTask.objects.completed()]
    assert any(late <= timedelta(minutes=30) for late in lateness)
    assert any(late > timedelta(hours=2) for late in lateness)
    assert 1 <= FollowupTask.objects.due(now).count() < FollowupTask.objects.open().count()


def test_tasks_of_old_ladders_have_the_permitted_minutes_of_today() -> None:
    load(NOON)
    assert not FollowupTask.objects.open().filter(open_until__lt=NOON).exists()
    listed = due_tasks(now=NOON)
    assert any(task.due_at < NOON - timedelta(days=2) for task in listed)
    assert all(task.open_until and task.open_until >= NOON for task in listed)


def test_it_makes_twenty_offers_on_the_real_sales() -> None:
    load()
    offers: list[Any] = list(OfferEvidence.objects.order_by("id"))
    assert len(offers) == 20
    assert [offer.comps_json["sales"][0]["price"] for offer in offers] == [house.sale["price"] for house in houses()]
    assert all("rule" in offer.assumptions_json and "Anglin" in offer.comps_json["source"] for offer in offers)
    assert all(offer.arv >= Decimal(offer.comps_json["sales"][0]["price"]) for offer in offers)
    assert all(offer.recommended_offer > 0 for offer in offers)


def test_it_turns_on_offers_of_one_market_and_says_why() -> None:
    said = run()
    policy = OfferPolicy.objects.get(enabled=True)
    assert (policy.province, policy.market) == ("ON", "WINDSOR")
    assert policy.reason.startswith("demo")
    assert "the offer policy ON WINDSOR is on; every other is off" in said


def test_every_row_is_marked_in_the_past_and_in_the_order_of_time() -> None:
    now = datetime(2026, 11, 24, 15, tzinfo=UTC)
    load(now)
    for model in (FollowupLadder, FollowupTask, BuyerFeedbackEvent, OfferEvidence, KPIEvent):
        assert not model._default_manager.exclude(correlation_id__startswith=MARKER).exists()
    times = list(KPIEvent.objects.order_by("id").values_list("occurred_at", flat=True))
    assert times == sorted(times)
    assert now - timedelta(days=10) <= times[0] < times[-1] < now


def test_its_nodes_are_what_their_events_make_and_one_is_warm_enough_for_an_offer() -> None:
    load()
    assert list(rebuild_liquidity(write=False)) == []
    assert max(node.liquidity.score for node in BuyerLiquidityNode.objects.all()) >= 50


def test_again_changes_nothing_even_after_somebody_worked() -> None:
    run()
    start_ladder(province="ON")
    before = all_rows()
    assert run() == run("--if-empty") == "The demo is loaded.\n"
    assert all_rows() == before


def test_a_database_with_other_rows_is_refused() -> None:
    record_feedback("ON", "TORONTO", "SFR", "RESPONDED")
    before = all_rows()
    with pytest.raises(CommandError, match="rows that are not the demo's"):
        run()
    assert run("--if-empty") == "No demo: this database has rows of its own.\n"
    assert all_rows() == before


def test_a_policy_in_its_place_is_not_overwritten() -> None:
    OfferPolicy.objects.filter(province="ON").update(market="WINDSOR")
    with pytest.raises(CommandError, match="rows that are not the demo's"):
        run()


def test_nothing_is_left_of_a_load_that_the_kill_switch_stops() -> None:
    engage_kill_switch(changed_by="me", reason="test")
    before = all_rows()
    with pytest.raises(CommandError, match="kill switch is engaged"):
        run()
    assert all_rows() == before
