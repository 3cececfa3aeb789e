"""The admin's first page."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from followups.services import complete_task, start_ladder
from followups.sla.breaches import find_breaches
from followups.tasks.models import FollowupTask
from governance import gate
from governance.golive.models import GoLiveState
from governance.golive.services import engage_kill_switch
from governance.policies import upsert
from governance.risk.models import RiskPolicy
from governance.runbook.services import status
from kpi.tripwire.triggers import undo_trigger
from offers.models import OfferPolicy
from tests.factories import InboxItemFactory, KpiFactory, ReservationFactory, TaskFactory, TriggerFactory, completed
from tests.query_counts import counted, queries
from tests.staff import links, signed_in
from wholesale.plumbing.act import Act

pytestmark = pytest.mark.django_db

INDEX = "/admin/"


def tiles(client: Client) -> dict[str, Any]:
    return {tile.title: tile for tile in client.get(INDEX).context["tiles"]}


def week(client: Client) -> dict[str, tuple[int, int]]:
    return {figure["title"]: (figure["count"], figure["before"]) for figure in client.get(INDEX).context["week"]}


def permitted(*, minutes: int, **values: Any) -> Any:
    """A task due so many minutes ago and permitted now."""
    now = timezone.now()
    due_at = now - timedelta(minutes=minutes)
    interval = {"open_from": now - timedelta(days=1), "open_until": now + timedelta(days=1)}
    return TaskFactory.create(due_at=due_at, actionable_at=due_at, **{**interval, **values})


def test_tasks_due_at_risk_and_breached_are_counted_apart(admin_client: Client) -> None:
    for minutes in (-30, 10, 31, 119, 121, 500):
        permitted(minutes=minutes)
    completed(late=timedelta(0), due_at=timezone.now() - timedelta(days=1))
    find_breaches(act=Act())

    shown = tiles(admin_client)

    found = {title: (tile.value, tile.tone) for title, tile in shown.items()}
    assert found["Due and permitted now"] == ("5", "warning")
    assert found["At risk of a breach"] == ("2", "warning")
    assert found["SLA breached, still open"] == ("2", "danger")


def test_blocked_and_claimed_tasks_are_counted_apart(admin_client: Client) -> None:
    soon = timezone.now() + timedelta(minutes=10)
    permitted(minutes=10)
    permitted(minutes=10, leased_by="va1", leased_until=soon)
    for closed in ({"open_from": None, "open_until": None}, {"open_from": soon}, {"open_until": timezone.now()}):
        permitted(minutes=300, **closed)

    shown = tiles(admin_client)

    counted = ("Due and permitted now", "Due, but not permitted now", "Claimed")
    assert [shown[title].value for title in counted] == ["2", "3", "1"]
    assert {task.leased_by for task in admin_client.get(INDEX).context["due"]} == {None, "va1"}


def test_each_figure_links_to_the_list_it_counts(admin_client: Client) -> None:
    now = timezone.now()
    for minutes in (-30, 40, 500):
        permitted(minutes=minutes)
    find_breaches(act=Act())
    TaskFactory.create(due_at=now, leased_by="va1", leased_until=now + timedelta(hours=1))
    completed(late=timedelta(minutes=5), due_at=now - timedelta(days=1))
    upsert(OfferPolicy, province="ON", enabled=True, act=Act("ops"))

    ReservationFactory.create()
    ReservationFactory.create(settled_at=now, realized_loss=0)
    TriggerFactory.create()
    TriggerFactory.create(undone_at=now)
    InboxItemFactory.create(task=FollowupTask.objects.latest("id"))
    InboxItemFactory.create(task=FollowupTask.objects.earliest("id"), done_at=now, done_by="me")

    rows = {
        title: admin_client.get(tile.url).context["cl"].result_list.count()
        for title, tile in tiles(admin_client).items()
        if not title.startswith("Runbook")
    }

    assert rows == {
        "Open risk": 1,
        "Tripwires that went off": 1,
        "Due and permitted now": 2,
        "Due, but not permitted now": 1,
        "Claimed": 1,
        "At risk of a breach": 1,
        "SLA breached, still open": 1,
        "Inbox": 1,
        "Done within 2 permitted hours": 1,
        "Provinces with offers": 1,
    }


def test_the_list_of_due_tasks_begins_with_the_oldest(admin_client: Client) -> None:
    late, later = (permitted(minutes=minutes) for minutes in (60, 300))

    page = admin_client.get(INDEX)
    listed = admin_client.get(tiles(admin_client)["Due and permitted now"].url)

    assert [task.pk for task in page.context["due"]] == [later.pk, late.pk]
    assert [task.pk for task in listed.context["cl"].result_list] == [later.pk, late.pk]


def test_the_last_seven_days_are_shown_beside_the_seven_before(admin_client: Client) -> None:
    now = timezone.now()
    for days in (1, 2, 8, 9, 10, 15):
        KpiFactory.create(metric="ladder_created", occurred_at=now - timedelta(days=days))

    assert week(admin_client) == {
        "Ladders started": (2, 3),
        "Tasks completed": (0, 0),
        "Buyer feedback": (0, 0),
        "Offers computed": (0, 0),
    }


def test_the_figures_of_the_week_link_to_their_lists(admin_client: Client) -> None:
    start = start_ladder(lead_id="L1", province="ON", act=Act())
    complete_task(start.tasks[0].pk, actor="va1")

    found = {
        figure["title"]: len(admin_client.get(figure["url"]).context["cl"].result_list)
        for figure in admin_client.get(INDEX).context["week"]
    }

    assert found == {"Ladders started": 1, "Tasks completed": 1, "Buyer feedback": 0, "Offers computed": 0}


def test_the_sla_counts_completed_tasks(admin_client: Client) -> None:
    assert tiles(admin_client)["Done within 2 permitted hours"].value == "-"
    for minutes in (5, 20, 60, 300):
        completed(late=timedelta(minutes=minutes))

    tile = tiles(admin_client)["Done within 2 permitted hours"]

    assert (tile.value, tile.tone) == ("75%", "warning")
    assert tile.note.startswith("50% within 30 minutes; the last 4 tasks")


def test_the_runbooks_blockers_and_warnings_are_counted(admin_client: Client) -> None:
    fine = tiles(admin_client)["Runbook blockers / warnings"]
    engage_kill_switch(act=Act("ops", reason="Dialer runs wild"))

    tile = tiles(admin_client)["Runbook blockers / warnings"]

    found = status()
    assert (fine.value[0], fine.note, fine.tone) == ("0", "nothing blocks going live", "warning")
    assert (tile.value, tile.tone) == (f"1 / {len(found['warnings'])}", "danger")
    assert tile.note == "do not go live: kill_switch.free"
    assert tile.url == reverse("admin:governance_runbookrun_now")


def test_open_risk_is_shown_beside_the_cap_of_global_on_any_day(admin_client: Client) -> None:
    assert (tiles(admin_client)["Open risk"].value, tiles(admin_client)["Open risk"].tone) == ("$0.00", "success")
    yesterday = timezone.now() - timedelta(days=1)
    gate.risk_reserve(engine="CAPITAL", amount=Decimal(700), act=Act("ops", at=yesterday))
    gate.risk_reserve(engine="WHOLESALE", amount=Decimal("500.20"), act=Act("ops"))

    tile = tiles(admin_client)["Open risk"]

    assert (tile.value, tile.note, tile.tone) == ("$1,200.20", "80% of GLOBAL's cap of $1,500.00", "warning")


@pytest.mark.parametrize(
    ("settings_of_global", "note", "tone"),
    [
        ({"enabled": False}, "the policy GLOBAL is off: nothing can be reserved", "danger"),
        ({"max_open_risk": Decimal(0)}, "GLOBAL has no cap on it", "warning"),
        ({"max_open_risk": Decimal(100)}, "100% of GLOBAL's cap of $100.00", "danger"),
    ],
)
def test_the_tile_of_open_risk_shows_its_policy(
    settings_of_global: dict[str, Any], note: str, tone: str, admin_client: Client
) -> None:
    gate.risk_reserve(engine="WHOLESALE", amount=Decimal(100), act=Act("ops"))
    RiskPolicy.objects.filter(engine="GLOBAL").update(**settings_of_global)

    tile = tiles(admin_client)["Open risk"]

    assert (tile.value, tile.note, tile.tone) == ("$100.00", note, tone)


def test_a_missing_global_policy_is_shown_as_disabled(admin_client: Client) -> None:
    RiskPolicy.objects.all().delete()

    assert tiles(admin_client)["Open risk"].tone == "danger"


def test_triggers_count_until_they_are_undone(admin_client: Client) -> None:
    quiet = tiles(admin_client)["Tripwires that went off"]
    trigger = TriggerFactory.create()
    loud = tiles(admin_client)["Tripwires that went off"]
    undo_trigger(trigger.pk, act=Act("ops", reason="Looked at it"))

    assert (quiet.value, quiet.tone) == ("0", "success")
    assert (loud.value, loud.tone) == ("1", "danger")
    assert tiles(admin_client)["Tripwires that went off"] == quiet


def test_an_engaged_kill_switch_is_shown_first(admin_client: Client) -> None:
    engage_kill_switch(act=Act("ops", reason="Dialer runs wild"))

    page = admin_client.get(INDEX).content.decode()

    assert "The kill switch is engaged: nothing acts." in page
    assert "Dialer runs wild" in page
    assert reverse("admin:governance_golivestate_release") in page
    assert reverse("admin:governance_golivestate_engage") not in page


def test_a_missing_row_is_shown_as_engaged(admin_client: Client) -> None:
    GoLiveState.objects.all().delete()

    page = admin_client.get(INDEX).content.decode()

    assert "Its row is missing, which means engaged." in page
    assert reverse("admin:governance_golivestate_release") in page


@pytest.mark.parametrize(
    ("enforced", "live", "words"),
    [
        (False, False, "go-live is not enforced on this server"),
        (True, False, "The system is not live:"),
        (True, True, "The kill switch is free and go-live is on"),
    ],
)
def test_the_banner_says_whether_the_system_acts(
    enforced: bool, live: bool, words: str, settings: Any, admin_client: Client
) -> None:
    settings.GO_LIVE_ENFORCE = enforced
    GoLiveState.objects.update(go_live_enabled=live)

    assert words in admin_client.get(INDEX).content.decode()


def test_an_empty_system_says_what_to_do_next(admin_client: Client) -> None:
    page = admin_client.get(INDEX).content.decode()

    assert "No task is due." in page
    assert "POST /api/followups/ladder/create" in page
    assert "enable one to begin with" in page


def test_the_page_takes_few_queries_however_many_rows_there_are(admin_client: Client) -> None:
    def shown() -> int:
        with CaptureQueriesContext(connection) as captured:
            admin_client.get(INDEX)
        return counted(captured)

    empty = shown()
    for n in range(20):
        start_ladder(lead_id=f"L{n}", province="ON", act=Act(at=timezone.now() - timedelta(days=2)))
        ReservationFactory.create()
        TriggerFactory.create()
    OfferPolicy.objects.update(enabled=True)

    with CaptureQueriesContext(connection) as captured:
        status()
    assert shown() == empty
    # Two for open risk, one for the tripwires, those of the runbook, and these:
    assert empty - 3 - counted(captured) <= queries("the dashboard's own, at most")


def test_a_user_sees_the_figures_of_the_pages_it_may_open(user_of: Callable[..., User]) -> None:
    page = signed_in(user_of("auditor")).get(INDEX)

    assert len(page.context["tiles"]) == 11
    assert reverse("admin:governance_golivestate_engage") not in page.content.decode()


def test_a_user_without_a_role_is_told_to_ask_for_a_role(user_of: Callable[..., User]) -> None:
    page = signed_in(user_of()).get(INDEX)

    assert page.context["tiles"] == []
    assert "You hold no role yet." in page.content.decode()


def test_every_link_of_the_page_opens(admin_client: Client) -> None:
    TaskFactory.create(due_at=timezone.now() - timedelta(hours=1))

    found = set(links(admin_client.get(INDEX)))

    assert len(found) >= 10
    for href in found:
        assert admin_client.get(href).status_code == 200, href
