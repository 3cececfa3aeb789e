"""The page Today: what is red and its remedy, the figures with their links, and what each role sees of it."""

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
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from buyers.liquidity.models import BuyerLiquidityNode
from followups.services import start_ladder
from followups.sla.breaches import find_breaches
from governance import gate
from governance.golive.models import GoLiveState
from governance.golive.services import engage_kill_switch
from governance.risk.models import RiskPolicy
from kpi.models import RegressionPolicy, RegressionState
from kpi.tripwire.evaluations import evaluate
from kpi.tripwire.triggers import undo_trigger
from tests.factories import (
    InboundFactory,
    InboxItemFactory,
    KpiFactory,
    LeadFactory,
    LeadImportFactory,
    NodeFactory,
    ReservationFactory,
    SentOfferFactory,
    TaskFactory,
    TriggerFactory,
    completed,
)
from tests.query_counts import counted, queries
from tests.staff import links, signed_in
from wholesale.plumbing.act import Act
from wholesale.plumbing.vocabulary import Province

pytestmark = pytest.mark.django_db

INDEX, AGENTS = "/admin/", "/admin/today/agents/"
PART = "/admin/today/parts/{}/"
HTMX = {"HX-Request": "true"}


def alerts(client: Client) -> dict[str, Any]:
    """What needs a person, by its sentence, without the warnings of the runbook."""
    listed = client.get(INDEX).context["alerts"]
    return {alert.what: alert for alert in listed if not alert.what.startswith("The runbook")}


def parts(client: Client, **query: Any) -> list[Any]:
    """The answers of the parts that the browser asks for after the page."""
    places = client.get(INDEX, query).context["places"]
    return [client.get(place.link, headers=HTMX) for place in places]


def tiles(client: Client, **query: Any) -> dict[str, Any]:
    answers = [client.get(INDEX, query), *parts(client, **query)]
    return {tile.title: tile for answer in answers for tile in answer.context["tiles"]}


def permitted(*, minutes: int, **values: Any) -> Any:
    """A task due so many minutes ago and permitted now."""
    now = timezone.now()
    due_at = now - timedelta(minutes=minutes)
    interval = {"open_from": now - timedelta(days=1), "open_until": now + timedelta(days=1)}
    return TaskFactory.create(due_at=due_at, actionable_at=due_at, **{**interval, **values})


# What is red ------------------------------------------------------------------------------------------------------------


def test_nothing_is_red_in_a_new_system(admin_client: Client) -> None:
    page = admin_client.get(INDEX)

    assert alerts(admin_client) == {}
    assert page.context["verdict"].name == "amber"  # the runbook warns of what is not set up yet
    assert "Nothing is broken" in page.content.decode()
    assert reverse("admin:governance_golivestate_engage") in page.content.decode()


def test_an_engaged_kill_switch_is_red_and_shown_once(admin_client: Client) -> None:
    engage_kill_switch(act=Act("ops", reason="Dialer runs wild"))

    [first] = alerts(admin_client).values()
    page = admin_client.get(INDEX).content.decode()

    assert (first.what, first.is_red) == ("The kill switch is engaged: nothing acts.", True)
    assert first.link == reverse("admin:governance_golivestate_release")
    assert page.count("Dialer runs wild") == 1
    assert reverse("admin:governance_golivestate_engage") not in page


def test_a_missing_state_and_a_system_that_is_not_live_are_red(settings: Any, admin_client: Client) -> None:
    settings.GO_LIVE_ENFORCE = True
    GoLiveState.objects.update(go_live_enabled=False)
    assert [alert.link for alert in alerts(admin_client).values()] == [reverse("admin:governance_golivestate_enable")]

    GoLiveState.objects.all().delete()
    assert [alert.details for alert in alerts(admin_client).values()] == ["Its row is missing"]


def test_a_blocker_of_the_runbook_leads_to_what_mends_it(admin_client: Client) -> None:
    RiskPolicy.objects.filter(engine="CAPITAL").update(max_open_risk=0, max_daily_exposure=0, max_daily_loss=0, enabled=True)
    RiskPolicy.objects.filter(engine="CAPITAL").update(max_actions_per_day=0)

    found = [alert for alert in admin_client.get(INDEX).context["alerts"] if alert.what == "The runbook blocks go-live."]

    assert [(alert.is_red, alert.link) for alert in found] == [(True, reverse("admin:governance_riskpolicy_changelist"))]


