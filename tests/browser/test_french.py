"""An agent of Québec chooses French and works in it: the settings, the queue, its times and what its script says."""

import pytest
from django.contrib.auth.models import Group, User
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from tests.browser.visits import Chromium, Visitor

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


def test_an_agent_chooses_french_and_the_console_speaks_it(chromium: Chromium, live_server: LiveServer) -> None:
    agent = User.objects.create_user("zoe", is_staff=True)
    agent.groups.set(Group.objects.filter(name="agent"))
    with Visitor(chromium, live_server.url, agent) as zoe:
        zoe.visit("/admin/my-settings/")
        zoe.use(lambda page: page.get_by_label("Language").select_option("fr"))
        zoe.use(lambda page: page.get_by_label("Time zone").select_option("America/St_Johns"))
        zoe.use(lambda page: page.get_by_role("button", name="Save").click())
        zoe.use(lambda page: expect(page.get_by_text("Vos réglages sont enregistrés.")).to_be_visible())
        zoe.use(lambda page: expect(page.locator("html")).to_have_attribute("lang", "fr-ca"))

        zoe.visit("/admin/followups/followuptask/queue/")
        zoe.use(lambda page: expect(page.get_by_role("heading", name="Vous n'avez aucune tâche en charge")).to_be_visible())
        zoe.use(lambda page: page.keyboard.press("n"))
        zoe.use(lambda page: expect(page.locator("#said")).to_contain_text("Rien de ce que vous pourriez faire n'est dû."))
        zoe.use(lambda page: page.keyboard.press("?"))
        zoe.use(lambda page: expect(page.get_by_role("heading", name="Touches")).to_be_visible())
