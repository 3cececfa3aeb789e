"""Ladder templates: well-formed steps, the template that a ladder gets, and its scripts."""

import string
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st
from rest_framework.test import APIClient

from followups.ladders.models import FollowupLadder
from followups.ladders.templates.guide_steps import GUIDE_STEPS
from followups.ladders.templates.steps import (
    FIELDS,
    SCRIPT_MAX_LENGTH,
    InvalidSteps,
    delay_text,
    doubts,
    normalised,
    parsed,
    rendered,
)
from followups.models import LadderTemplate
from followups.services import start_ladder
from followups.tasks.models import FollowupTask
from followups.tasks.scripts import scripts_of
from governance.organisation.models import Organisation
from governance.policies import seed, upsert
from governance.runbook import services as runbook
from kpi.models import KPIEvent
from tests.conftest import attrs, codes
from tests.factories import NOON, LadderFactory, LeadFactory, TaskFactory
from tests.query_counts import counted, queries
from wholesale.plumbing.act import Act
from wholesale.plumbing.errors import VersionConflict

API = "/api/followups/templates"
CREATE = "/api/followups/ladder/create"
TEXT_THEN_MAIL = [
    {"delay_minutes": 5, "channel": "SMS", "script_en": "Hello {first_name}"},
    {"delay_minutes": 60, "channel": "email", "script_fr": "Bonjour {first_name}"},
    {"delay_minutes": 60, "channel": " Call "},
]


def script_of(task: FollowupTask) -> str | None:
    return scripts_of([task])[0]


def errors_of(steps: Any) -> dict[str, str]:
    with pytest.raises(InvalidSteps) as refused:
        normalised(steps)
    assert all(f"{place}: " in str(refused.value) for place in refused.value.errors)
    return refused.value.errors


def one(**step: Any) -> list[dict[str, Any]]:
    return [{"delay_minutes": 0, "channel": "SMS", **step}]


# What is well formed ----------------------------------------------------------------------------------------------------


def test_the_guides_steps_are_well_formed_and_stored_unchanged() -> None:
    assert normalised(GUIDE_STEPS) == GUIDE_STEPS
    assert [step.delay for step in parsed(GUIDE_STEPS)] == [
        timedelta(minutes=minutes) for minutes in (0, 30, 180, 1440, 4320, 10080)
    ]


def test_stored_steps_have_every_key_upper_case_channels_and_trimmed_scripts() -> None:
    assert normalised(one(channel=" email ", script_en="  Hi\r\nthere \n")) == [
        {"delay_minutes": 0, "channel": "EMAIL", "script_en": "Hi\nthere", "script_fr": ""}
    ]


@pytest.mark.parametrize("steps", [None, {}, "[]", [], one() * 21])
def test_a_ladder_has_1_to_20_steps(steps: Any) -> None:
    assert errors_of(steps) == {"": "Must be a list of 1 to 20 steps."}
    assert len(normalised(one() * 20)) == 20


@pytest.mark.parametrize("delay", [-1, 525_601, 1.0, "5", True, None])
def test_a_delay_is_a_whole_number_of_minutes_up_to_a_year(delay: Any) -> None:
    assert list(errors_of(one(delay_minutes=delay))) == ["0.delay_minutes"]
    assert normalised(one(delay_minutes=525_600))


def test_delays_do_not_decrease() -> None:
    steps = [*one(delay_minutes=30), *one(delay_minutes=30), *one(delay_minutes=29), *one(delay_minutes=29)]
    assert list(errors_of(steps)) == ["2.delay_minutes", "3.delay_minutes"]


def test_every_wrong_place_is_named() -> None:
    steps = ["text", *one(channel="FAX", wait=5, script_en=5), {}]
    assert set(errors_of(steps)) == {"0", "1.channel", "1.wait", "1.script_en", "2.delay_minutes", "2.channel"}