def test_breaches_and_tasks_at_risk_lead_to_their_lists(admin_client: Client) -> None:
    for minutes in (-30, 10, 31, 119, 121, 500):
        permitted(minutes=minutes)
    find_breaches(act=Act())

    found = alerts(admin_client)

    breached, at_risk = found["2 open tasks have breached the SLA."], found["2 tasks are at risk of a breach."]
    assert (breached.is_red, at_risk.is_red) == (True, False)
    for alert in (breached, at_risk):
        assert admin_client.get(alert.link).context["cl"].result_list.count() == 2
    assert tiles(admin_client)["Due and permitted now"].value == "5"


def test_a_tripwire_is_red_until_it_is_undone(admin_client: Client) -> None:
    trigger = TriggerFactory.create()
    [off] = alerts(admin_client).values()
    undo_trigger(trigger.pk, act=Act("ops", reason="Looked at it"))

    assert (off.what, off.details, off.is_red) == ("1 tripwire went off.", str(trigger.policy), True)
    assert admin_client.get(off.link).context["cl"].result_list.count() == 0
    assert alerts(admin_client) == {}


def test_a_tripwire_past_its_line_with_nothing_to_undo_is_called_alike_above_and_below(admin_client: Client) -> None:
    policy = TriggerFactory.create(undone_at=timezone.now(), undone_by="ops", undo_reason="Looked at it").policy
    RegressionPolicy.objects.filter(pk=policy.pk).update(enabled=True)
    for state, what, below in (
        ({"triggered": True}, "1 tripwire is past its line.", "Amber: past its line"),
        ({"triggered": False, "amber": True}, "1 tripwire is near its line.", "Amber: near its line"),
    ):
        RegressionState.objects.update_or_create(policy=policy, defaults=state)
        assert list(alerts(admin_client)) == [what]
        assert [one["state"] for one in admin_client.get(INDEX).context["tripwires"]] == [below]


@pytest.mark.parametrize(
    ("cap", "what", "is_red"),
    [
        (Decimal(100), "All engines together: 100% of a cap is used.", True),
        (Decimal(120), "All engines together: 83% of a cap is used.", False),
        (Decimal(126), None, None),
    ],
)
def test_a_cap_that_is_nearly_full_is_amber_and_a_full_one_red(
    cap: Decimal, what: str | None, is_red: bool | None, admin_client: Client
) -> None:
    gate.risk_reserve(engine="WHOLESALE", amount=Decimal(100), act=Act("ops", at=timezone.now() - timedelta(days=3)))
    RiskPolicy.objects.filter(engine="GLOBAL").update(max_open_risk=cap)

    found = alerts(admin_client)

    assert {alert.what: alert.is_red for alert in found.values()} == ({} if what is None else {what: is_red})


def test_without_global_nothing_can_be_reserved(admin_client: Client) -> None:
    RiskPolicy.objects.filter(engine="GLOBAL").update(enabled=False)
    assert [alert.is_red for alert in alerts(admin_client).values()] == [True]


def test_waiting_messages_failed_work_and_refused_rows_are_found(admin_client: Client) -> None:
    now = timezone.now()
    late, soon = now - timedelta(minutes=1), now + timedelta(hours=1)
    InboxItemFactory.create(task=TaskFactory.create(), due_by=late)
    InboxItemFactory.create(task=None, kind="MESSAGE", message=InboundFactory.create(), due_by=soon)
    InboxItemFactory.create(task=TaskFactory.create(), due_by=late, done_at=now, done_by="me")
    batch = LeadImportFactory.create(refused=3, created_at=now)
    LeadImportFactory.create(refused=0, created_at=now)
    work = {"args_kwargs": {"args": [], "kwargs": {}}, "task_path": "a.b", "exception_class_path": "", "traceback": ""}
    DBTaskResult.objects.create(**work, status=TaskResultStatus.FAILED, finished_at=now, run_after=now)
    DBTaskResult.objects.create(**work, run_after=now - timedelta(hours=1))
    DBTaskResult.objects.create(**work, run_after=now)

    found = {alert.what: (alert.is_red, alert.link) for alert in alerts(admin_client).values()}

    assert {what: is_red for what, (is_red, _) in found.items()} == {
        "1 item waits in the inbox.": True,
        "1 doubtful message waits.": False,
        "1 background task failed.": True,
        "1 background task waits too long: is the worker running?": True,
        "An import refused 3 rows.": False,
    }
    assert found["An import refused 3 rows."][1] == reverse("admin:followups_leadimport_change", args=[batch.pk])
    for _, link in found.values():
        assert admin_client.get(link).status_code == 200
    assert tiles(admin_client)["Inbox"].value == "2"


# Figures ----------------------------------------------------------------------------------------------------------------


