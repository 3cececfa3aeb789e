"""The palette finds people, offers, pages and actions, as far as the user may open them."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from buyers.people.services import erase_buyer
from followups.leads.people.services import erase_person
from tests.factories import BuyerFactory, LeadFactory, OfferFactory, TaskFactory
from tests.query_counts import counted, queries
from tests.staff import signed_in
from wholesale.console.palette.actions import deeds_for
from wholesale.console.palette.results import EACH, found
from wholesale.plumbing.act import Act

pytestmark = pytest.mark.django_db

FIND = "/admin/find/"


@pytest.fixture
def operator_user(user_of: Callable[..., User]) -> User:
    return user_of("operator")


def hits(text: str, user: User) -> dict[str, list[str]]:
    return {group.title: [hit.title for hit in group.hits] for group in found(text, user)}


@pytest.mark.parametrize(
    "text",
    [
        *("Hélène Trem", "trem Hé", "o'hara", "jean-p"),
        # LIKE compares accents and apostrophes.
        *(pytest.param(text, marks=pytest.mark.postgres) for text in ("helene", "trem HEL", "ohara")),
        *("514 555 0199", "(514) 555-0199", "+1-514-555-0199", "5145550199", "514.555.01", "tel:+15145550199"),
        *("Helene.T@Example.CA", "helene.t@exa", "L-77"),
        *("12 rue Saint", "saint-denis", "h2x 1y4"),
    ],
)
def test_a_lead_is_found_in_any_spelling(operator_user: User, text: str) -> None:
    person: dict[str, Any] = {"first_name": "Hélène Jean-Paul", "last_name": "Tremblay O'Hara", "phone": "+15145550199"}
    place = {"address": "12, rue Saint-Denis", "postal_code": "H2X 1Y4", "email": "helene.t@example.ca"}
    LeadFactory.create(lead_id="L-77", **person, **place)
    LeadFactory.create(first_name="Bo", last_name="Silva", phone="+14165550000", address="12 King St", postal_code="M5V 2T6")

    assert hits(text, operator_user)["Leads"] == ["Hélène Jean-Paul Tremblay O'Hara"]


def test_a_buyer_is_found_by_name_company_and_contacts(operator_user: User) -> None:
    names = {"name": "Bo Roy", "company": "Maisons Nord"}
    BuyerFactory.create(buyer_id="B-9", second_phone="+15145550198", second_email="bo2@example.ca", **names)
    BuyerFactory.create(name="Al Other")

    for text in ("bo ro", "maisons", "514-555-0198", "BO2@example.ca", "B-9"):
        assert hits(text, operator_user)["Buyers"] == ["Bo Roy"], text


def test_an_offer_is_found_by_its_id_its_lead_and_its_deal(operator_user: User) -> None:
    offer = OfferFactory.create(lead_id="L-5", deal_ref="KING-12")
    OfferFactory.create(lead_id="L-6")

    for text in (f"#{offer.pk}", "L-5", "KING"):
        assert [title.split()[1] for title in hits(text, operator_user)["Offers"]] == [str(offer.pk)], text


def test_the_closest_person_is_first_and_few_are_shown(operator_user: User) -> None:
    LeadFactory.create(first_name="Ann", last_name="Lee")
    for _n in range(EACH + 3):
        LeadFactory.create(first_name="Anna", last_name="Leeds")

    shown = hits("ann lee", operator_user)["Leads"]

    assert shown[0] == "Ann Lee"
    assert len(shown) == EACH


def test_erased_persons_are_not_found(operator_user: User) -> None:
    LeadFactory.create(lead_id="L1", phone="+15145550199", email="jo@example.ca", address="9 King St")
    BuyerFactory.create(buyer_id="B1", phone="+15145550199", name="Jo Buyer", company="Jo Inc")
    assert {"Leads", "Buyers"} <= hits("514 555 0199", operator_user).keys()

    erase_person("L1", act=Act("jane", reason="asked"))
    erase_buyer("B1", act=Act("jane", reason="asked"))

    for text in ("514 555 0199", "jo@example.ca", "jane roe", "jo buyer", "9 king", "L1", "B1"):
        assert not {"Leads", "Buyers"} & hits(text, operator_user).keys(), text


def test_an_agent_finds_only_leads_that_it_may_read(user_of: Callable[..., User]) -> None:
    late = timezone.now() - timedelta(hours=1)
    for lead_id, owner, due_at in (
        ("MINE", "va1", late + timedelta(days=9)),
        ("FREE", None, late),
        ("LATER", None, late + timedelta(days=9)),
        ("OTHER", "va2", late),
    ):
        LeadFactory.create(lead_id=lead_id, first_name=lead_id.title())
        TaskFactory.create(ladder__lead_id=lead_id, owner=owner, due_at=due_at)
    agent = user_of("agent", username="va1")

    assert {*hits("roe", agent)["Leads"]} == {"Mine Roe", "Free Roe"}
    assert "Leads" not in hits("OTHER", agent)


def test_pages_and_actions_are_those_of_the_role(user_of: Callable[..., User]) -> None:
    operator, agent = user_of("operator"), user_of("agent")

    assert hits("engage kill", operator) == {"Actions": ["Engage the kill switch"]}
    assert hits("release", operator)["Actions"] == ["Release the kill switch"]
    assert hits("import lea", operator) == {"Actions": ["Import leads"], "Pages": ["Imports of leads"]}
    assert hits("invite", operator)["Actions"] == ["Invite an agent"]
    assert hits("friday", operator)["Pages"] == ["Friday review"]
    assert hits("", agent) == {"Pages": ["Queue", "Inbox", "My leads", "My numbers"]}
    for text in ("engage", "today", "friday"):
        assert hits(text, agent) == {}


@pytest.mark.parametrize("role", ["operator", "agent", "auditor", "integrator"])
def test_what_is_offered_opens(user_of: Callable[..., User], role: str) -> None:
    user = user_of(role)
    client = signed_in(user)

    offered = [deed.link for deed in deeds_for(user)]

    assert {link: client.get(link).status_code for link in offered} == dict.fromkeys(offered, 200)


def test_the_answer_is_a_list_of_links_for_staff_who_post(operator_user: User) -> None:
    lead = LeadFactory.create(first_name="<b>Jo</b>", last_name="O'Hara")
    client = signed_in(operator_user)

    answer = client.post(FIND, {"text": "o'hara"})

    assert f'href="/admin/followups/lead/{lead.pk}/change/"' in answer.content.decode()
    assert "&lt;b&gt;Jo" in answer.content.decode()
    assert client.get(FIND).status_code == 405
    assert Client().post(FIND, {"text": "o'hara"}).status_code == 302


@pytest.mark.parametrize(
    "text", ["", " ", "'", "\\", "%", "_", "a' | b", "(", "&!:*", "é" * 300, "+", "1" * 40, "@", "@x", "<>"]
)
def test_no_text_is_an_error(operator_user: User, text: str) -> None:
    LeadFactory.create()

    assert signed_in(operator_user).post(FIND, {"text": text}).status_code == 200


def test_each_kind_takes_one_query(operator_user: User) -> None:
    LeadFactory.create()
    client = signed_in(operator_user)
    client.post(FIND, {"text": "roe"})

    with CaptureQueriesContext(connection) as sent:
        client.post(FIND, {"text": "roe"})

    assert counted(sent) == queries("the palette")
