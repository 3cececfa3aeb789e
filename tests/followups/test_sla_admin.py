"""The SLA in the admin: the first page, notices, breaches, policies, the work queue."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from followups.models import SlaBreach, SlaNotice, SlaPolicy
from followups.services import complete_task
from followups.sla.breaches import find_breaches
from followups.tasks.models import FollowupTask
from tests.factories import TaskFactory
from wholesale.plumbing.act import Act

pytestmark = pytest.mark.django_db

INDEX = "/admin/"
POLICIES = "/admin/followups/slapolicy/"


def late(minutes: int, **values: Any) -> FollowupTask:
    due_at = timezone.now() - timedelta(minutes=minutes)
    permitted = {"open_from": due_at, "open_until": due_at + timedelta(days=1)}
    task: FollowupTask = TaskFactory.create(due_at=due_at, actionable_at=due_at, ladder__open_steps=1, **permitted, **values)
    return task


def alerts(client: Client) -> dict[str, Any]:
    return {alert.what: alert for alert in client.get(INDEX).context["alerts"]}


def rows(client: Client, url: str) -> list[int]:
    return [row.pk for row in client.get(url).context["cl"].result_list]


def test_tasks_at_risk_and_breached_are_shown_apart_with_links(admin_client: Client) -> None:
    late(10)
    risky, breached = late(60), late(200)
    find_breaches(act=Act())

    shown = alerts(admin_client)

    at_risk, still_open = shown["1 task is at risk of a breach."], shown["1 open task has breached the SLA."]
    assert (at_risk.is_red, rows(admin_client, at_risk.link)) == (False, [risky.pk])
    assert (still_open.is_red, rows(admin_client, still_open.link)) == (True, [breached.pk])


def test_the_breaches_of_a_notice_show_what_became_of_each_task(admin_client: Client) -> None:
    done, still_open = late(200), late(300)
    find_breaches(act=Act())
    complete_task(done.pk, "va1")
    late(400)
    find_breaches(act=Act())
    notice = SlaNotice.objects.earliest("pk")

    page = admin_client.get("/admin/followups/slabreach/", {"notice__id__exact": notice.pk})

    breaches = {row.task_id: row for row in page.context["cl"].result_list}
    assert set(breaches) == {done.pk, still_open.pk}
    html = page.content.decode()
    assert "Still open" in html
    assert "Done" in html
    assert "3\xa0hours, 20\xa0minutes" in html
    one = admin_client.get(f"/admin/followups/slabreach/{SlaBreach.objects.latest('pk').pk}/change/")
    assert f"Task {SlaBreach.objects.latest('pk').task_id}" in one.content.decode()


def test_a_policy_is_changed_with_a_reason_that_its_history_shows(admin_client: Client) -> None:
    policy = SlaPolicy.objects.get(province="ON", channel="CALL")
    sent = {"enabled": "on", "warn_after_minutes": 15, "breach_after_minutes": 45, "why": "rivals", "expected_version": 1}

    answer = admin_client.post(f"{POLICIES}{policy.pk}/change/", sent)

    policy.refresh_from_db()
    assert (answer.status_code, policy.breach_after_minutes, policy.version, policy.reason) == (302, 45, 2, "rivals")
    history = admin_client.get(f"{POLICIES}{policy.pk}/history/").content.decode()
    assert "120 min" in history
    assert "45 min" in history


def test_a_policy_whose_warning_is_after_its_breach_is_not_saved(admin_client: Client) -> None:
    sent = {
        **{"province": "ON", "market": "TORONTO", "channel": "SMS", "enabled": "on", "why": "rivals"},
        **{"warn_after_minutes": 90, "breach_after_minutes": 60, "expected_version": 0},
    }

    assert "At most the time after which it is a breach." in admin_client.post(f"{POLICIES}add/", sent).content.decode()
    assert admin_client.post(f"{POLICIES}add/", {**sent, "warn_after_minutes": 10}).status_code == 302
    assert SlaPolicy.objects.filter(market="TORONTO").count() == 1


@pytest.mark.parametrize(("minutes", "words"), [(10, ""), (60, ">late</strong>"), (200, "later than the SLA allows")])
def test_the_work_queue_shows_the_lateness_of_a_task(minutes: int, words: str, admin_client: Client) -> None:
    late(minutes, leased_by="admin", leased_until=timezone.now() + timedelta(minutes=10))

    page = admin_client.get("/admin/followups/followuptask/queue/").content.decode()

    assert words in page
    assert ("later than the SLA allows" in page) is (minutes == 200)
