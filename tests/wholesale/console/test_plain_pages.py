"""Pages say what is so: an act that can do nothing, a row that nobody changed, a table and a list without rows."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from followups.pool.models import PoolAgent
from governance.golive.models import GoLiveState
from kpi.tripwire.models import RegressionPolicy, RegressionState
from kpi.tripwire.rules import Method
from kpi.tripwire.triggers import undo_trigger
from tests.factories import (
    LeadFactory,
    PoolAgentFactory,
    RecordFactory,
    ReservationFactory,
    SlaBreachFactory,
    TaskFactory,
    TriggerFactory,
)
from tests.staff import signed_in
from wholesale.plumbing.act import Act

pytestmark = pytest.mark.django_db

NOTHING = "There is nothing to do"


def text(client: Client, path: str) -> str:
    """The page at this address below the admin."""
    answer = client.get(f"/admin/{path}")
    assert answer.status_code == 200
    return answer.content.decode()


def test_an_act_that_can_do_nothing_says_so_and_has_no_button(admin_client: Client) -> None:
    GoLiveState.objects.update(go_live_enabled=False)
    agent = PoolAgentFactory.create(agent="va1", province="ON", market="TORONTO")
    settled = ReservationFactory.create(settled_at=timezone.now(), realized_loss=0)
    trigger = TriggerFactory.create()
    undo_trigger(trigger.pk, act=Act("ops", reason="Looked at it"))
    lead = LeadFactory.create(lead_id="L1")
    idle = (
        "governance/golivestate/disable/",
        "governance/golivestate/release/",
        f"followups/poolagent/{agent.pk}/resume/",
        f"governance/riskreservation/{settled.pk}/release/",
        f"kpi/regressiontrigger/{trigger.pk}/undo/",
        f"followups/lead/{lead.pk}/give-ladder/",
        f"followups/lead/{lead.pk}/stop-ladder/",
    )
    for path in idle:
        page = text(admin_client, path)
        assert NOTHING in page, path
        assert 'name="reason"' not in page, path

    PoolAgent.objects.update(paused_until=timezone.now() + timedelta(days=1))
    for path in ("governance/golivestate/engage/", idle[2], f"followups/lead/{lead.pk}/start/"):
        assert NOTHING not in text(admin_client, path), path


def test_a_baseline_is_not_offered_for_approval_before_there_are_enough_events(admin_client: Client) -> None:
    policy = RegressionPolicy.objects.get(metric="offer_accept_rate", province=None)

    page = text(admin_client, f"kpi/regressionpolicy/{policy.pk}/approve/")

    assert 'name="reason"' not in page
    assert "not enough to measure" in page


def test_an_empty_history_and_an_empty_table_are_sentences(admin_client: Client) -> None:
    task = TaskFactory.create()
    page = text(admin_client, f"followups/followuptask/{task.pk}/history/")
    assert "Nobody changed this by hand here." in page
    assert f"/admin/followups/followuptask/{task.pk}/change/" in page

    assert text(admin_client, f"followups/followuptask/{task.pk}/change/").count("None so far.") == 2


def test_histories_have_one_name(admin_client: Client) -> None:
    agent = PoolAgentFactory.create()
    for path in (f"followups/poolagent/{agent.pk}/history/", f"followups/followuptask/{TaskFactory.create().pk}/history/"):
        assert "History: " in text(admin_client, path), path


def test_a_list_of_one_page_offers_no_other(admin_client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    TaskFactory.create_batch(3)
    path = "followups/followuptask/?state=all"
    assert ">Next<" not in text(admin_client, path)

    monkeypatch.setattr("followups.tasks.admin.tasks.FollowupTaskAdmin.list_per_page", 2)
    first, second = text(admin_client, path), text(admin_client, f"{path}&p=2")
    assert (">Previous<" in first, ">Next<" in first) == (False, True)
    assert (">Previous<" in second, ">Next<" in second) == (True, False)


def test_the_correlation_id_leads_to_its_request(admin_client: Client) -> None:
    rows = {"followups/followuptask": TaskFactory.create(), "governance/contactrecord": RecordFactory.create()}
    for place, row in rows.items():
        page = text(admin_client, f"{place}/{row.pk}/change/")
        assert f'href="/admin/kpi/kpievent/trace/{row.correlation_id}/"' in page, place


def test_the_fields_of_a_cusum_are_shown_only_where_there_is_one(admin_client: Client) -> None:
    policy = RegressionPolicy.objects.get(metric="offer_accept_rate", province=None)
    RegressionState.objects.create(policy=policy)
    path = f"kpi/regressionstate/{policy.pk}/change/"
    assert "the sum after that event" not in text(admin_client, path)

    RegressionPolicy.objects.filter(pk=policy.pk).update(method=Method.CUSUM, enabled=False)
    assert "the sum after that event" in text(admin_client, path)


def test_a_form_proposes_the_agents(admin_client: Client, user_of: Callable[..., User]) -> None:
    signed_in(user_of("agent", username="va7"))
    lead = LeadFactory.create(lead_id="L1")
    for path in (f"followups/lead/{lead.pk}/start/", "followups/poolagent/add/", "followups/vendoragent/add/"):
        assert '<option value="va7">' in text(admin_client, path), path


def test_the_page_of_requests_says_what_it_is_for(admin_client: Client) -> None:
    assert "everything that is on record of one request" in text(admin_client, "kpi/kpievent/trace/")


def test_the_end_of_an_open_task_is_no_field_of_its_breach(admin_client: Client) -> None:
    ended = SlaBreachFactory.create(completed_at=timezone.now())
    for breach, is_shown in ((SlaBreachFactory.create(), False), (ended, True)):
        assert ("Completed at" in text(admin_client, f"followups/slabreach/{breach.pk}/change/")) is is_shown
