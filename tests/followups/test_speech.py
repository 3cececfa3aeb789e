"""A call begins with the caller and the purpose. In Quebec a template is enabled only with the legally required texts."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from followups.ladders.errors import QuebecWanting
from followups.ladders.templates.guide_steps import GUIDE_STEPS
from followups.ladders.templates.speech import OPENING, wanting_in_quebec
from followups.ladders.templates.steps import normalised
from followups.models import LadderTemplate
from followups.services import start_ladder
from followups.tasks.models import FollowupTask
from followups.tasks.scripts import scripts_of
from governance.ledger.models import ContactRecord
from governance.organisation.models import Organisation
from governance.policies import upsert
from tests.conftest import attrs, codes
from tests.factories import LeadFactory, TaskFactory
from tests.staff import signed_in
from wholesale.plumbing.act import Act

API = "/api/followups/templates/upsert"
GOOD = {"channel": "SMS", "script_fr": "{company}. Répondez ARRET", "script_en": "{company}. Reply STOP"}
CALL = {"channel": "CALL", "script_fr": "Si vous préférez ne plus être appelé, dites-le.", "script_en": ""}


def one(**step: Any) -> list[dict[str, Any]]:
    return [{"delay_minutes": 0, "channel": "CALL", **step}]


def said(lead_id: str, **step: Any) -> str | None:
    upsert(LadderTemplate, province="ON", steps=one(**step), act=Act("test"))
    return scripts_of(start_ladder(lead_id=lead_id, province="ON", owner="va1", act=Act()).tasks)[0]


@pytest.fixture
def maple(db: None) -> None:
    """Our organisation, and the lead we call."""
    Organisation.objects.update(name="Maple", contact="416-555-0100")
    LeadFactory.create(lead_id="EN", first_name="Jane", address="12 Elm St", language="en")
    LeadFactory.create(lead_id="FR", first_name="Luc", address="12, rue Orme", language="fr", phone="+14165550177")


def test_a_call_begins_with_the_callers_name_the_company_and_the_purpose(maple: None) -> None:
    assert said("EN", script_en="Is this a good moment?") == (
        "Say first: Hello Jane, my name is va1, and I am calling on behalf of Maple about an offer to buy 12 Elm St.\n"
        "If they ask for our number: 416-555-0100.\n"
        "If they want no calls, press “Do not call”.\n\n"
        "Is this a good moment?"
    )


def test_a_french_call_begins_with_them_in_french(maple: None) -> None:
    text = said("FR", script_fr="Est-ce un bon moment?") or ""
    assert text.startswith(
        "À dire d'abord : Bonjour Luc, je m'appelle va1 et j'appelle de la part de Maple au sujet d'une offre"
    )
    assert "416-555-0100" in text
    assert text.endswith("\n\nEst-ce un bon moment?")


def test_the_opening_is_added_even_without_a_script(maple: None) -> None:
    assert (said("FR") or "").startswith("À dire d'abord")


@pytest.mark.parametrize("channel", ["SMS", "EMAIL"])
def test_a_message_is_sent_as_written(maple: None, channel: str) -> None:
    assert said("EN", channel=channel, script_en="Hi") == "Hi"


def test_the_opening_uses_only_known_fields() -> None:
    for language in ("en", "fr"):
        normalised(one(script_en=OPENING[language]))


# Quebec -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("step", "wanting"),
    [
        (GOOD, []),
        ({**GOOD, "script_en": ""}, []),
        ({**GOOD, "script_fr": ""}, ["0.script_fr"]),
        ({**GOOD, "script_fr": "Répondez ARRET"}, ["0.script_fr"]),
        ({**GOOD, "script_fr": "{company}"}, ["0.script_fr"]),
        ({**GOOD, "script_en": "Hi"}, ["0.script_en"]),
        ({**GOOD, "channel": "EMAIL", "script_fr": "{company}: bonjour"}, ["0.script_fr"]),
        (CALL, []),
        ({**CALL, "script_fr": ""}, ["0.script_fr"]),
        ({**CALL, "script_fr": "Est-ce un bon moment?"}, ["0.script_fr"]),
        ({**CALL, "script_en": "Is this a good moment?"}, ["0.script_en"]),
    ],
)
def test_each_text_of_quebec_is_checked_for_what_it_must_say(step: dict[str, Any], wanting: list[str]) -> None:
    steps = normalised([{"delay_minutes": 0, **step}])
    assert list(wanting_in_quebec(steps, "QC")) == wanting
    assert wanting_in_quebec(steps, "NB") == {}


def test_the_guides_steps_pass_the_check_of_quebec() -> None:
    assert wanting_in_quebec(GUIDE_STEPS, "QC") == {}


def test_an_incomplete_template_of_quebec_is_stored_disabled_and_not_enabled(operator: APIClient) -> None:
    place = {"province": "QC", "market": "LAVAL", "reason": "a trial"}
    steps = [{"delay_minutes": 0, **GOOD}, {"delay_minutes": 5, **CALL, "script_fr": ""}]
    refused = operator.post(API, {**place, "steps": steps, "enabled": True}, format="json")
    assert (refused.status_code, codes(refused), attrs(refused)) == (
        409,
        ["quebec_script_incomplete"],
        ["steps.1.script_fr"],
    )
    assert not LadderTemplate.objects.filter(market="LAVAL").exists()

    assert operator.post(API, {**place, "steps": steps, "enabled": False}, format="json").status_code == 200
    assert operator.post(API, {**place, "enabled": True}, format="json").status_code == 409
    assert not LadderTemplate.objects.get(market="LAVAL").enabled
    assert operator.post(API, {**place, "steps": steps[:1], "enabled": True}, format="json").status_code == 200


def test_an_enabled_template_of_quebec_stays_complete(db: None) -> None:
    with pytest.raises(QuebecWanting):
        upsert(LadderTemplate, province="QC", steps=one(script_en="Hi"), act=Act("test"))
    assert len(LadderTemplate.objects.get(province="QC", kind="STANDARD").steps) == 6


# The key ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("channel", "shown"), [("CALL", True), ("SMS", False)])
def test_the_queue_has_one_key_for_do_not_call(user_of: Any, time_machine: Any, channel: str, shown: bool) -> None:
    user = user_of("agent", username="va1")
    LeadFactory.create(lead_id="JANE", phone="+14165550123")
    task = TaskFactory.create(lead_id="JANE", channel=channel, owner="va1", ladder__lead_id="JANE", ladder__open_steps=1)
    time_machine.move_to(task.due_at, tick=False)
    FollowupTask.objects.update(leased_by="va1", leased_until=task.due_at.replace(hour=23))
    agent = signed_in(user)
    page = "/admin/followups/followuptask/queue/"
    assert ('accesskey="d"' in agent.get(page).content.decode()) is shown
    said = {"act": "complete", "task": task.pk, "outcome": "OPTED_OUT", "note": "Said in a call: do not call."}
    agent.post(page, said)
    task.refresh_from_db()
    assert (task.outcome, task.note) == ("OPTED_OUT", "Said in a call: do not call.")
    assert ("PHONE", "OPT_OUT") in ContactRecord.objects.values_list("point__kind", "entry")
