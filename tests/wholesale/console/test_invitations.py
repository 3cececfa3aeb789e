"""An agent is invited on one page, and sets the password by a link that works once."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

import pytest
import time_machine
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.test import Client

from followups.models import PoolAgent
from tests.factories import MarketZoneFactory, PoolAgentFactory
from tests.staff import signed_in
from wholesale.console.invitations.services import link_for
from wholesale.plumbing.models import UserSettings

pytestmark = pytest.mark.django_db
PAGE = "/admin/auth/user/invite/"
ZOE = {
    "name": "  Zoé   Tremblay ",
    "email": "Zoe@Example.ca",
    "role": "agent",
    "markets": ["ON ALL", "QC MONTREAL"],
    "language": "fr",
    "zone": "America/Vancouver",
}
PASSWORD = {"new_password1": "correct horse 7", "new_password2": "correct horse 7"}


@pytest.fixture
def operator(user_of: Callable[..., User]) -> Client:
    return signed_in(user_of("operator"))


def invited(client: Client, **changes: Any) -> User:
    answer = client.post(PAGE, {**ZOE, **changes})
    assert answer.status_code == 302, answer.context["form"].errors
    return User.objects.get(pk=answer.headers["Location"].rstrip("/").rsplit("/", 1)[1])


def errors(client: Client, **changes: Any) -> dict[str, list[str]]:
    answer = client.post(PAGE, {**ZOE, **changes})
    assert answer.status_code == 200
    return {name: list(found) for name, found in answer.context["form"].errors.items()}


def password_page(link: str) -> tuple[Client, Any]:
    """Open the link as the invited does. Return the browser and the page."""
    browser = Client()
    return browser, browser.get(link, follow=True)


def test_one_page_makes_the_user_with_role_pools_and_language(operator: Client) -> None:
    zoe = invited(operator)

    assert (zoe.username, zoe.first_name, zoe.last_name, zoe.email) == ("zoe.tremblay", "Zoé", "Tremblay", "zoe@example.ca")
    assert (zoe.is_staff, zoe.is_superuser, zoe.has_usable_password()) == (True, False, False)
    assert [group.name for group in zoe.groups.all()] == ["agent"]
    chosen = UserSettings.objects.get(user=zoe)
    assert (chosen.language, chosen.zone) == ("fr", "America/Vancouver")
    pools = PoolAgent.objects.filter(agent="zoe.tremblay")
    assert [(pool.province, pool.market, pool.changed_by) for pool in pools] == [
        ("ON", "ALL", "operator"),
        ("QC", "MONTREAL", "operator"),
    ]
    assert LogEntry.objects.get().object_repr == "zoe.tremblay"


def test_the_link_leads_to_the_queue_by_a_password_of_ones_own(operator: Client) -> None:
    zoe = invited(operator)
    page = operator.get(f"{PAGE}{zoe.pk}/")
    browser, form = password_page(page.context["link"])

    assert "zoe.tremblay" in form.content.decode()
    landed = browser.post(form.request["PATH_INFO"], PASSWORD, follow=True)
    assert landed.redirect_chain[-1][0] == "/admin/followups/followuptask/queue/"
    zoe.refresh_from_db()
    assert zoe.check_password("correct horse 7")


def test_a_link_works_once_and_for_three_days(operator: Client) -> None:
    zoe = invited(operator)
    link = link_for(zoe)
    with time_machine.travel("2099-01-01T00:00:00Z"):
        assert "This link works no more" in password_page(link)[1].content.decode()
    browser, form = password_page(link)
    browser.post(form.request["PATH_INFO"], PASSWORD)

    assert "This link works no more" in password_page(link)[1].content.decode()
    assert operator.get(f"{PAGE}{zoe.pk}/").status_code == 302  # answered: there is no new one


def test_a_weak_password_is_refused(operator: Client) -> None:
    browser, form = password_page(link_for(invited(operator)))
    again = browser.post(form.request["PATH_INFO"], {"new_password1": "password", "new_password2": "password"})

    assert "too common" in again.content.decode()


def test_the_e_mail_is_in_the_language_of_the_invited(operator: Client) -> None:
    french = operator.get(f"{PAGE}{invited(operator).pk}/").context["mail"]
    english = operator.get(f"{PAGE}{invited(operator, email='al@example.ca', name='Al', language='en').pk}/").context["mail"]

    assert unquote(french).startswith("mailto:zoe@example.ca?subject=Votre accès à Wholesale&body=Bonjour Zoé,")
    assert unquote(english).startswith("mailto:al@example.ca?subject=Your access to Wholesale&body=Hello Al,")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"email": "zoe"}, "email"),
        ({"role": "operator"}, "role"),  # an operator gives no role but an agent's
        ({"markets": []}, "markets"),
        ({"markets": ["ON NOWHERE"]}, "markets"),
        ({"language": "de"}, "language"),
    ],
)
def test_an_error_names_its_field_and_nothing_is_stored(operator: Client, changes: dict[str, Any], field: str) -> None:
    assert list(errors(operator, **changes)) == [field]
    assert not User.objects.filter(email="zoe@example.ca").exists()


def test_an_address_that_somebody_has_is_refused(operator: Client) -> None:
    invited(operator)

    assert errors(operator, email="ZOE@example.ca") == {"email": ["A user with this e-mail address exists already."]}


def test_a_name_that_is_taken_gets_a_number(operator: Client) -> None:
    PoolAgentFactory.create(agent="zoe.tremblay")  # an agent without a user, whose leads are not hers

    assert invited(operator).username == "zoe.tremblay2"
    assert invited(operator, email="zoe2@example.ca").username == "zoe.tremblay3"


def test_a_market_with_a_zone_of_its_own_can_be_chosen(operator: Client) -> None:
    MarketZoneFactory.create(province="ON", market="OURTOWN")

    assert invited(operator, markets=["ON OURTOWN"]).username == "zoe.tremblay"


def test_an_administrator_invites_with_any_role_and_only_agents_get_pools(admin_client: Client, operator: Client) -> None:
    auditor = invited(admin_client, role="auditor")

    assert [group.name for group in auditor.groups.all()] == ["auditor"]
    assert not PoolAgent.objects.exists()
    assert operator.get(f"{PAGE}{auditor.pk}/").status_code == 302  # a link is a login: not for who may not give the role
    assert b"Zo\xc3\xa9" not in operator.get(PAGE).content


def test_who_has_no_password_yet_is_listed(operator: Client) -> None:
    zoe = invited(operator)

    assert f'href="{PAGE}{zoe.pk}/">Zoé Tremblay<' in operator.get(PAGE).content.decode()


@pytest.mark.parametrize("role", ["agent", "auditor", "integrator"])
def test_nobody_else_invites(user_of: Callable[..., User], role: str) -> None:
    browser = signed_in(user_of(role))

    assert browser.post(PAGE, ZOE).status_code == 403
    assert browser.get(f"{PAGE}1/").status_code == 403
    assert not re.search(PAGE, browser.get("/admin/followups/poolagent/").content.decode())
