"""The admin of ladder templates: steps as rows, errors at their rows, and a preview that stores nothing."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from followups.ladders.models import FollowupLadder
from followups.ladders.templates.forms import amount_and_unit
from followups.ladders.templates.guide_steps import GUIDE_STEPS
from followups.ladders.templates.steps import normalised
from followups.models import LadderTemplate
from governance.organisation.models import Organisation
from governance.policies import upsert
from tests.staff import form_with, signed_in
from wholesale.plumbing.act import Act
from wholesale.plumbing.models import UserSettings

pytestmark = pytest.mark.django_db

PREVIEW = "/admin/followups/laddertemplate/preview/"
SMS = {"amount": "0", "unit": "1", "channel": "SMS", "script_en": "{company}. Reply STOP", "script_fr": "{company}. ARRET"}
CALL = {"amount": "2", "unit": "60", "channel": "CALL", "script_en": "Hello {first_name}", "script_fr": "Bonjour"}


@pytest.fixture
def operator(user_of: Callable[..., Any]) -> Client:
    return signed_in(user_of("operator"))


def template(province: str = "ON") -> LadderTemplate:
    return LadderTemplate.objects.get(province=province, market="ALL", kind="STANDARD")


def page(row: LadderTemplate, name: str = "change") -> str:
    return reverse(f"admin:followups_laddertemplate_{name}", args=[row.pk])


def rows(*steps: dict[str, str], initial: int = 0) -> dict[str, str]:
    """The steps as a browser sends them, with the number of rows that the page began with."""
    sent = {"steps-TOTAL_FORMS": str(len(steps)), "steps-INITIAL_FORMS": str(initial)}
    return {**sent, **{f"steps-{n}-{name}": value for n, step in enumerate(steps) for name, value in step.items()}}


def typed(*steps: dict[str, str], version: int = 1, **more: str) -> dict[str, str]:
    return {"enabled": "on", "why": "a test", "expected_version": str(version), **rows(*steps), **more}


def said(response: Any) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


def test_the_page_shows_each_step_in_a_row_and_one_spare_row(operator: Client) -> None:
    answer = operator.get(page(template()))
    shown = answer.content.decode()
    assert 'name="steps-TOTAL_FORMS" value="7"' in shown
    sent = form_with(answer, "steps-TOTAL_FORMS")
    for n, step in enumerate(GUIDE_STEPS):
        amount, unit = amount_and_unit(step["delay_minutes"])
        assert (sent[f"steps-{n}-amount"], sent[f"steps-{n}-unit"]) == ([str(amount)], [unit])
        assert sent[f"steps-{n}-script_fr"] == [step["script_fr"]]
    assert shown.count("data-spare") == 1


def test_the_steps_are_rows_in_french_too(user_of: Callable[..., Any]) -> None:
    user = user_of("operator")
    UserSettings.objects.create(user=user, language="fr")
    sent = form_with(signed_in(user).get(page(template())), "steps-TOTAL_FORMS")
    assert sent["steps-0-script_fr"] == [GUIDE_STEPS[0]["script_fr"]]


@pytest.mark.parametrize(
    ("minutes", "shown"), [(0, (0, "1")), (30, (30, "1")), (90, (90, "1")), (180, (3, "60")), (10080, (7, "1440"))]
)
def test_a_delay_is_shown_in_the_largest_unit_that_holds_it(minutes: int, shown: tuple[int, str]) -> None:
    assert amount_and_unit(minutes) == shown


def test_typed_steps_are_stored_in_order_of_their_delay(operator: Client) -> None:
    saved = operator.post(page(template()), typed(CALL, SMS))
    assert saved.status_code == 302
    stored = template()
    assert [(step["delay_minutes"], step["channel"]) for step in stored.steps] == [(0, "SMS"), (120, "CALL")]
    assert (stored.version, stored.changed_by, stored.reason) == (2, "operator", "a test")
    assert [message for message in said(saved) if "look at it again" in message] == []


def test_without_javascript_a_tick_removes_a_row_and_the_spare_one_adds(operator: Client) -> None:
    sent: dict[str, Any] = {**form_with(operator.get(page(template())), "steps-TOTAL_FORMS")}
    sent.update({f"steps-{n}-DELETE": "on" for n in range(1, 6)}, why="fewer")
    assert operator.post(page(template()), sent).status_code == 302
    assert template().steps == GUIDE_STEPS[:1]  # an empty spare row does not count

    sent = {**form_with(operator.get(page(template())), "steps-TOTAL_FORMS")}
    sent.update({"steps-1-amount": "3", "steps-1-unit": "1440", "steps-1-channel": "EMAIL"}, why="one more")
    assert operator.post(page(template()), sent).status_code == 302
    added = {"delay_minutes": 4320, "channel": "EMAIL", "script_en": "", "script_fr": ""}
    assert template().steps == [*GUIDE_STEPS[:1], added]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"script_fr": "Bonjour {prenom}"}, "Unknown field {prenom}"),
        ({"amount": "366", "unit": "1440"}, "Must be a whole number of minutes from 0 to 525600."),
        ({"amount": ""}, "This field is required."),
        ({"channel": "FAX"}, "Select a valid choice."),
    ],
)
def test_an_error_is_shown_at_its_row_and_nothing_is_stored(operator: Client, wrong: dict[str, str], message: str) -> None:
    answer = operator.post(page(template()), typed(SMS, {**CALL, **wrong}))
    assert answer.status_code == 200
    shown = answer.content.decode()
    assert "A step needs correction: see its row below." in shown
    assert message in shown.split('name="steps-1-amount"')[1].split('name="steps-__prefix__')[0]
    assert (template().version, template().steps) == (1, GUIDE_STEPS)


def test_a_template_without_a_step_is_refused(operator: Client) -> None:
    answer = operator.post(page(template()), typed({**SMS, "DELETE": "on"}))
    assert "A ladder has 1 to 20 steps." in answer.content.decode()
    assert template().version == 1


def test_a_change_made_meanwhile_is_shown_and_not_overwritten(operator: Client) -> None:
    upsert(LadderTemplate, province="ON", enabled=False, act=Act("other", reason="pause"))
    answer = operator.post(page(template()), typed(SMS))
    assert "Nothing was saved: changed by other" in answer.content.decode()
    assert len(template().steps) == 6


def test_a_new_template_of_a_market_begins_with_the_guides_steps(operator: Client) -> None:
    add = reverse("admin:followups_laddertemplate_add")
    assert 'name="steps-TOTAL_FORMS" value="7"' in operator.get(add).content.decode()
    operator.post(add, typed(SMS, version=0, province="ON", market="North Bay", kind="STANDARD"))
    made = LadderTemplate.objects.get(province="ON", market="NORTH_BAY", kind="STANDARD")
    assert (made.version, made.enabled, len(made.steps)) == (1, True, 1)


def test_a_possible_mistake_is_saved_with_a_warning(operator: Client) -> None:
    saved = operator.post(page(template()), typed({**SMS, "script_en": "Hi", "script_fr": ""}, CALL))
    (warning,) = [message for message in said(saved) if "look at it again" in message]
    assert "Step 1 does not name the company in English" in warning
    assert "how to stop the messages" in warning
    assert "Step 2" not in warning
    assert template().version == 2


def test_an_incomplete_template_of_quebec_is_not_enabled_and_the_page_says_why(operator: Client) -> None:
    answer = operator.post(page(template("QC")), typed({**SMS, "script_en": "Hi", "script_fr": ""}, CALL))
    text = answer.content.decode()
    assert "Step 1, French: Quebec is served in French" in text
    assert "Step 1, English: It must name the organisation" in text
    assert template("QC").version == 1


def test_the_history_shows_what_changed_in_a_step(operator: Client) -> None:
    operator.post(page(template()), typed(SMS, CALL))
    shown = operator.get(page(template(), "history")).content.decode()
    for text in ("Number of steps", "Step 2, English", "Hello {first_name}", "Call after 2 hours", "a test"):
        assert text in shown


def test_a_user_who_may_not_change_a_template_can_read_its_steps(user_of: Callable[..., Any]) -> None:
    auditor = signed_in(user_of("auditor"))
    shown = auditor.get(page(template())).content.decode()
    assert "<strong>Call</strong>, after 30 minutes" in shown
    assert "Répondez ARRET" in shown
    assert "steps-TOTAL_FORMS" not in shown
    assert auditor.post(page(template()), typed(SMS)).status_code == 403


# The preview ------------------------------------------------------------------------------------------------------------


def preview(client: Client, *steps: dict[str, str], **more: str) -> Any:
    return client.post(PREVIEW, {**rows(*steps), "province": "ON", "market": "TORONTO", **more})


def test_the_preview_shows_due_and_first_permitted_time_in_the_places_clock_and_stores_nothing(operator: Client) -> None:
    upsert(Organisation, name="Maple Homes", act=Act("test"))
    answer = preview(operator, SMS, CALL, preview_start="2026-12-18T19:30")  # a Friday, whose window ends at 20:00
    shown = " ".join(answer.content.decode().split())
    assert "A ladder in Toronto, Ontario that starts on Fri, Dec 18, 2026, 7:30 p.m." in shown
    assert "America/Toronto" in shown
    assert "Due Fri, Dec 18, 2026, 7:30 p.m.; permitted then" in shown
    assert "Due Fri, Dec 18, 2026, 9:30 p.m.; first permitted <strong>Sat, Dec 19, 2026, 10:00 a.m.</strong>" in shown
    assert "Maple Homes. Reply STOP" in shown
    assert "Hello Jane" in shown
    assert (template().version, LadderTemplate.objects.count(), FollowupLadder.objects.count()) == (1, 26, 0)


def test_a_place_of_several_zones_is_previewed_in_the_first_and_names_them_all(operator: Client) -> None:
    shown = preview(operator, SMS, market="").content.decode()
    assert "America/Toronto, America/Winnipeg" in shown or "America/Winnipeg" in shown
    assert "contact must be permitted in each" in shown


def test_a_preview_without_a_start_starts_now(user_of: Callable[..., Any], time_machine: Any) -> None:
    time_machine.move_to("2026-12-15T18:00:00Z", tick=False)
    shown = preview(signed_in(user_of("operator")), SMS).content.decode()
    assert "starts on Tue, Dec 15, 2026, 1:00 p.m." in shown


def test_a_preview_of_wrong_steps_names_the_error_and_its_row(operator: Client) -> None:
    shown = preview(operator, SMS, {**CALL, "script_fr": "{prenom}"}, market="?", preview_start="soon").content.decode()
    assert "There is nothing to show yet" in shown
    assert "Row 2, French: Unknown field {prenom}" in shown
    assert "Market: It must be" in shown
    assert "Start: Enter a valid date/time." in shown


def test_only_users_who_may_change_templates_preview_and_only_by_post(operator: Client, user_of: Callable[..., Any]) -> None:
    assert operator.get(PREVIEW).status_code == 405
    assert preview(signed_in(user_of("auditor")), SMS).status_code == 403
    assert normalised(template().steps) == GUIDE_STEPS
