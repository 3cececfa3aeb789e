"""The review over the API, by the command and on the admin's pages."""

import io
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from rest_framework.test import APIClient

from governance.golive.models import GoLiveState
from kpi.review.models import FridayReview
from kpi.review.rendering import as_html, as_markdown
from kpi.review.services import friday_review, keep_review
from tests.conftest import attrs
from tests.factories import NOON, KpiFactory
from tests.staff import signed_in
from wholesale.plumbing.act import Act

pytestmark = pytest.mark.django_db

PATH = "/api/kpi/friday-review"
NOW_PAGE = "/admin/kpi/fridayreview/now/"
UNTIL = "2026-12-18T16:00:00Z"
FRIDAY = NOON + timedelta(days=3) - timedelta(hours=2)


@pytest.fixture(autouse=True)
def _noon() -> Any:
    with time_machine.travel(NOON, tick=False):
        yield


def failed() -> None:
    """A contact outside the rules in Ontario."""
    KpiFactory.create(metric="contact_outside_rules", success=False, province="ON", occurred_at=NOON - timedelta(hours=1))


# The API -----------------------------------------------------------------------------------------------------------------


def test_the_api_answers_with_the_review(agent: APIClient) -> None:
    failed()
    answer = agent.get(PATH)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/json"
    assert answer.json() == friday_review(until=NOON)


@pytest.mark.parametrize(
    ("given", "content_type", "made"), [("markdown", "text/markdown", as_markdown), ("HTML", "text/html", as_html)]
)
def test_the_review_comes_as_a_page_too(auditor: APIClient, given: str, content_type: str, made: Any) -> None:
    failed()
    answer = auditor.get(PATH, {"format": given, "until": UNTIL}, headers={"Accept": "image/png"})
    assert (answer.status_code, answer["Content-Type"]) == (200, f"{content_type}; charset=utf-8")
    assert answer.content.decode() == made(friday_review(until=FRIDAY, now=NOON))


@pytest.mark.parametrize(("given", "attr"), [({"until": "2026-12-18"}, "until"), ({"format": "pdf"}, "format")])
def test_a_wrong_parameter_is_named(auditor: APIClient, given: dict[str, str], attr: str) -> None:
    answer = auditor.get(PATH, given)
    assert (answer.status_code, attrs(answer)) == (400, [attr])


def test_the_review_is_read_with_the_kill_switch_engaged(auditor: APIClient, kill_switch: GoLiveState) -> None:
    assert auditor.get(PATH).status_code == 200


# The command -------------------------------------------------------------------------------------------------------------


def run(*arguments: str) -> str:
    out = io.StringIO()
    call_command("friday_review", *arguments, stdout=out)
    return out.getvalue()


def test_the_command_prints_the_review_in_each_format() -> None:
    failed()
    now = friday_review(until=NOON)
    assert run() == as_markdown(now)
    assert run("--format", "html") == as_html(now)
    assert json.loads(run("--format", "json", "--until", UNTIL)) == friday_review(until=FRIDAY, now=NOON)


def test_the_command_mails_the_last_friday_once(user_of: Callable[..., User], mailoutbox: list[Any]) -> None:
    User.objects.filter(pk=user_of("operator").pk).update(email="boss@example.ca")
    assert run("--mail").startswith("Not mailed")  # it is Tuesday
    with time_machine.travel(FRIDAY, tick=False):
        assert run("--mail") == "Kept; mailed to 1.\n"
        assert run("--mail").startswith("Not mailed")
    assert len(mailoutbox) == 1


@pytest.mark.parametrize("arguments", [("--until", "yesterday"), ("--mail", "--until", UNTIL)])
def test_the_command_refuses_what_it_cannot_do(arguments: tuple[str, ...]) -> None:
    with pytest.raises(CommandError, match="--until"):
        run(*arguments)


# The pages ---------------------------------------------------------------------------------------------------------------


def test_the_page_shows_the_week_until_now_or_until_the_end_of_a_day(user_of: Callable[..., User]) -> None:
    failed()
    client = signed_in(user_of("auditor"))
    page = client.get(NOW_PAGE).content.decode()
    assert "From Tue, Dec 8, 2026, 6:00 p.m. until Tue, Dec 15, 2026, 6:00 p.m. (UTC)" in page
    assert "Ontario" in page
    earlier = client.get(NOW_PAGE, {"until": "2026-12-11"}).content.decode()
    assert "From Sat, Dec 5, 2026, 12:00 a.m. until Sat, Dec 12, 2026, 12:00 a.m. (UTC)" in earlier
    wrong = client.get(NOW_PAGE, {"until": "soon"})
    assert (wrong.status_code, wrong.context["report"] is not None) == (200, False)


def test_a_user_without_the_permission_sees_no_page(user_of: Callable[..., User]) -> None:
    assert signed_in(user_of()).get(NOW_PAGE).status_code == 403


def test_a_kept_review_is_shown_as_it_was(user_of: Callable[..., User]) -> None:
    failed()
    kept = keep_review(act=Act("worker", at=FRIDAY))
    assert kept is not None
    client = signed_in(user_of("auditor"))
    page = client.get(f"/admin/kpi/fridayreview/{kept.pk}/change/").content.decode()
    assert "Ontario" in page
    assert "nobody" in client.get("/admin/kpi/fridayreview/").content.decode()
    assert FridayReview.objects.count() == 1