def test_the_figures_of_the_period_stand_beside_those_of_the_span_before(admin_client: Client) -> None:
    now = timezone.now()
    for days in (0.01, 2, 8, 40):
        at = now - timedelta(days=days)
        LeadFactory.create(created_at=at)
        completed(late=timedelta(minutes=90 if days > 7 else 150), due_at=at - timedelta(hours=3), step=1)
        SentOfferFactory.create(sent_at=at, acceptance_told_at=at, accepted_at=at if days > 7 else None)

    week, month = tiles(admin_client), tiles(admin_client, days=30)

    assert (week["New leads"].value, week["New leads"].change) == ("2", "+100%, 1 before")
    assert (week["Contacts"].value, week["Contacts"].change) == ("2", "+100%, 1 before")
    assert (week["Speed to lead, median"].value, week["Speed to lead, median"].is_better) == ("2 h 30 min", False)
    assert (week["Done within 2 permitted hours"].value, week["Done within 2 permitted hours"].is_better) == ("0%", False)
    assert (week["Offers sent"].value, week["Offers accepted"].change) == ("2", "-100 points, 100% before")
    assert (month["New leads"].value, month["Offers sent"].change) == ("3", "+200%, 1 before")


def test_each_chart_shows_the_chosen_days_and_has_its_table(admin_client: Client) -> None:
    completed(late=timedelta(minutes=5), due_at=timezone.now() - timedelta(hours=1), step=1, outcome="REACHED")
    SentOfferFactory.create(sent_at=timezone.now() - timedelta(hours=1))
    LeadFactory.create(created_at=timezone.now(), status="APPOINTMENT")

    answers = parts(admin_client, days="30")
    charts = [chart for answer in answers for chart in answer.context["charts"]]
    shown = {chart.title.split(":")[0].split(" (")[0]: chart for chart in charts}

    assert len(shown["Speed to lead"].rows) == len(shown["SLA"].rows) == 30
    assert shown["Speed to lead"].rows[-1][1:] in (["5", "5"], ["-", "-"])  # the second in the first hour of a day
    assert sum(row[2] == "1" for row in shown["Contacts by hour"].rows) == 1
    assert [row[1] for row in shown["From lead to closed"].rows] == ["1", "1", "1", "0", "0", "0"]
    assert len(shown["Offers accepted, with the 95% interval"].rows) == 6
    assert [answer.content.decode().count("<caption>") for answer in answers] == [1, 1, 1, 1, 2]
    assert admin_client.get(INDEX, {"days": "31"}).context["days"] == 7


def test_the_place_of_a_part_has_as_many_tiles_and_charts_as_come(admin_client: Client) -> None:
    places = admin_client.get(INDEX, {"days": "90"}).context["places"]

    assert [place.name for place in places] == ["contacts", "speed", "sla", "funnel", "offers"]
    page = admin_client.get(INDEX).content.decode()
    for place in places:
        answer = admin_client.get(place.link, headers=HTMX)
        assert (answer.context["days"], len(answer.context["charts"])) == (90, len(place.charts))
        assert [tile.title for tile in answer.context["tiles"]] == list(place.titles)
        came = [line.split('"')[1] for line in answer.content.decode().split("<div ") if line.startswith('id="tile_')]
        assert len(came) == len(place.titles)
        assert all(f'id="{name}"' in page for name in came)


def test_without_javascript_a_part_is_a_page_that_leads_back(admin_client: Client) -> None:
    page = admin_client.get(PART.format("offers"), {"days": "30"})

    assert "<html" in page.content.decode()
    assert f"{INDEX}?days=30" in links(page)
    assert admin_client.get(PART.format("nothing")).status_code == 404
    assert "<html" not in admin_client.get(PART.format("offers"), headers=HTMX).content.decode()


def test_an_enabled_tripwire_has_a_control_chart_with_its_lines(admin_client: Client) -> None:
    RegressionPolicy.objects.filter(metric="offer_accept_rate").update(
        enabled=True, window_events=4, baseline_events=4, min_events_to_enforce=2
    )
    for success in (True, True, True, True, True, False, False, False):
        KpiFactory.create(domain="WHOLESALE", metric="offer_accept_rate", success=success)
    evaluate(domain="WHOLESALE", metric="offer_accept_rate", act=Act("ops"))

    [shown] = admin_client.get(INDEX).context["tripwires"]

    assert shown["state"] == "Red: it went off"
    assert shown["chart"].headers == ["Steps before now", "Now", "Baseline", "Red"]
    assert [row[1] for row in shown["chart"].rows] == ["1", "1", "0.75", "0.5", "0.25"]
    baseline, red = map(float, shown["chart"].rows[-1][2:])
    assert 0.25 < red < baseline == 1


