"""No page of the console shows a text that nobody marked for translation.

In the marking language each marked text stands between ⟦ and ⟧. What is left is data, or somebody forgot to mark it.
"""

import re
from collections.abc import Iterator
from typing import Any
from zoneinfo import available_timezones

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, User
from django.test import Client
from django.utils.translation import gettext

from tests.factories import NoticeFactory
from tests.wholesale.admin_walk import other_pages
from tests.wholesale.console.unmarked import speak_with_marks, unmarked
from tests.wholesale.test_admin import EDITED, FIXED, SHOWN, row_of, url
from wholesale.console.notices.models import NoticeKind
from wholesale.plumbing.models import RoleGrant, UserSettings

pytestmark = pytest.mark.django_db
WORD = re.compile(r"[^\W\d_]{2,}")
# What is a name or a code in every language: WHOLESALE, L000129, followup_completed, America/Toronto, 0x1f, name@example.ca
CODE = re.compile(r"\S*[_/@\d]\S*|\b[A-ZÉ]{2,}\b")
# Whole texts that are not translated -> why.
LEFT = {
    r"(.* \| )?Wholesale|English|Français": "the product's name, and languages by their own names",
    r"(csv|xlsx)": "names of formats",
    r"[a-z_]+\.[a-z_]+": "ids of the runbook's checks, as the API has them",
    r"⌘ K|Ctrl K|Esc": "names of keys",
    r"[\d\s,hmin]+": "hours and minutes, which have the same signs in both languages",
    r"\"\w+\"": "JSON as it is stored",
    r"[\w, ]+, \w+": "the names of columns that a file may have",
    r"Lead id|Buyer id": "Django makes the name of a foreign key's own column out of the code",
    r"Expiry|\d+ auth tokens?|DBTaskResult object .*": "knox and django-tasks speak English alone",
    r".*\([^)]*(CASL|SOR/|s\.).*": "sections of Canadian law, as the runbook and the proofs cite them",
}
# Pages whose texts are not ours, or not of one language -> why.
LEFT_PAGES = {
    User: "the names of permissions are stored in English",
    Group: "the names of permissions are stored in English",
    RoleGrant: "the names of permissions are stored in English",
    "/export/": "columns, as a file names them",
    "/import": "columns, as a file names them",
    "jsi18n": "a script",
}


@pytest.fixture
def root(admin_client: Client, monkeypatch: pytest.MonkeyPatch) -> Client:
    """A superuser's browser, in the marking language."""
    admin = User.objects.get(username="admin")
    UserSettings.objects.create(user=admin, language="fr", zone="America/Toronto")
    speak_with_marks(monkeypatch)
    return admin_client


def stored() -> tuple[str, set[str]]:
    """What is on file, as one text, and the words of the rows that a test made."""
    texts: set[str] = set()
    for model in apps.get_models():
        for row in model._default_manager.all()[:300].values_list():
            texts.update(str(value) for value in row if isinstance(value, str | list | dict))
    own = {word.lower() for text in texts if len(text) < 40 and not text.startswith("Can ") for word in WORD.findall(text)}
    places = {word.lower() for zone in available_timezones() for word in WORD.findall(zone)}
    return "\n".join(texts), own | places


def forgotten(client: Client, pages: Iterator[str]) -> dict[str, list[str]]:
    """The texts that nobody marked, by page."""
    found = {}
    for page in pages:
        answer = client.get(page)
        if answer.status_code == 200 and "text/html" in answer.headers["Content-Type"]:
            found[page] = list(unmarked(answer.content.decode()))
    text, words = stored()
    return {page: left for page, texts in found.items() if (left := [one for one in texts if _is_ours(one, text, words)])}


def _is_ours(text: str, on_file: str, words: set[str]) -> bool:
    if text in on_file or any(re.fullmatch(pattern, text) for pattern in LEFT):
        return False
    left = {word.lower() for word in WORD.findall(CODE.sub(" ", text))}
    return bool(left - words)


def is_left(page: str) -> bool:
    return any(isinstance(part, str) and part in page for part in LEFT_PAGES)


@pytest.mark.parametrize("model", [one for one in SHOWN if one not in LEFT_PAGES], ids=lambda model: model.__name__)
def test_the_pages_of_a_model_show_only_marked_texts(model: Any, root: Client) -> None:
    row = row_of(model)
    pages = [url(model, "changelist"), url(model, "change", row.pk)]
    if model in EDITED and model not in FIXED:
        pages.append(url(model, "add"))
    assert forgotten(root, (page for page in pages if not is_left(page))) == {}


def test_the_other_pages_show_only_marked_texts(root: Client) -> None:
    for kind in NoticeKind:
        about = "followups.leadimport 1 DONE" if kind == NoticeKind.IMPORT else "engaged"
        NoticeFactory.create(user=User.objects.get(username="admin"), kind=kind, about=about, mail="FAILED")
    pages = [page for page in other_pages() if not is_left(page) and page.count("/") > 3 and not page.endswith(("/add/",))]
    ours = [page for page in pages if not page.startswith("/admin/auth/") or "invite" in page]
    lists = {url(model, "changelist") for model in SHOWN}
    others = ("/admin/", "/admin/my-settings/", "/admin/notices/", "/admin/nowhere/")
    assert forgotten(root, (page for page in (*ours, *others) if page not in lists)) == {}


def test_a_text_that_nobody_marked_is_found(root: Client) -> None:
    page = "<p>⟦Marked⟧ and not</p><a title='also not'>⟦⟦inner⟧ outer⟧</a><script>nothing</script><b>L1, ON</b>"
    assert list(unmarked(page)) == ["and not", "also not", "L1, ON"]
    assert [_is_ours(text, "", set()) for text in unmarked(page)] == [True, True, False]
    assert gettext("Queue") == "Queue"  # only the console's pages speak it
