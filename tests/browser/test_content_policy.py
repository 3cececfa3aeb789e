"""Every page works under the Content-Security-Policy: no script of it is refused, and nothing comes from another host.

A sample of the pages, the same in each run, or all of them with CRAWL=all (`python -m tests.browser`).
"""

import re

import pytest
from django.contrib.auth.models import User
from django.test import Client
from playwright.sync_api import Error, Page
from pytest_django.live_server_helper import LiveServer

from tests.browser.places import addresses, rows, shown
from tests.browser.visits import PHONE, WIDE, Chromium, Visitor
from tests.wholesale.admin_walk import some

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

WITHIN_THE_PAGE = re.compile(rb"<script(?![^>]*\ssrc=)(?![^>]*type=\"application/json\")[^>]*>|\son[a-z]+=\"|javascript:")

HANDLER = """document.body.insertAdjacentHTML("beforeend", '<img src=x onerror="document.title = 1">')"""


def pages(client: Client, of: object, at_most: int) -> list[str]:
    """Pages of the admin that a browser shows, with a row of each model."""
    found = ["/api/docs"]
    for path, answer in shown(client, some(of, list(addresses(rows())), at_most)):
        assert WITHIN_THE_PAGE.search(answer.content) is None, path
        assert "script-src 'self' 'unsafe-eval'" in answer.headers["Content-Security-Policy"].split("; "), path
        found.append(path)
    return found


@pytest.mark.parametrize("size", [WIDE, PHONE])
def test_no_page_breaks_it(
    chromium: Chromium, live_server: LiveServer, admin_user: User, admin_client: Client, size: tuple[int, int]
) -> None:
    paths = pages(admin_client, size, at_most=25)
    with Visitor(chromium, live_server.url, admin_user, size) as visitor:
        for path in paths:
            visitor.visit(path)
        assert visitor.complaints == []


def test_a_script_that_somebody_wrote_into_a_page_does_not_run(
    chromium: Chromium, live_server: LiveServer, admin_user: User
) -> None:
    with Visitor(chromium, live_server.url, admin_user) as visitor:
        visitor.visit("/admin/")
        title = visitor.use(Page.title)
        with pytest.raises(Error, match="Content Security Policy"):
            visitor.use(lambda page: page.add_script_tag(content="document.title = 'taken'"))
        with pytest.raises(Error):
            visitor.use(lambda page: page.add_script_tag(url="https://elsewhere.example/taken.js"))
        visitor.use(lambda page: page.evaluate(HANDLER))
        assert visitor.use(Page.title) == title
        assert any("inline event handler" in complaint for complaint in visitor.complaints)