def test_the_map_shows_the_chosen_measure_and_each_tile_leads_to_its_list(admin_client: Client) -> None:
    LeadFactory.create(province="NU", created_at=timezone.now())
    permitted(minutes=300, ladder__province="QC")
    find_breaches(act=Act())
    now = timezone.now()
    SentOfferFactory.create(evidence__province="ON", sent_at=now, acceptance_told_at=now - timedelta(seconds=1))
    NodeFactory.create(province="BC", active_buyer_count=4)
    assert BuyerLiquidityNode.objects.count() == 1

    expected = {"leads": ("NU", "1"), "due": ("QC", "1"), "breaches": ("QC", "1"), "acceptance": ("ON", "0%")}
    for measure, (province, value) in {**expected, "liquidity": ("BC", "4")}.items():
        shown = admin_client.get(INDEX, {"measure": measure}).context["map"]
        values = {tile.code: tile for tile in shown["tiles"]}
        assert set(values) == set(Province.values)
        assert (values[province].value, values["YT"].value) == (value, "-" if measure == "acceptance" else "0")
        listed = admin_client.get(values[province].link).context["cl"].result_list
        assert [row.province for row in listed] == [province]


def test_agents_at_work_are_named_with_their_last_act(admin_client: Client) -> None:
    now = timezone.now()
    permitted(minutes=10, leased_by="va1", leased_until=now + timedelta(minutes=10))
    permitted(minutes=10, leased_by="va2", leased_until=now - timedelta(minutes=10))
    TaskFactory.create(due_at=now, completed_at=now, completed_by="va3")

    agents = {agent.name: agent for agent in admin_client.get(AGENTS).context["agents"]}

    assert agents.keys() == {"va1", "va3"}
    assert (agents["va1"].claims, agents["va1"].done, agents["va3"].claims, agents["va3"].done) == (1, 0, 0, 1)


# Whose page it is -------------------------------------------------------------------------------------------------------


def test_a_user_sees_only_what_it_may_open(user_of: Callable[..., User]) -> None:
    engage_kill_switch(act=Act("ops", reason="Dialer runs wild"))
    permitted(minutes=300)
    TriggerFactory.create()
    LeadImportFactory.create(refused=3, created_at=timezone.now())
    find_breaches(act=Act())
    for role in ("auditor", "integrator"):
        client = signed_in(user_of(role))
        found = [href for href in links(client.get(INDEX)) if href.startswith("/admin/")]
        refused = [href for href in found if client.get(href).status_code != 200]
        assert (role, refused) == (role, [])
    auditor = signed_in(User.objects.get(username="auditor"))
    assert reverse("admin:governance_golivestate_release") not in auditor.get(INDEX).content.decode()


def test_a_user_without_a_role_is_told_to_ask_for_one(user_of: Callable[..., User]) -> None:
    client = signed_in(user_of())
    page = client.get(INDEX)

    assert (page.context["verdict"], page.context["tiles"], page.context["map"]) == (None, [], None)
    assert page.context["places"] == []
    assert "You hold no role yet." in page.content.decode()
    refused = [AGENTS, *(PART.format(name) for name in ("contacts", "speed", "sla", "funnel", "offers"))]
    assert [client.get(path).status_code for path in refused] == [403] * len(refused)


def test_every_link_of_the_page_opens(admin_client: Client) -> None:
    permitted(minutes=60)
    found = {href for href in links(admin_client.get(INDEX)) if href.startswith(("/", "?"))}

    assert len(found) >= 25
    for href in found:
        assert admin_client.get(f"{INDEX}{href}" if href.startswith("?") else href).status_code == 200, href


def test_the_page_takes_few_queries_however_many_rows_there_are(admin_client: Client) -> None:
    RegressionPolicy.objects.update(enabled=True, method="DROP")

    def taken(path: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            admin_client.get(path, headers={} if path.startswith(f"{INDEX}?") else HTMX)
        return counted(captured)

    asked = [
        f"{INDEX}?measure=liquidity",
        AGENTS,
        *(PART.format(name) for name in ("contacts", "speed", "sla", "funnel", "offers")),
    ]
    empty = [taken(path) for path in asked]
    for n in range(20):
        start_ladder(lead_id=f"L{n}", province="ON", act=Act(at=timezone.now() - timedelta(days=2)))
        ReservationFactory.create()
        TriggerFactory.create(policy=RegressionPolicy.objects.first())
        LeadImportFactory.create(refused=1, created_at=timezone.now())
        SentOfferFactory.create(sent_at=timezone.now())
        NodeFactory.create(market=f"M{n}")

    assert [taken(path) for path in asked] == empty
    assert empty[0] <= queries("Today, at most")
    assert max(empty[1:]) <= queries("a part of Today, at most")
