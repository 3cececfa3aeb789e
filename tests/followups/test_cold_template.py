"""The COLD template: the leads that get its steps, their scripts, and who edits it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from rest_framework.test import APIClient

from followups.ladders.bulk import Start, Status, start_ladders
from followups.ladders.errors import LadderTemplateDisabled, LeadOptedOut, QuebecWanting
from followups.ladders.models import FollowupLadder
from followups.ladders.services import restart_ladder
from followups.ladders.templates.cold_steps import COLD_STEPS
from followups.ladders.templates.guide_steps import GUIDE_STEPS
from followups.ladders.templates.speech import wanting_in_quebec
from followups.ladders.templates.steps import InvalidSteps, doubts, normalised
from followups.models import LadderTemplate
from followups.services import start_ladder
from followups.tasks.minutes.services import recompute_leads
from followups.tasks.models import FollowupTask
from followups.tasks.scripts import scripts_of
from governance import gate, policies
from governance.ledger.consents import record_consent
from governance.ledger.opt_outs import record_opt_out
from governance.organisation.models import Organisation
from governance.policies import seed, upsert
from governance.runbook import services as runbook
from kpi.models import KPIEvent
from tests.conftest import attrs, codes
from tests.factories import NOON, LeadFactory
from tests.staff import signed_in
from wholesale.plumbing import mark
from wholesale.plumbing.act import Act
from wholesale.plumbing.vocabulary import Province

pytestmark = pytest.mark.django_db

API = "/api/followups/templates"
CREATE = "/api/followups/ladder/create"
PHONE = ("PHONE", "+14165550123")
COLD = ["CALL", "CALL", "SMS", "CALL", "SMS", "CALL"]
STANDARD = ["SMS", "CALL", "SMS", "CALL", "SMS", "CALL"]


@pytest.fixture(autouse=True)
def strict() -> None:
    """Enforce consent, as after installation."""
    Organisation.objects.update(consent="enforce", identity="enforce", scrub="enforce", lenient_reason="")


@pytest.fixture
def jane() -> None:
    """A lead with nothing on file."""
    LeadFactory.create(lead_id="JANE", phone=PHONE[1])


def consent(basis: str = "EXPRESS", channel: str = "SMS", *, ago: timedelta = timedelta()) -> None:
    record_consent(
        points=[PHONE], channel=channel, basis=basis, obtained_at=NOON - ago, evidence="form 1", act=Act("test", at=NOON)
    )


def start(lead_id: str = "JANE", **more: Any) -> tuple[str, list[str]]:
    """Start a ladder. Return the kind of its template and the channels of its steps."""
    tasks = start_ladder(**{"lead_id": lead_id, "province": "ON", "market": "TORONTO", **more}, act=Act(at=NOON)).tasks
    ladder = tasks[0].ladder
    ladder.refresh_from_db()
    assert ladder.template is not None
    assert (ladder.template.kind, ladder.template.version) == (ladder.template_kind, ladder.template_version)
    return ladder.template_kind, [task.channel for task in tasks]


def calls(*channels: str) -> list[dict[str, Any]]:
    return [{"delay_minutes": 5 * n, "channel": channel} for n, channel in enumerate(channels)]


# Which template ---------------------------------------------------------------------------------------------------------


def test_a_known_lead_without_a_ground_gets_the_cold_steps(jane: None) -> None:
    assert start() == ("COLD", COLD)
    tasks = FollowupTask.objects.order_by("step")
    assert [task.due_at - NOON for task in tasks] == [
        timedelta(minutes=minutes) for minutes in (0, 30, 180, 1440, 4320, 10080)
    ]
    ladder = FollowupLadder.objects.get()
    assert (ladder.open_steps, ladder.template) == (
        6,
        policies.effective(LadderTemplate, mark.current(), "ON", "TORONTO", "COLD"),
    )
    assert KPIEvent.objects.get(metric="ladder_created").detail == {"tasks": 6}
    assert (scripts_of([tasks[0]])[0] or "").startswith("Say first: Hello Jane")
    assert "record an express consent" in (scripts_of([tasks[0]])[0] or "")


def test_a_lead_with_express_consent_gets_the_standard_steps(jane: None) -> None:
    consent()
    assert start() == ("STANDARD", STANDARD)


def test_a_consent_to_another_channel_is_no_ground(jane: None) -> None:
    consent(channel="CALL")
    assert start() == ("COLD", COLD)


def test_a_lead_whose_inquiry_expired_gets_the_cold_steps(jane: None) -> None:
    consent("INQUIRY", ago=timedelta(days=300))
    assert start() == ("COLD", COLD)


def test_the_ground_is_looked_for_when_the_ladder_starts(jane: None) -> None:
    """The inquiry is in force at the start and expires within a year."""
    upsert(LadderTemplate, province="ON", steps=[{"delay_minutes": 525_600, "channel": "SMS"}], act=Act("test"))
    consent("INQUIRY")
    assert start() == ("STANDARD", ["SMS"])


def test_a_lead_without_consent_gets_the_standard_steps_where_consent_is_only_a_warning(jane: None) -> None:
    Organisation.objects.update(consent="warn", lenient_reason="a trial")
    assert start() == ("STANDARD", STANDARD)


def test_an_unknown_lead_gets_the_guides_steps() -> None:
    assert start("NOBODY") == ("STANDARD", STANDARD)
    assert start_ladder(province="ON", act=Act(at=NOON)).tasks[0].channel == "SMS"
    assert {ladder.template_kind for ladder in FollowupLadder.objects.all()} == {"STANDARD"}


def test_a_standard_template_that_begins_with_a_call_is_never_replaced(jane: None) -> None:
    upsert(LadderTemplate, province="ON", steps=calls("CALL", "SMS"), act=Act("test"))
    assert start() == ("STANDARD", ["CALL", "SMS"])


def test_a_missing_identity_or_registration_of_ours_does_not_choose_the_cold_steps(jane: None) -> None:
    """Without our identity and registration a lead with a ground still gets the standard steps, which wait."""
    assert not gate.sender(mark.current()).name
    consent()
    assert start()[0] == "STANDARD"


def test_an_opt_out_alone_does_not_choose_the_cold_steps(jane: None) -> None:
    consent()
    record_opt_out(points=[PHONE], channel="SMS", said_at=NOON, act=Act("test", at=NOON))
    assert start() == ("STANDARD", STANDARD)
    cancelled = FollowupTask.objects.filter(cancel_reason="opted_out").values_list("step", flat=True)
    assert sorted(cancelled) == [1, 3, 5]


@pytest.mark.parametrize(("channel", "cancelled"), [("SMS", [1, 3, 5]), ("CALL", [2, 4, 6])])
def test_an_opted_out_lead_gets_the_standard_steps_with_its_channel_cancelled(
    jane: None, channel: str, cancelled: list[int]
) -> None:
    record_opt_out(points=[PHONE], channel=channel, said_at=NOON, act=Act("test", at=NOON))
    assert start() == ("STANDARD", STANDARD)
    assert sorted(FollowupTask.objects.filter(cancelled_at=NOON).values_list("step", flat=True)) == cancelled


def test_a_lead_who_wants_no_contact_gets_no_ladder(jane: None) -> None:
    record_opt_out(points=[PHONE], channel="", said_at=NOON, act=Act("test", at=NOON))
    with pytest.raises(LeadOptedOut):
        start()
    assert not FollowupLadder.objects.exists()


def test_an_unreadable_ledger_gives_the_standard_steps(jane: None) -> None:
    Organisation.objects.update(digest_key_mark="another key's")
    assert start() == ("STANDARD", STANDARD)


def test_a_consent_given_on_the_phone_opens_the_message_steps(jane: None) -> None:
    Organisation.objects.update(name="Maple Homes", mailing_address="1 King Street, Toronto", contact="416-555-0100")
    assert start()[0] == "COLD"
    messages = FollowupTask.objects.filter(channel="SMS").order_by("step")
    assert [task.open_from for task in messages] == [None, None]
    consent()
    recompute_leads(["JANE"], now=NOON)  # as the worker does
    assert None not in [task.open_from for task in messages.all()]


# The place of the template ----------------------------------------------------------------------------------------------


def test_a_markets_own_cold_template_wins_over_its_provinces(jane: None) -> None:
    own = upsert(
        LadderTemplate,
        province="ON",
        market="TORONTO",
        kind="COLD",
        enabled=True,
        steps=calls("CALL", "EMAIL"),
        act=Act("test"),
    )
    assert start() == ("COLD", ["CALL", "EMAIL"])
    assert FollowupLadder.objects.get().template == own
    LeadFactory.create(lead_id="OTTAWA")
    assert start("OTTAWA", market="OTTAWA") == ("COLD", COLD)


def test_a_market_with_only_a_standard_template_uses_the_cold_one_of_its_province(jane: None) -> None:
    upsert(LadderTemplate, province="ON", market="TORONTO", enabled=True, steps=calls("EMAIL"), act=Act("test"))
    assert start() == ("COLD", COLD)


@pytest.mark.parametrize("how", ["off", "missing", "the market's own is off"])
def test_without_an_enabled_cold_template_the_standard_steps_are_used(jane: None, how: str) -> None:
    if how == "missing":
        LadderTemplate.objects.filter(province="ON", kind="COLD").delete()
    else:
        market = "ALL" if how == "off" else "TORONTO"
        upsert(LadderTemplate, province="ON", market=market, kind="COLD", enabled=False, steps=COLD_STEPS, act=Act("test"))
    assert start() == ("STANDARD", STANDARD)


def test_a_disabled_standard_template_starts_no_ladder(jane: None) -> None:
    upsert(LadderTemplate, province="ON", enabled=False, act=Act("test"))
    with pytest.raises(LadderTemplateDisabled):
        start()
    assert not FollowupLadder.objects.exists()


def test_the_first_call_waits_for_the_gap_of_the_cold_template(jane: None) -> None:
    upsert(LadderTemplate, province="ON", min_gap_minutes=30, act=Act("test"))
    upsert(LadderTemplate, province="ON", kind="COLD", min_gap_minutes=45, act=Act("test"))
    assert start()[0] == "COLD"
    assert FollowupTask.objects.get(step=1).gap_minutes == 45
    assert gate.known_lead("JANE").min_gap_minutes == 30  # a contact without a step uses the standard template


# Bulk and restart -------------------------------------------------------------------------------------------------------


def shapes() -> dict[str, Any]:
    """For each lead the ladder's template and, for each step, every value set at its creation."""
    columns = ("step", "channel", "due_at", "gap_minutes", "actionable_at", "open_from", "open_until", "warns_at")
    found = {}
    for ladder in FollowupLadder.objects.all():
        steps = list(ladder.tasks.order_by("step").values_list(*columns))
        found[str(ladder.lead_id)] = ladder.template_id, ladder.template_kind, steps
    return found