@pytest.mark.parametrize("text", ["{name}", "{First_Name}", "{}", "{first_name.x}", "{ first_name }", "{first_name!r}"])
def test_an_unknown_field_is_named_with_the_known_ones(text: str) -> None:
    message = errors_of(one(script_fr=f"Bonjour {text}"))["0.script_fr"]
    assert message.startswith(f"Unknown field {text}; ")
    assert all(f"{{{name}}}" in message for name in FIELDS)


@pytest.mark.parametrize("text", ["{", "}", "{{first_name}}", "{first_name", "first_name}", "{" + "x" * 41 + "}"])
def test_a_stray_brace_is_refused(text: str) -> None:
    assert errors_of(one(script_en=text))["0.script_en"].startswith("A brace stands alone")


@pytest.mark.parametrize("text", ["\x00", "a\x07b", "\x1b", "\x7f", "\x9f", "\ud800", "a\rb"])
def test_control_characters_are_refused_but_lines_and_tabs_are_not(text: str) -> None:
    assert errors_of(one(script_en=f"x{text}y")) == {"0.script_en": "Control characters are not allowed."}
    assert normalised(one(script_en="a\n\tb"))[0]["script_en"] == "a\n\tb"


def test_a_script_has_at_most_1600_characters() -> None:
    assert errors_of(one(script_en="é" * (SCRIPT_MAX_LENGTH + 1))) == {"0.script_en": "Must be at most 1600 characters."}
    assert normalised(one(script_en="é" * SCRIPT_MAX_LENGTH))


plain = st.text(st.characters(exclude_characters="{}", exclude_categories=("Cc", "Cs")), max_size=20)
field = st.sampled_from(FIELDS)
script = st.lists(st.one_of(plain, field.map(lambda name: f"{{{name}}}")), max_size=8).map("".join)


@given(
    st.lists(
        st.tuples(st.integers(0, 525_600), st.sampled_from(["SMS", "Call", "email"]), script, script),
        min_size=1,
        max_size=20,
    )
)
def test_stored_steps_are_stored_unchanged_again(rows: list[Any]) -> None:
    keys = ("delay_minutes", "channel", "script_en", "script_fr")
    stored = normalised([dict(zip(keys, row, strict=True)) for row in sorted(rows, key=lambda row: row[0])])
    assert normalised(stored) == stored
    assert [step["delay_minutes"] for step in stored] == sorted(row[0] for row in rows)


@given(st.text(st.sampled_from(string.ascii_lowercase[:3] + "{}_ \n"), max_size=30))
def test_an_accepted_script_can_be_rendered_and_leaves_no_brace(text: str) -> None:
    values = dict.fromkeys(FIELDS, "x")
    try:
        stored = normalised(one(script_en=text))[0]["script_en"]
    except InvalidSteps:
        return
    assert not set("{}") & set(rendered(stored, values, "en"))


@given(st.lists(st.one_of(plain, field.map(lambda name: (name,))), max_size=8), st.dictionaries(field, st.text(min_size=1)))
def test_fields_are_filled_in_and_all_other_text_stays(pieces: list[Any], known: dict[str, str]) -> None:
    """Values are never read as scripts, even if they contain fields."""
    values = {**dict.fromkeys(FIELDS, "{first_name}"), **known}
    text = "".join(piece if isinstance(piece, str) else f"{{{piece[0]}}}" for piece in pieces)
    assert rendered(text, values, "en") == "".join(piece if isinstance(piece, str) else values[piece[0]] for piece in pieces)


def test_an_unknown_first_name_also_removes_the_space_before_it() -> None:
    values = {"first_name": "", "company": "Maple Homes"}
    assert rendered("Hi {first_name}, {company} here.", values, "en") == "Hi, Maple Homes here."
    assert rendered("{first_name}{last_name}", values, "en") == ""


def test_unknown_values_get_words_of_the_language_and_required_ones_show_as_missing() -> None:
    text = "{first_name}{address}, {company}, {agent}"
    assert rendered(text, {}, "en") == "your property, [company], [your name]"
    assert rendered(text, {"company": "Maisons Érable"}, "fr") == "votre propriété, Maisons Érable, [votre nom]"


