"""Each user sees the console in a language and a time zone of one's own. Everything else stays in English and UTC."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.admin.models import ADDITION, LogEntry
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation
from django.utils.formats import localize
from rest_framework.test import APIClient

from tests.factories import LeadFactory
from tests.staff import signed_in
from wholesale.console.preferences.services import UnknownLanguage, UnknownZone, choose_settings
from wholesale.plumbing.act import Act
from wholesale.plumbing.models import UserSettings

pytestmark = pytest.mark.django_db
PAGE = "/admin/my-settings/"
LEADS = "/admin/followups/lead/"
AT = datetime(2026, 1, 15, 3, 30, tzinfo=UTC)  # the evening before in Canada


@pytest.fixture
def user(user_of: Callable[..., User]) -> User:
    return user_of("operator")


def chosen(user: User, language: str = "fr", zone: str = "America/Toronto") -> UserSettings:
    return choose_settings(user=user, language=language, zone=zone, act=Act("me"))


def shown(answer: Any) -> tuple[str, str]:
    """The language of a page, and the clock that it names."""
    return answer.headers["Content-Language"], answer.context["site_subheader"]


def test_a_user_who_chose_nothing_has_english_and_the_zone_of_the_installation(user: User, settings: Any) -> None:
    settings.CONSOLE_ZONE = "America/Winnipeg"
    answer = signed_in(user).get(LEADS, headers={"Accept-Language": "fr"})
    assert shown(answer) == ("en-ca", "Times of Winnipeg")
    assert UserSettings.objects.count() == 0


def test_my_settings_choose_the_language_and_the_zone(user: User) -> None:
    browser = signed_in(user)
    page = browser.get(PAGE)
    assert page.context["form"].initial == {"language": "en", "zone": "UTC"}

    answer = browser.post(PAGE, {"language": "fr", "zone": "America/Vancouver"}, follow=True)

    assert answer.redirect_chain == [(PAGE, 302)]
    assert answer.context["form"].initial == {"language": "fr", "zone": "America/Vancouver"}
    assert answer.headers["Content-Language"] == "fr-ca"
    assert 'lang="fr-ca"' in answer.content.decode()
    assert "Se déconnecter" in answer.content.decode() or "Déconnexion" in answer.content.decode()


def test_the_menu_of_the_user_leads_to_my_settings(user: User) -> None:
    assert [link["link"] for link in signed_in(user).get(LEADS).context["account_links"]] == [PAGE]
    user.set_password("correct horse")
    user.save()
    links = signed_in(user).get(LEADS).context["account_links"]
    assert [link["link"] for link in links] == [PAGE, "/admin/password_change/"]


@pytest.mark.parametrize("given", [{"zone": "Mars/Olympus"}, {"zone": "../etc/passwd"}, {"zone": ""}, {"language": "de"}])
def test_an_unknown_zone_or_language_is_refused(user: User, given: dict[str, str]) -> None:
    values = {"language": "fr", "zone": "America/Toronto", **given}
    answer = signed_in(user).post(PAGE, values)
    assert list(answer.context["form"].errors) == list(given)
    with pytest.raises((UnknownZone, UnknownLanguage)):
        chosen(user, **values)
    assert UserSettings.objects.count() == 0


def test_whoever_is_not_signed_in_has_the_language_of_the_browser(client: Client) -> None:
    for accepted, language in [("fr-CA,fr;q=0.9,en;q=0.5", "fr-ca"), ("fr", "fr-ca"), ("en-US", "en-ca"), ("de", "en-ca")]:
        answer = client.get("/admin/login/", headers={"Accept-Language": accepted})
        assert answer.headers["Content-Language"] == language
    assert "Mot de passe" in client.get("/admin/login/", headers={"Accept-Language": "fr"}).content.decode()


def test_nothing_of_a_user_is_left_for_the_next_on_the_same_thread(user_of: Callable[..., User]) -> None:
    zoe, pat, sam = (signed_in(user_of("operator", username=name)) for name in ("zoe", "pat", "sam"))
    chosen(User.objects.get(username="zoe"), "fr", "America/St_Johns")
    chosen(User.objects.get(username="pat"), "en", "Asia/Manila")
    for _turn in range(2):
        assert shown(zoe.get(LEADS))[0] == "fr-ca"
        assert (translation.get_language(), timezone.get_current_timezone_name()) == ("en-ca", "UTC")
        assert shown(pat.get(LEADS)) == ("en-ca", "Times of Manila")
        assert shown(sam.get(LEADS)) == ("en-ca", "All times are UTC")


def test_nothing_is_left_after_a_page_that_fails(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    chosen(user)
    browser = signed_in(user)
    browser.raise_request_exception = False

    def fails(*args: Any) -> None:
        raise RuntimeError("a fault")

    with monkeypatch.context() as patched:
        patched.setattr("wholesale.console.frame.around", fails)
        assert browser.get(LEADS).status_code == 500
    assert (translation.get_language(), timezone.get_current_timezone_name()) == ("en-ca", "UTC")


def test_the_language_and_the_zone_cost_no_query(user: User) -> None:
    browser = signed_in(user)

    def queries() -> int:
        browser.get(LEADS)
        with CaptureQueriesContext(
            connection,
        ) as caught:
            browser.get(LEADS)
        return len(caught)

    without = queries()
    chosen(user)
    assert queries() == without


def test_answers_of_the_api_stay_in_english_and_utc(operator: APIClient, user_of: Callable[..., User]) -> None:
    LeadFactory.create(lead_id="L1", created_at=AT)
    chosen(User.objects.get(username="operator"), "fr", "America/Vancouver")
    wanted = operator.get("/api/followups/leads/L1", headers={"Accept-Language": "fr"}).json()
    by_session = APIClient()
    by_session.force_login(User.objects.get(username="operator"))
    assert by_session.get("/api/followups/leads/L1", headers={"Accept-Language": "fr"}).json() == wanted
    refused = by_session.get("/api/nowhere", headers={"Accept-Language": "fr"}).json()
    assert refused["errors"][0]["detail"] == "There is no such path."


def test_a_zone_that_tzdata_no_longer_knows_becomes_the_default(user: User) -> None:
    chosen(user, "en", "America/Toronto")
    UserSettings.objects.update(zone="America/Gone")
    assert shown(signed_in(user).get(LEADS)) == ("en-ca", "All times are UTC")


def test_lists_show_the_time_of_the_user(user: User) -> None:
    user.is_superuser = True
    user.save()
    LogEntry.objects.create(user=user, action_time=AT, action_flag=ADDITION, object_repr="L1")
    chosen(user, "en", "America/Vancouver")
    page = signed_in(user).get("/admin/admin/logentry/").content.decode()
    assert "Wed, Jan 14, 2026, 7:30 p.m." in page


@pytest.mark.parametrize(
    ("language", "said"), [("en-ca", "Mon, Nov 30, 2026, 2:05 p.m."), ("fr-ca", "lun. 30 nov. 2026, 14 h 05")]
)
def test_a_time_of_a_list_is_written_as_canada_does(language: str, said: str) -> None:
    with translation.override(language):
        assert localize(AT.replace(year=2026, month=11, day=30, hour=14, minute=5)) == said