def test_leads_together_get_the_same_steps_as_each_alone(jane: None) -> None:
    consent()
    LeadFactory.create(lead_id="COLD1")
    LeadFactory.create(lead_id="COLD2", province="QC", market="LAVAL", language="fr")
    places = {"JANE": ("ON", "TORONTO"), "COLD1": ("ON", "TORONTO"), "COLD2": ("QC", "LAVAL"), "NOBODY": ("ON", "ALL")}
    with transaction.atomic():
        for lead_id, (province, market) in places.items():
            start_ladder(lead_id=lead_id, province=province, market=market, act=Act(at=NOON))
        alone = shapes()
        transaction.set_rollback(True)
    answers = start_ladders([Start(lead_id, *place) for lead_id, place in places.items()], act=Act(at=NOON))
    assert {answer.status for answer in answers} == {Status.CREATED}
    assert shapes() == alone
    kinds = {lead_id: kind for lead_id, (_, kind, _) in alone.items()}
    assert kinds == {"JANE": "STANDARD", "COLD1": "COLD", "COLD2": "COLD", "NOBODY": "STANDARD"}


def test_a_restart_chooses_the_template_again(jane: None) -> None:
    assert start()[0] == "COLD"
    consent()
    restarted = restart_ladder(FollowupLadder.objects.get().pk, act=Act(reason="agreed on the phone", at=NOON)).tasks
    assert (restarted[0].ladder.template_kind, restarted[0].channel) == ("STANDARD", "SMS")
    assert list(FollowupLadder.objects.order_by("id").values_list("template_kind", flat=True)) == ["COLD", "STANDARD"]
    assert start(restart=True) == ("STANDARD", STANDARD)