@pytest.mark.parametrize(
    ("minutes", "text"), [(0, "at once"), (1, "1 minute"), (180, "3 hours"), (1441, "1 day 1 minute"), (10080, "7 days")]
)
def test_a_delay_is_written_in_words(minutes: int, text: str) -> None:
    assert delay_text(minutes) == text


# Warnings for an editor -------------------------------------------------------------------------------------------------


def test_the_guides_steps_raise_no_warning_anywhere() -> None:
    assert list(doubts(GUIDE_STEPS, "QC")) == []


def test_a_step_without_french_is_doubtful_only_in_quebec() -> None:
    steps = normalised(one(channel="CALL", script_en="Hello"))
    assert [doubt.step for doubt in doubts(steps, "QC")] == [0]
    assert list(doubts(steps, "NB")) == []


@pytest.mark.parametrize("channel", ["SMS", "EMAIL"])
def test_a_message_names_the_company_and_how_to_stop_in_each_language(channel: str) -> None:
    steps = normalised(one(channel=channel, script_en="Hi", script_fr="{company}. Répondez ARRET"))
    found = [doubt.detail for doubt in doubts(steps, "ON")]
    assert len(found) == 2
    assert "does not name the company in English" in found[0]
    assert "does not say in English how to stop" in found[1]
    assert list(doubts(normalised(one(channel="CALL", script_en="Hi")), "ON")) == []


@pytest.mark.parametrize("step", GUIDE_STEPS)
def test_each_script_of_the_guides_ladder_identifies_its_sender_as_the_law_requires(step: dict[str, Any]) -> None:
    for text in (step["script_en"], step["script_fr"]):
        assert "{company}" in text
        assert "{company_contact}" in text
        if step["channel"] == "SMS":
            assert "{company_address}" in text
    if step["channel"] == "SMS":
        assert ("Reply STOP" in step["script_en"], "Répondez ARRET" in step["script_fr"]) == (True, True)


# The template of a ladder -----------------------------------------------------------------------------------------------


def test_by_default_a_ladder_has_the_guides_steps(operator: APIClient) -> None:
    made = operator.post(CREATE, {"lead_id": "L1", "province": "ON", "market": "TORONTO"})
    assert made.status_code == 201
    assert [(step["step"], step["channel"]) for step in made.json()] == list(
        enumerate(["SMS", "CALL", "SMS", "CALL", "SMS", "CALL"], start=1)
    )
    ladder = operator.get("/api/followups/ladders").json()["results"][0]
    assert ladder["template_kind"] == "STANDARD"
    assert (ladder["template"], ladder["template_version"]) == (
        LadderTemplate.objects.get(province="ON", kind="STANDARD").pk,
        1,
    )


def test_a_ladder_has_the_steps_of_its_template(operator: APIClient) -> None:
    upsert(LadderTemplate, province="ON", steps=TEXT_THEN_MAIL, act=Act("test"))
    tasks = start_ladder(lead_id="L1", province="ON", act=Act(at=NOON)).tasks
    assert [(task.step, task.channel, task.due_at - NOON) for task in tasks] == [
        (1, "SMS", timedelta(minutes=5)),
        (2, "EMAIL", timedelta(hours=1)),
        (3, "CALL", timedelta(hours=1)),
    ]
    assert FollowupLadder.objects.get().open_steps == 3


def test_a_markets_own_template_wins_over_its_provinces(db: None) -> None:
    own = upsert(LadderTemplate, province="ON", market="TORONTO", enabled=True, steps=one(), act=Act("test"))
    assert len(start_ladder(lead_id="L1", province="ON", market="TORONTO", act=Act()).tasks) == 1
    assert len(start_ladder(lead_id="L2", province="ON", market="OTTAWA", act=Act()).tasks) == 6
    assert FollowupLadder.objects.get(lead_id="L1").template == own


