"""What the law prohibits is refused from the first day. Only a warning instead is a choice with a reason, and is shown."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from governance import gate
from governance.ledger.consents import record_consent
from governance.organisation.models import Organisation
from governance.policies import upsert
from governance.readiness import contact_strictness
from tests.conftest import codes
from tests.factories import NOON, LeadFactory
from wholesale.plumbing.act import Act
from wholesale.plumbing.errors import RequiredParameter

pytestmark = pytest.mark.django_db

API = "/api/governance/contact"
WHO: dict[str, Any] = {"name": "Maple Homes", "mailing_address": "1 King Street, Toronto", "contact": "416-555-0100"}
PHONE = ("PHONE", "+14165550123")


@pytest.fixture(autouse=True)
def installed() -> None:
    """The state after installation."""
    Organisation.objects.update(consent="enforce", identity="enforce", scrub="enforce", lenient_reason="")


@pytest.fixture
def jane() -> None:
    LeadFactory.create(lead_id="JANE", province="ON", market="TORONTO", phone=PHONE[1])
    record_consent(
        points=[PHONE], channel="SMS", basis="EXPRESS", obtained_at=NOON, evidence="form 1", act=Act("test", at=NOON)
    )


def reasons(channel: str = "SMS") -> tuple[list[str], list[str]]:
    verdict = gate.decide_lead("JANE", channel, at=NOON).verdict
    return [reason.value for reason in verdict.reasons], [reason.value for reason in verdict.warnings]


def test_after_installation_everything_is_enforced() -> None:
    assert {field.default for field in Organisation._meta.fields if field.name in ("consent", "identity", "scrub")} == {
        "enforce"
    }
    seeded = Organisation.history.order_by("history_id")[0]
    assert (seeded.consent, seeded.identity, seeded.scrub, seeded.lenient_reason) == ("enforce", "enforce", "enforce", "")


def test_without_our_identity_no_message_goes_out(jane: None) -> None:
    assert reasons() == (["organisation_not_identified"], [])
    for name in WHO:
        upsert(Organisation, act=Act("op"), **{**WHO, name: " "})
        assert reasons() == (["organisation_not_identified"], []), name
    upsert(Organisation, act=Act("op"), **WHO)
    assert reasons() == ([], [])


def test_a_call_needs_no_sender_identity_on_file(jane: None) -> None:
    assert reasons("CALL") == (["organisation_not_registered", "area_code_not_subscribed", "scrub_missing"], [])


def test_an_unknown_lead_has_no_number_to_protect(agent: APIClient) -> None:
    answer = gate.decide_contact("ON", "TORONTO", "SMS", at=NOON)
    assert (answer.verdict.allowed, answer.verdict.warnings) == (True, ())


@pytest.mark.parametrize("name", ["consent", "identity", "scrub"])
def test_a_lenient_setting_needs_a_reason(operator: APIClient, name: str) -> None:
    refused = operator.post(f"{API}/organisation/upsert", {name: "warn"}, format="json")
    assert (refused.status_code, codes(refused)) == (400, ["required"])
    assert refused.json()["errors"][0]["attr"] == "reason"
    assert getattr(Organisation.objects.get(), name) == "enforce"
    chosen = operator.post(f"{API}/organisation/upsert", {name: "warn", "reason": "a pilot"}, format="json").json()
    assert (chosen[name], chosen["lenient_reason"]) == ("warn", "a pilot")
    renamed = operator.post(f"{API}/organisation/upsert", {"name": "Maple"}, format="json").json()
    assert (renamed[name], renamed["lenient_reason"]) == ("warn", "a pilot")
    strict = operator.post(f"{API}/organisation/upsert", {name: "enforce"}, format="json").json()
    assert (strict[name], strict["lenient_reason"]) == ("enforce", "")


def test_a_second_lenient_setting_needs_its_own_reason() -> None:
    upsert(Organisation, scrub="warn", act=Act("op", reason="a pilot"))
    with pytest.raises(RequiredParameter):
        upsert(Organisation, consent="warn", act=Act("op", reason=" "))
    upsert(Organisation, consent="warn", act=Act("op", reason="another pilot"))
    assert Organisation.objects.get().lenient_reason == "another pilot"


def test_the_database_forbids_a_lenient_setting_without_a_reason() -> None:
    for name in ("consent", "identity", "scrub"):
        with pytest.raises(IntegrityError), transaction.atomic():
            Organisation.objects.update(**{name: "warn"})


def test_each_control_page_and_the_runbook_report_leniency_while_it_lasts(admin_client: Client) -> None:
    pages = [
        reverse("admin:governance_golivestate_changelist"),
        reverse("admin:governance_runbookrun_now"),
        reverse("admin:governance_runbookrun_changelist"),
        reverse("admin:governance_marketpolicy_changelist"),
        reverse("admin:governance_marketzone_changelist"),
        reverse("admin:offers_offerpolicy_changelist"),
        reverse("admin:governance_organisation_change", args=[1]),
    ]
    said = "Only warned of, although the law prohibits it"
    for page in pages:
        assert said not in admin_client.get(page).content.decode(), page
    upsert(Organisation, consent="warn", act=Act("op", reason="a pilot <b>"))
    for page in pages:
        text = admin_client.get(page).content.decode()
        assert f"{said}: consent for text and e-mail. Reason: a pilot &lt;b&gt;" in text, page
    finding = contact_strictness(datetime.now(UTC))
    assert (finding.ok, finding.message.endswith("Reason: a pilot <b>")) == (False, True)
