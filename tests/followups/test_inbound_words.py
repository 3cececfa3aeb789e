"""The table of inbound words: seeded, changed with a reason, and in force from the next message."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from rest_framework.test import APIClient

from followups.leads.inbound.phrases import Finder, parsed, spelling
from followups.leads.inbound.seeds import seeds
from followups.leads.inbound.services import record_inbound
from followups.leads.inbound.slips import is_one_slip
from followups.models import InboundWord
from governance.policies import seed, upsert
from tests.query_counts import queries
from tests.staff import form_with, signed_in
from wholesale.plumbing.act import Act

pytestmark = pytest.mark.django_db

ADMIN = "/admin/followups/inboundword/"


def meaning(text: str) -> str:
    return record_inbound(lead_id="L1", channel="SMS", text=text, act=Act()).message.meaning


def test_each_seeded_word_exists_once_in_its_one_spelling() -> None:
    seeded = list(seeds())
    assert len({(seed.kind, seed.phrase) for seed in seeded}) == len(seeded) == InboundWord.objects.count()
    for one in seeded:
        assert one.phrase == spelling(one.phrase)
        InboundWord(kind=one.kind, phrase=one.phrase).require_sound()
    assert InboundWord.history.count() == len(seeded)
    assert seed(InboundWord) == 0


def test_missing_words_are_seeded_and_changed_words_are_kept() -> None:
    InboundWord.objects.filter(kind="STOP", phrase="stop").delete()
    upsert(InboundWord, kind="STOP", phrase="unsub", enabled=False, act=Act("me", reason="too many"))
    assert seed(InboundWord) == 1
    assert not InboundWord.objects.get(phrase="unsub").enabled


def test_a_word_counts_from_the_next_message_until_it_is_switched_off() -> None:
    assert meaning("begone foul dealer") == "REPLY"
    upsert(InboundWord, kind="WISH", phrase="begone/hence", language="en", source="L1", act=Act("me", reason="met"))
    assert meaning("Begone, foul dealer") == "DOUBTFUL"
    upsert(InboundWord, kind="STOP_ALONE", phrase="Whoa", act=Act("me"))
    assert meaning("whoa!") == "OPT_OUT"
    word = upsert(InboundWord, kind="STOP_ALONE", phrase="  whoa ", enabled=False, act=Act("me"))
    assert (word.version, InboundWord.objects.filter(phrase="whoa").count()) == (2, 1)
    assert meaning("whoa!") == "REPLY"
    upsert(InboundWord, kind="HARMLESS", phrase="begone days", act=Act("me"))
    assert meaning("in begone days") == "REPLY"


def test_reading_a_message_queries_the_table_once(django_assert_max_num_queries: Callable[..., Any]) -> None:
    with django_assert_max_num_queries(queries("record a message, at most")):
        record_inbound(phone="+14165550123", channel="SMS", text="hello", act=Act())


@pytest.mark.parametrize("phrase", ["", "...", "... stop", "stop ...", "/", "a* b", "*", "stop / now", "!", "do-not call"])
def test_an_unsearchable_phrase_is_refused(phrase: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        upsert(InboundWord, kind="WISH", phrase=phrase, act=Act("me"))


def test_a_stop_word_with_a_slash_is_refused() -> None:
    with pytest.raises(ValueError, match="written out"):
        upsert(InboundWord, kind="STOP", phrase="stop/halt", act=Act("me"))


@pytest.mark.parametrize(
    ("phrase", "words", "found"),
    [
        ("stop", "PLEASE STOP NOW", [(1, 2)]),
        ("take me/us ... off", "TAKE US ALL RIGHT OFF", [(0, 5)]),
        ("take me/us ... off", "TAKE US A B C D OFF", []),
        ("unsub*", "I UNSUBSCRIBED UNSUB", [(1, 2), (2, 3)]),
        ("arrêt d autobus", "L ARRET D AUTOBUS", [(1, 4)]),
        ("a b", "A A B", [(1, 3)]),
        ("off ... list", "OFF LIST", [(0, 2)]),
    ],
)
def test_a_phrase_is_found_at_its_places(phrase: str, words: str, found: list[tuple[int, int]]) -> None:
    assert list(Finder([parsed(phrase)]).spans(words.split())) == found


@pytest.mark.parametrize(
    ("typed", "is_one"),
    [
        ("UNSUBSCRIBE", False),
        ("UNSUBSCRIB", True),
        ("UNSUBSCRIBEE", True),
        ("UNSUBSCRIVE", True),
        ("UNSUBSRCIBE", True),
        ("UNSUBSRIBEX", False),
        ("SUBSCRIBE", False),
        ("", False),
    ],
)
def test_one_typing_slip_is_a_letter_wrong_missing_extra_or_swapped(typed: str, is_one: bool) -> None:
    assert is_one_slip(typed, "UNSUBSCRIBE") is is_one


def test_the_api_lists_the_words(auditor: APIClient) -> None:
    words = auditor.get("/api/followups/inbound/words").json()
    assert len(words) == InboundWord.objects.count()
    stop = next(word for word in words if (word["kind"], word["phrase"]) == ("STOP", "stop"))
    assert (stop["language"], stop["enabled"], stop["changed_by"], stop["reason"]) == ("en", True, "seed", "safe default")
    assert "CASL" in stop["source"]


def test_an_operator_changes_words_with_a_reason_and_an_agent_does_not(user_of: Callable[..., User]) -> None:
    operator, agent = signed_in(user_of("operator")), signed_in(user_of("agent"))
    word = InboundWord.objects.get(kind="WISH", phrase="nuisance")
    page = f"{ADMIN}{word.pk}/change/"
    assert agent.get(page).status_code == 200
    assert agent.post(page, {"why": "x"}).status_code == 403
    form = form_with(operator.get(page), "source")
    form.pop("enabled", None)
    assert operator.post(page, {**form, "why": ""}).status_code == 200
    assert operator.post(page, {**form, "why": "says little"}).status_code == 302
    word.refresh_from_db()
    assert (word.enabled, word.changed_by, word.reason, word.version) == (False, "operator", "says little", 2)
    assert meaning("a nuisance") == "REPLY"


def test_a_word_is_added_in_the_admin_and_a_bad_one_is_named(admin_client: Client) -> None:
    form = {"kind": "WISH", "phrase": "Vade Retro", "language": "any", "source": "", "enabled": "on", "why": "met"}
    given = {**form, "expected_version": "0"}
    bad = admin_client.post(f"{ADMIN}add/", {**given, "phrase": "... x"})
    assert "must begin and end with a word" in bad.content.decode()
    assert admin_client.post(f"{ADMIN}add/", given).status_code == 302
    assert InboundWord.objects.get(phrase="vade retro").changed_by == "admin"
    assert meaning("vade retro!") == "DOUBTFUL"