@pytest.mark.parametrize("how", ["off", "missing", "its own is off"])
def test_without_an_enabled_template_nothing_is_stored(operator: APIClient, how: str) -> None:
    if how == "missing":
        LadderTemplate.objects.filter(province="ON").delete()
    else:
        place: dict[str, Any] = {"province": "ON", "market": "ALL" if how == "off" else "TORONTO"}
        upsert(LadderTemplate, enabled=False, steps=GUIDE_STEPS, act=Act("test"), **place)
    refused = operator.post(CREATE, {"lead_id": "L1", "province": "ON", "market": "TORONTO"})
    assert (refused.status_code, codes(refused)) == (409, ["ladder_template_disabled"])
    assert (FollowupLadder.objects.count(), FollowupTask.objects.count(), KPIEvent.objects.count()) == (0, 0, 0)


def test_a_restart_with_a_disabled_template_keeps_the_open_ladder(operator: APIClient) -> None:
    operator.post(CREATE, {"lead_id": "L1", "province": "ON"})
    upsert(LadderTemplate, province="ON", enabled=False, act=Act("test"))
    assert operator.post(CREATE, {"lead_id": "L1", "province": "ON", "restart": True}).status_code == 409
    assert FollowupTask.objects.open().count() == 6


# Changes ----------------------------------------------------------------------------------------------------------------


def test_a_change_raises_the_version_and_keeps_absent_settings(db: None) -> None:
    template = upsert(LadderTemplate, province="ON", enabled=False, act=Act("bryan", reason="pause", at=NOON))
    assert (template.version, template.enabled, template.steps) == (2, False, GUIDE_STEPS)
    entry = template.history.latest()
    assert (entry.version, entry.changed_by, entry.reason, entry.history_date) == (2, "bryan", "pause", NOON)


def test_a_change_with_a_stale_version_is_refused(db: None) -> None:
    upsert(LadderTemplate, province="ON", steps=one(), act=Act("first"))
    with pytest.raises(VersionConflict):
        upsert(LadderTemplate, province="ON", steps=TEXT_THEN_MAIL, expected_version=1, act=Act("second"))
    assert LadderTemplate.objects.get(province="ON", kind="STANDARD").changed_by == "first"


def test_malformed_steps_are_refused_by_their_place(operator: APIClient) -> None:
    steps = [*one(), {"delay_minutes": 5, "channel": "SMS", "script_fr": "{nom}"}]
    refused = operator.post(f"{API}/upsert", {"province": "ON", "steps": steps})
    assert (refused.status_code, attrs(refused)) == (400, ["steps.1.script_fr"])
    assert LadderTemplate.objects.get(province="ON", kind="STANDARD").version == 1


def test_a_new_template_needs_steps(operator: APIClient) -> None:
    refused = operator.post(f"{API}/upsert", {"province": "ON", "market": "TORONTO", "enabled": True})
    assert (refused.status_code, codes(refused), attrs(refused)) == (400, ["required"], ["steps"])


def test_the_api_shows_and_changes_templates(operator: APIClient) -> None:
    stored = operator.post(
        f"{API}/upsert", {"province": "ON", "market": "toronto", "enabled": True, "steps": TEXT_THEN_MAIL, "reason": "trial"}
    ).json()
    assert (stored["market"], stored["version"], stored["changed_by"]) == ("TORONTO", 1, "operator")
    assert stored["steps"] == normalised(TEXT_THEN_MAIL)
    listed = operator.get(API).json()
    assert len(listed) == 27
    assert stored in listed


@pytest.mark.parametrize(("market", "matched", "steps"), [("TORONTO", "TORONTO", 1), ("OTTAWA", "ALL", 6)])
def test_the_effective_template_is_shown(operator: APIClient, market: str, matched: str, steps: int) -> None:
    upsert(LadderTemplate, province="ON", market="TORONTO", enabled=True, steps=one(), act=Act("test"))
    found = operator.get(f"{API}/effective", {"province": "ON", "market": market}).json()
    assert (found["found"], found["enabled"], found["matched_market"], found["version"]) == (True, True, matched, 1)
    assert len(found["steps"]) == steps


