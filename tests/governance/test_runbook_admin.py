"""The admin of the runbook: the page of current findings, and the stored runs."""

from collections.abc import Callable

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from governance.golive.services import engage_kill_switch
from governance.runbook.models import RunbookRun
from governance.runbook.services import store_run
from tests.staff import form_with, links, signed_in
from wholesale.plumbing.act import Act

pytestmark = pytest.mark.django_db

NOW = "/admin/governance/runbookrun/now/"
STORE = "/admin/governance/runbookrun/store/"


@pytest.fixture
def ops(user_of: Callable[..., User]) -> Client:
    """A browser of the operator `ops`."""
    return signed_in(user_of("operator", username="ops"))


def test_the_page_shows_every_check_by_its_group(ops: Client) -> None:
    engage_kill_switch(act=Act("ada", reason="Dialer <runs> wild"))

    page = ops.get(NOW)

    text = page.content.decode()
    groups = dict(page.context["groups"])
    assert [item["id"] for item in groups["Blockers"]] == ["kill_switch.free"]
    assert "Do not go live: 1 blocker." in text
    assert "Dialer &lt;runs&gt; wild" in text
    for items in groups.values():
        for item in items:
            assert item["id"] in text


def test_the_page_says_when_nothing_blocks(ops: Client) -> None:
    assert "Nothing blocks going live" in ops.get(NOW).content.decode()


def test_every_link_of_the_page_opens(ops: Client) -> None:
    found = set(links(ops.get(NOW)))

    assert {STORE, reverse("admin:governance_runbookrun_changelist")} <= found
    for href in found:
        assert ops.get(href).status_code == 200, href


def test_a_run_is_stored_with_a_reason(ops: Client) -> None:
    engage_kill_switch(act=Act("ada", reason="Drill"))
    form = form_with(ops.get(STORE), "reason")

    answer = ops.post(STORE, {**form, "reason": "Before the meeting"}, follow=True)

    run = RunbookRun.objects.get()
    assert (run.changed_by, run.reason, run.ok_to_enable_go_live) == ("ops", "Before the meeting", False)
    assert run.user is not None
    assert run.user.username == "ops"
    assert [item["id"] for item in run.status["blockers"]] == ["kill_switch.free"]
    assert LogEntry.objects.get().object_id == str(run.pk)
    assert f"Run {run.pk} is stored." in answer.content.decode()


@pytest.mark.parametrize("reason", ["", "  ", "x" * 1001])
def test_a_run_needs_a_reason(reason: str, ops: Client) -> None:
    answer = ops.post(STORE, {"reason": reason})

    assert list(answer.context["form"].errors) == ["reason"]
    assert not RunbookRun.objects.exists()


def test_opening_the_page_stores_nothing(ops: Client) -> None:
    for answer in (ops.get(STORE, {"reason": "x"}), ops.head(STORE), ops.post(NOW, {"reason": "x"})):
        assert answer.status_code == 200

    assert not RunbookRun.objects.exists()


def test_a_stored_run_is_shown_as_a_list_of_findings(ops: Client) -> None:
    engage_kill_switch(act=Act("ada", reason="Drill"))
    run = store_run(act=Act("ada", reason="Monday"))

    page = ops.get(reverse("admin:governance_runbookrun_change", args=[run.pk])).content.decode()

    assert "The kill switch was engaged by ada: Drill" in page
    assert "All 13 provinces have a contact policy." in page
    assert "&quot;severity&quot;" not in page


def test_reading_and_storing_need_their_own_permissions(user_of: Callable[..., User]) -> None:
    user = user_of()
    client = signed_in(user)
    assert (client.get(NOW).status_code, client.post(STORE, {"reason": "x"}).status_code) == (403, 403)

    user.user_permissions.set(Permission.objects.filter(codename="view_runbook"))
    page = client.get(NOW)

    assert page.status_code == 200
    assert not {STORE, reverse("admin:governance_runbookrun_changelist")} & set(links(page))
    assert client.post(STORE, {"reason": "x"}).status_code == 403
    assert not RunbookRun.objects.exists()
