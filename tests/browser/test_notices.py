"""The kill switch in a browser: engaged through the pages, it shows on every page to all, and its release needs a reason."""

import pytest
from django.contrib.auth.models import Group, User
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from governance.golive.models import GoLiveState
from tests.browser.visits import Chromium, Visitor
from wholesale.console.notices.models import NoticeChoice
from wholesale.console.notices.tasks import write_notices

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

QUEUE = "/admin/followups/followuptask/queue/"
STANDS = "The kill switch is engaged: nothing acts."


def staff(username: str, role: str) -> User:
    user = User.objects.create_user(username, is_staff=True)
    user.groups.set(Group.objects.filter(name=role))
    return user


def stands_on(visitor: Visitor, *paths: str) -> list[bool]:
    """Whether each page says that the kill switch stands."""
    found = []
    for path in paths:
        visitor.visit(path)
        found.append(bool(visitor.use(lambda page: page.get_by_text(STANDS).count())))
    return found


def test_the_kill_switch_is_engaged_and_released_through_the_pages(
    chromium: Chromium, live_server: LiveServer, db: None
) -> None:
    op, va1 = staff("op1", "operator"), staff("va1", "agent")
    NoticeChoice.objects.create(user=op, kind="RUNBOOK", way="OFF")
    with Visitor(chromium, live_server.url, op) as boss, Visitor(chromium, live_server.url, va1) as agent:
        assert stands_on(boss, "/admin/") == stands_on(agent, QUEUE) == [False]

        boss.use(lambda page: page.get_by_role("link", name="Engage kill switch").click())
        boss.use(lambda page: page.get_by_label("Reason").fill("A caller does not stop"))
        boss.use(lambda page: page.get_by_role("button", name="Engage the kill switch").click())
        boss.use(lambda page: expect(page.get_by_text(STANDS).first).to_be_visible())
        assert stands_on(boss, "/admin/", "/admin/my-settings/") == [True] * 2
        assert stands_on(agent, "/admin/followups/lead/", QUEUE) == [True] * 2
        assert agent.use(lambda page: page.get_by_role("link", name="Release the kill switch").count()) == 0

        write_notices.call()  # what the worker does each minute
        boss.visit("/admin/followups/lead/")
        boss.use(lambda page: page.get_by_role("link", name="Notices: 1 unread").click())
        boss.use(lambda page: expect(page.get_by_text("The kill switch was engaged: nothing acts.")).to_be_visible())
        boss.use(lambda page: page.get_by_role("button", name="Mark as read", exact=True).click())
        boss.use(lambda page: expect(page.get_by_role("link", name="Notices: nothing new")).to_be_visible())

        boss.use(lambda page: page.get_by_role("link", name="Release the kill switch").click())
        release = "Release the kill switch"
        boss.use(lambda page: page.get_by_label("Reason").evaluate("one => one.removeAttribute('required')"))
        boss.use(lambda page: page.get_by_role("button", name=release).click())
        assert GoLiveState.objects.get().kill_switch_engaged
        boss.use(lambda page: page.get_by_label("Reason").fill("The caller stopped"))
        boss.use(lambda page: page.get_by_role("button", name=release).click())
        boss.use(lambda page: page.wait_for_url("**/golivestate/"))
        assert stands_on(boss, "/admin/") == stands_on(agent, QUEUE) == [False]
        assert boss.complaints == agent.complaints == []
    state = GoLiveState.objects.get()
    assert (state.kill_switch_engaged, state.changed_by, state.reason) == (False, "op1", "The caller stopped")