def test_without_a_template_none_is_effective(operator: APIClient) -> None:
    LadderTemplate.objects.filter(province="YT").delete()
    assert operator.get(f"{API}/effective", {"province": "YT"}).json() == {
        "found": False,
        "province": "YT",
        "market": "ALL",
        "kind": "STANDARD",
        "matched_market": None,
        "enabled": False,
        "version": None,
        "steps": [],
        "min_gap_minutes": 0,
    }


def test_seeds_make_missing_templates_and_keep_the_rest(db: None) -> None:
    assert seed(LadderTemplate) == 0
    upsert(LadderTemplate, province="ON", enabled=False, steps=one(), act=Act("test"))
    LadderTemplate.objects.filter(province__in=("BC", "YT")).delete()
    assert seed(LadderTemplate, now=NOON) == 4
    made = LadderTemplate.objects.get(province="BC", kind="STANDARD")
    assert (made.market, made.enabled, made.steps, made.version, made.changed_by) == ("ALL", True, GUIDE_STEPS, 1, "seed")
    assert LadderTemplate.objects.get(province="ON", kind="STANDARD").steps == normalised(one())


# The runbook ------------------------------------------------------------------------------------------------------------


def finding(id: str) -> dict[str, Any]:
    status = runbook.status()
    (found,) = [item for group in ("blockers", "warnings", "info") for item in status[group] if item["id"] == id]
    return dict(found)


def test_the_runbook_warns_of_a_province_whose_template_is_disabled_or_missing(db: None) -> None:
    assert finding("followups.templates")["ok"]
    upsert(LadderTemplate, province="ON", enabled=False, act=Act("test"))
    upsert(LadderTemplate, province="ON", market="TORONTO", enabled=True, steps=one(), act=Act("test"))
    LadderTemplate.objects.filter(province="YT").delete()
    found = finding("followups.templates")
    assert (found["ok"], found["severity"], found["detail"]) == (
        False,
        "warning",
        ["ON STANDARD", "YT COLD", "YT STANDARD"],
    )


def test_the_runbook_warns_of_a_step_in_quebec_without_french(db: None) -> None:
    upsert(LadderTemplate, province="ON", steps=one(script_en="Hi"), act=Act("test"))
    upsert(LadderTemplate, province="QC", market="LAVAL", enabled=False, steps=one(), act=Act("test"))
    assert finding("followups.templates_french")["ok"]
    LadderTemplate.objects.filter(market="LAVAL").update(enabled=True)  # a row from before the rule, which no verb makes
    found = finding("followups.templates_french")
    assert (found["ok"], found["severity"], found["detail"]) == (False, "warning", ["LAVAL STANDARD"])


# Scripts ----------------------------------------------------------------------------------------------------------------

SAYS_ALL = "{first_name} {last_name}, {address}, {market}: {agent}, {company}, {company_address}, {company_contact}"


def says(province: str = "ON", **step: Any) -> None:
    upsert(LadderTemplate, province=province, steps=one(**step), act=Act("test"))


def test_a_script_is_filled_with_values_of_the_lead_the_owner_and_the_organisation(
    user_of: Callable[..., Any],
) -> None:
    user = user_of("agent", username="va1")
    user.first_name, user.last_name = "Ann", "Lee"
    user.save()
    upsert(Organisation, name="Maple Homes", mailing_address="1 King St", contact="416 555 0100", act=Act("test"))
    LeadFactory.create(lead_id="L1", address="12 Elm St", market="NORTH_BAY")
    says(script_en=SAYS_ALL)
    (task,) = start_ladder(lead_id="L1", province="ON", owner="va1", act=Act()).tasks
    assert script_of(task) == "Jane Roe, 12 Elm St, North Bay: Ann Lee, Maple Homes, 1 King St, 416 555 0100"


def test_an_owner_without_a_name_or_user_is_called_by_the_label(user_of: Callable[..., Any]) -> None:
    user_of("agent", username="va1")
    says(script_en="{agent}")
    for owner in ("va1", "some dialer"):
        (task,) = start_ladder(province="ON", owner=owner, act=Act()).tasks
        assert script_of(task) == owner