def statements(act: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as captured:
        act()
    return len(captured)


def test_a_cold_ladder_takes_as_many_statements_as_a_standard_one(jane: None) -> None:
    def alone(lead_id: str) -> int:
        return statements(lambda: start_ladder(lead_id=lead_id, province="ON", owner="va1", act=Act(at=NOON)))

    def together(mark: str) -> int:
        for n in range(5):
            LeadFactory.create(lead_id=f"{mark}{n}")
        starts = [Start(f"{mark}{n}", "ON", owner="va1") for n in range(5)]
        return statements(lambda: start_ladders(starts, act=Act(at=NOON)))

    alone("WARM-UP")
    LeadFactory.create(lead_id="SECOND")
    cold, cold_together = alone("JANE"), together("A")
    LadderTemplate.objects.filter(kind="COLD").update(enabled=False)
    assert (alone("SECOND"), together("B")) == (cold, cold_together)
    of_a = FollowupLadder.objects.filter(lead_id__in=[f"A{n}" for n in range(5)])
    assert set(of_a.values_list("template_kind", flat=True)) == {"COLD"}


# The seeded steps -------------------------------------------------------------------------------------------------------


def test_each_province_has_an_enabled_cold_template() -> None:
    seeded = LadderTemplate.objects.filter(kind="COLD")
    assert sorted(seeded.values_list("province", flat=True)) == sorted(Province.values)
    assert {(row.market, row.enabled, row.version, row.changed_by) for row in seeded} == {("ALL", True, 1, "seed")}
    assert all(row.steps == COLD_STEPS for row in seeded)
    assert LadderTemplate.history.filter(kind="COLD", version=1).count() == 13


def test_the_seed_command_restores_missing_templates() -> None:
    LadderTemplate.objects.filter(province="YT", kind="COLD").delete()
    assert (seed(LadderTemplate, now=NOON), seed(LadderTemplate, now=NOON)) == (1, 0)
    assert LadderTemplate.objects.get(province="YT", kind="COLD").steps == COLD_STEPS


def test_the_cold_steps_are_well_formed_and_raise_no_doubt_in_quebec() -> None:
    assert normalised(COLD_STEPS) == COLD_STEPS
    assert list(doubts(COLD_STEPS, "QC")) == []
    assert wanting_in_quebec(COLD_STEPS, "QC") == {}
    assert [step["delay_minutes"] for step in COLD_STEPS] == [step["delay_minutes"] for step in GUIDE_STEPS]


@pytest.mark.parametrize("step", [step for step in COLD_STEPS[:-1] if step["channel"] == "CALL"])
def test_a_call_asks_for_consent_with_everything_that_the_law_requires(step: dict[str, Any]) -> None:
    """SOR/2012-36 section 4: the purpose, our name, mailing address and another contact, and that it can be withdrawn."""
    for text, purpose, withdrawn in (
        (step["script_en"], "an offer to buy {address}", "You can withdraw this consent"),
        (step["script_fr"], "offre d'achat pour {address}", "Vous pouvez retirer ce consentement"),
    ):
        for part in (purpose, withdrawn, "{company}", "{company_address}", "{company_contact}"):
            assert part in text


def test_a_cold_template_in_quebec_is_enabled_only_with_french() -> None:
    with pytest.raises(QuebecWanting):
        upsert(LadderTemplate, province="QC", kind="COLD", steps=calls("CALL"), act=Act("test"))
    assert LadderTemplate.objects.get(province="QC", kind="COLD").steps == COLD_STEPS


def test_a_cold_template_begins_with_a_call(operator: APIClient) -> None:
    with pytest.raises(InvalidSteps):
        upsert(LadderTemplate, province="ON", kind="COLD", steps=calls("SMS", "CALL"), act=Act("test"))
    refused = operator.post(f"{API}/upsert", {"province": "ON", "kind": "cold", "steps": calls("EMAIL")})
    assert (refused.status_code, attrs(refused)) == (400, ["steps.0.channel"])
    assert LadderTemplate.objects.get(province="ON", kind="COLD").version == 1


def test_the_database_allows_one_template_of_each_kind_for_a_place() -> None:
    row = LadderTemplate.objects.get(province="ON", kind="COLD")
    with pytest.raises(IntegrityError), transaction.atomic():
        LadderTemplate.objects.filter(pk=row.pk).update(kind="STANDARD")
    with pytest.raises(IntegrityError), transaction.atomic():
        LadderTemplate.objects.filter(pk=row.pk).update(kind="WARM")


# The API ----------------------------------------------------------------------------------------------------------------


def test_the_default_kind_is_the_standard_template(operator: APIClient) -> None:
    changed = operator.post(f"{API}/upsert", {"province": "ON", "enabled": False}).json()
    assert (changed["kind"], changed["version"], changed["enabled"]) == ("STANDARD", 2, False)
    assert operator.get(f"{API}/effective", {"province": "ON"}).json()["kind"] == "STANDARD"
    assert LadderTemplate.objects.get(province="ON", kind="COLD").enabled


def test_the_api_shows_and_changes_the_cold_template(operator: APIClient) -> None:
    changed = operator.post(f"{API}/upsert", {"province": "ON", "kind": "cold", "steps": calls("CALL")}).json()
    assert (changed["kind"], changed["version"], len(changed["steps"])) == ("COLD", 2, 1)
    listed = operator.get(API).json()
    assert [(row["province"], row["kind"]) for row in listed[:2]] == [("AB", "STANDARD"), ("AB", "COLD")]
    assert changed in listed
    found = operator.get(f"{API}/effective", {"province": "ON", "market": "TORONTO", "kind": "COLD"}).json()
    assert (found["found"], found["kind"], found["matched_market"], found["version"]) == (True, "COLD", "ALL", 2)
    refused = operator.get(f"{API}/effective", {"province": "ON", "kind": "WARM"})
    assert (refused.status_code, attrs(refused)) == (400, ["kind"])


def test_the_api_starts_and_shows_a_cold_ladder(operator: APIClient, jane: None) -> None:
    made = operator.post(CREATE, {"lead_id": "JANE", "province": "ON"})
    assert (made.status_code, [step["channel"] for step in made.json()]) == (201, COLD)
    operator.post(CREATE, {"lead_id": "NOBODY", "province": "ON"})
    (shown,) = operator.get("/api/followups/ladders", {"template_kind": "cold"}).json()["results"]
    assert (shown["lead_id"], shown["template_kind"], shown["template_version"]) == ("JANE", "COLD", 1)
    refused = operator.get("/api/followups/ladders", {"template_kind": "WARM"})
    assert (refused.status_code, codes(refused)) == (400, ["invalid_choice"])


# The admin and the runbook ----------------------------------------------------------------------------------------------


@pytest.fixture
def staff(user_of: Callable[..., Any]) -> Client:
    return signed_in(user_of("operator"))


def typed(channel: str, **more: str) -> dict[str, str]:
    step = {"amount": "0", "unit": "1", "channel": channel, "script_en": "{company}. Reply STOP", "script_fr": ""}
    rows = {f"steps-0-{name}": value for name, value in step.items()}
    return {"enabled": "on", "why": "a test", "steps-TOTAL_FORMS": "1", "steps-INITIAL_FORMS": "0", **rows, **more}


def test_the_admin_lists_and_filters_by_kind(staff: Client) -> None:
    page = reverse("admin:followups_laddertemplate_changelist")
    shown = staff.get(page, {"kind__exact": "COLD"}).content.decode()
    assert shown.count("Call at once, Call after 30 minutes, Text message after 3 hours") == 13
    assert "Text message at once" not in shown


def test_the_admin_adds_a_markets_own_cold_template(staff: Client) -> None:
    add = reverse("admin:followups_laddertemplate_add")
    place = {"province": "ON", "market": "North Bay", "kind": "COLD", "expected_version": "0"}
    refused = staff.post(add, typed("SMS", **place))
    assert "Step 1: A COLD ladder begins with a CALL." in refused.content.decode()
    assert staff.post(add, typed("CALL", **place)).status_code == 302
    made = LadderTemplate.objects.get(market="NORTH_BAY")
    assert (made.kind, made.version, made.enabled) == ("COLD", 1, True)


def test_the_admin_changes_the_cold_template_but_not_its_kind(staff: Client) -> None:
    cold = LadderTemplate.objects.get(province="ON", kind="COLD")
    change = reverse("admin:followups_laddertemplate_change", args=[cold.pk])
    assert "A COLD ladder" in staff.post(change, typed("EMAIL", expected_version="1")).content.decode()
    assert staff.post(change, typed("CALL", expected_version="1", kind="STANDARD")).status_code == 302
    cold.refresh_from_db()
    assert (cold.kind, cold.version, len(cold.steps)) == ("COLD", 2, 1)
    assert LadderTemplate.objects.get(province="ON", kind="STANDARD").version == 1


def test_a_ladder_page_names_the_kind_of_its_template(staff: Client, jane: None) -> None:
    start()
    ladder = FollowupLadder.objects.get()
    shown = staff.get(reverse("admin:followups_followupladder_change", args=[ladder.pk])).content.decode()
    assert "the COLD template of Ontario</a>, version 1" in shown
    listed = staff.get(reverse("admin:followups_followupladder_changelist"), {"template_kind__exact": "COLD"})
    assert listed.status_code == 200
    assert "JANE" in listed.content.decode()


def test_the_runbook_warns_of_a_province_without_its_cold_template() -> None:
    def finding() -> tuple[bool, Any]:
        status = runbook.status()
        every = [item for group in ("blockers", "warnings", "info") for item in status[group]]
        (found,) = [item for item in every if item["id"] == "followups.templates"]
        return found["ok"], found["detail"]

    assert finding()[0]
    upsert(LadderTemplate, province="ON", kind="COLD", enabled=False, act=Act("test"))
    assert finding() == (False, ["ON COLD"])
