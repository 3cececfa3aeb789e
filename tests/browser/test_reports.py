"""A report in a browser: an operator chooses days, saves the report as a file, and looks at how it is printed."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.browser.visits import Chromium, Visitor
from tests.factories import completed
from tests.wholesale.console.reports.opened import of_xlsx

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


def saved(page: Page) -> bytes:
    """Press the link of the workbook, and return what arrives."""
    with page.expect_download() as waiting:
        page.get_by_role("link", name="XLSX").click()
    assert waiting.value.suggested_filename.startswith("sla-")
    return waiting.value.path().read_bytes()


def on_paper(page: Page) -> list[Any]:
    page.emulate_media(media="print")
    names = (".report-table", ".report h2", "#nav-sidebar", ".report-choice", ".report-files", "#header-inner")
    seen = [any(one.is_visible() for one in page.locator(name).all()) for name in names]
    page.emulate_media(media="screen")
    return seen


def series_colours(page: Page) -> dict[str, list[str]]:
    """Return the colours of the first chart's series as they are drawn: in the light, the dark, on paper, and back."""
    drawn = "Chart.getChart(document.querySelector('canvas.chart')).data.datasets.map((one) => one.backgroundColor)"
    steps = {
        "light": "undefined",
        "dark": "document.documentElement.classList.add('dark')",
        "paper": "dispatchEvent(new Event('beforeprint'))",
        "after": "dispatchEvent(new Event('afterprint'))",
        "back": "document.documentElement.classList.remove('dark')",
    }
    seen = {}
    for name, step in steps.items():
        page.evaluate(step)
        page.wait_for_timeout(50)  # a change of the class is told of afterwards
        seen[name] = page.evaluate(drawn)
    return seen


def test_an_operator_chooses_days_saves_the_report_and_prints_it(chromium: Chromium, live_server: LiveServer) -> None:
    now = timezone.now()
    completed(late=timedelta(minutes=5), due_at=now - timedelta(days=20), ladder__owner="va1")
    operator = User.objects.create_user("op1", is_staff=True)
    operator.groups.set(Group.objects.filter(name="operator"))
    with Visitor(chromium, live_server.url, operator) as visitor:
        visitor.visit("/admin/followups/followuptask/sla/")
        visitor.use(lambda page: expect(page.get_by_text("Nothing fell due in these days.")).to_be_visible())
        month_ago = (now - timedelta(days=30)).date().isoformat()
        visitor.use(lambda page: page.get_by_label("Fell due from").fill(month_ago))
        visitor.use(lambda page: page.get_by_role("button", name="Show", exact=True).click())
        visitor.use(lambda page: expect(page.get_by_role("rowheader", name="va1")).to_be_visible())
        assert "va1" in [row[0] for row in [*of_xlsx(visitor.use(saved)).values()][1]]
        assert visitor.use(on_paper) == [True, True, False, False, False, False]
        colours = visitor.use(series_colours)
        assert colours["dark"] == colours["after"] != colours["light"]
        assert colours["paper"] == colours["back"] == colours["light"]
        assert all(colours["dark"])
        assert visitor.complaints == []