def test_the_script_of_an_unowned_task_names_its_claimant(db: None) -> None:
    says(script_en="{agent}")
    (task,) = start_ladder(province="ON", act=Act()).tasks
    assert script_of(task) == "[your name]"
    task.leased_by = "va2"
    assert script_of(task) == "va2"


def test_the_text_is_in_the_leads_language_and_in_english_for_an_unknown_lead(db: None) -> None:
    LeadFactory.create(lead_id="F1", language="fr", province="ON", market="ALL")
    says("ON", script_en="Hi {address}", script_fr="Bonjour {address}, {market}")
    assert (
        script_of(start_ladder(lead_id="F1", province="ON", act=Act()).tasks[0]) == "Bonjour votre propriété, votre région"
    )
    assert script_of(start_ladder(lead_id="unknown", province="ON", act=Act()).tasks[0]) == "Hi your property"


def test_a_language_without_a_script_gives_no_text(db: None) -> None:
    LeadFactory.create(lead_id="F1", language="fr")
    says(script_en="Hi")
    assert script_of(start_ladder(lead_id="F1", province="ON", act=Act()).tasks[0]) is None


def test_a_ladder_keeps_the_version_it_was_made_from(db: None) -> None:
    says(script_en="old words")
    (task,) = start_ladder(lead_id="L1", province="ON", act=Act()).tasks
    says(script_en="new words")
    ladder = FollowupLadder.objects.get(lead_id="L1")
    assert (ladder.template_version, LadderTemplate.objects.get(province="ON", kind="STANDARD").version) == (2, 3)
    assert script_of(task) == "old words"
    assert script_of(start_ladder(lead_id="L2", province="ON", act=Act()).tasks[0]) == "new words"


def statements_about_templates(ask: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as captured:
        ask()
    return sum("historicalladdertemplate" in query["sql"] for query in captured)


def test_a_version_is_read_only_once(db: None, django_capture_on_commit_callbacks: Any) -> None:
    task = start_ladder(lead_id="L1", province="ON", act=Act()).tasks[0]
    assert statements_about_templates(lambda: script_of(task)) == 1
    assert statements_about_templates(lambda: script_of(task)) == 1  # nothing has been committed yet
    with django_capture_on_commit_callbacks(execute=True):
        script = script_of(task)
    assert statements_about_templates(lambda: script_of(task)) == 0
    assert script is not None
    assert script_of(task) == script


def test_a_rolled_back_version_is_not_cached(db: None, django_capture_on_commit_callbacks: Any) -> None:
    def said(script: str) -> str | None:
        says(script_en=script)
        return script_of(start_ladder(lead_id="L1", province="ON", act=Act()).tasks[0])

    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        assert said("Hi") == "Hi"
        transaction.set_rollback(True)
    with django_capture_on_commit_callbacks(execute=True):
        assert said("Hello") == "Hello"


def test_a_ladder_without_a_template_has_no_script(db: None) -> None:
    assert script_of(TaskFactory.create(ladder=LadderFactory.create())) is None


def test_scripts_of_many_tasks_take_as_many_queries_as_those_of_two(db: None, user_of: Callable[..., Any]) -> None:
    user_of("agent", username="va1")
    tasks = []
    for n, province in enumerate(("ON", "QC", "BC", "AB", "MB", "SK")):
        lead = LeadFactory.create(language="fr" if n % 2 else "en")
        upsert(LadderTemplate, province=province, enabled=True, act=Act("test"))
        tasks += start_ladder(lead_id=lead.lead_id, province=province, owner="va1", act=Act()).tasks

    def reading(some: list[FollowupTask]) -> int:
        with CaptureQueriesContext(connection) as captured:
            scripts = scripts_of(some)
        assert len(scripts) == len(some)
        assert all(scripts)
        return counted(captured)

    assert reading(tasks[:2]) == reading(tasks) == queries("scripts of tasks")
    assert scripts_of(list(reversed(tasks))) == list(reversed(scripts_of(tasks)))
    assert scripts_of([]) == []
