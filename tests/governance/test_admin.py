"""The admin of contact policies and of the kill switch."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.contrib.contenttypes.models import ContentType
from django.contrib.messages import get_messages
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import NoReverseMatch, reverse

from governance.golive.models import GoLiveState
from governance.golive.services import engage_kill_switch
from governance.market.models import MarketPolicy
from governance.market.rules import SAFE_RULES
from governance.market.words import channels_text, windows_text
from governance.policies import upsert
from governance.risk.models import RiskPolicy
from tests.staff import form_with, signed_in
from wholesale.plumbing.act import Act

pytestmark = pytest.mark.django_db

LIST = "/admin/governance/marketpolicy/"
ADD = "/admin/governance/marketpolicy/add/"


@pytest.fixture
def ontario() -> MarketPolicy:
    return MarketPolicy.objects.get(province="ON", market="ALL")


@pytest.fixture
def ops(user_of: Callable[..., User]) -> Client:
    """A browser of the operator `ops`."""
    return signed_in(user_of("operator", username="ops"))


def page_of(policy: MarketPolicy) -> str:
    return reverse("admin:governance_marketpolicy_change", args=[policy.pk])


def window(row: int, days: str, start: str, end: str) -> dict[str, Any]:
    return {f"windows-{row}-days": list(days), f"windows-{row}-start": start, f"windows-{row}-end": end}


def errors_of(response: Any) -> Any:
    assert response.status_code == 200
    return response.context["adminform"].form


# The list ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("days", "words"),
    [
        ([0, 1, 2, 3, 4], "Mon-Fri"),
        ([5], "Sat"),
        ([0, 2, 4], "Mon, Wed, Fri"),
        ([0, 1, 4, 5, 6], "Mon-Tue, Fri-Sun"),
        ([0, 1, 2, 3, 4, 5, 6], "Mon-Sun"),
    ],
)
def test_days_are_shown_as_ranges(days: list[int], words: str) -> None:
    rules = {"contact_windows_local": [{"days": days, "start": "09:00", "end": "20:00"}]}

    assert windows_text(rules) == f"{words} 9:00\xa0a.m.\xa0to\xa08:00\xa0p.m."


def test_the_list_shows_the_rules_in_words(admin_client: Client) -> None:
    page = admin_client.get(LIST).content.decode()

    assert "Mon-Fri 9:00\xa0a.m.\xa0to\xa08:00\xa0p.m., Sat 10:00\xa0a.m.\xa0to\xa06:00\xa0p.m." in page
    assert "Text message, Call, E-mail" in page
    assert "contact_windows_local" not in page


def test_no_window_is_shown_as_never_and_no_channel_as_none() -> None:
    rules: dict[str, Any] = {"contact_windows_local": [], "channels_allowed": []}

    assert (windows_text(rules), channels_text(rules)) == ("never", "none")


# Changing ---------------------------------------------------------------------------------------------------------------


def test_saving_an_unchanged_form_keeps_the_rules(ops: Client, ontario: MarketPolicy) -> None:
    form = form_with(ops.get(page_of(ontario)), "why")

    answer = ops.post(page_of(ontario), {**form, "why": "Looked at it"})

    stored = MarketPolicy.objects.get(pk=ontario.pk)
    assert answer.status_code == 302
    assert (stored.rules, stored.enabled) == (ontario.rules, ontario.enabled)
    assert (stored.version, stored.changed_by, stored.reason) == (ontario.version + 1, "ops", "Looked at it")


def test_rules_are_edited_as_checkboxes_times_and_a_number(ops: Client, ontario: MarketPolicy) -> None:
    form = form_with(ops.get(page_of(ontario)), "why")
    del form["enabled"]

    ops.post(
        page_of(ontario),
        {
            **form,
            **window(0, "02", "10:00", "12:30"),
            "windows-1-DELETE": "on",
            **window(2, "6", "13:00", "14:00"),  # the first spare row
            "channels": ["SMS", "EMAIL"],
            "min_score": "0.7",
            "why": "Fewer calls",
        },
    )

    stored = MarketPolicy.objects.get(pk=ontario.pk)
    assert stored.rules == {
        "contact_windows_local": [
            {"days": [0, 2], "start": "10:00", "end": "12:30"},
            {"days": [6], "start": "13:00", "end": "14:00"},
        ],
        "channels_allowed": ["SMS", "EMAIL"],
        "min_lead_score_to_contact": 0.7,
    }
    assert not stored.enabled


def test_a_save_uses_the_service_and_records_its_author(ops: Client, ontario: MarketPolicy) -> None:
    form = form_with(ops.get(page_of(ontario)), "why")

    ops.post(page_of(ontario), {**form, "min_score": "0.5", "why": "Too strict"})

    record = ontario.history.first()
    assert (record.version, record.changed_by, record.reason) == (2, "ops", "Too strict")
    assert record.history_user.username == record.user.username == "ops"
    assert record.history_change_reason == "Too strict"
    assert ontario.history.count() == 2


def test_every_window_may_be_removed(ops: Client, ontario: MarketPolicy) -> None:
    form = form_with(ops.get(page_of(ontario)), "why")
    removed = {"windows-0-DELETE": "on", "windows-1-DELETE": "on"}

    ops.post(page_of(ontario), {**form, **removed, "channels": [], "why": "Nobody is contacted"})

    stored = MarketPolicy.objects.get(pk=ontario.pk)
    assert stored.rules["contact_windows_local"] == []
    assert stored.rules["channels_allowed"] == []


def test_every_save_needs_a_reason(ops: Client, ontario: MarketPolicy) -> None:
    form = form_with(ops.get(page_of(ontario)), "why")
    assert form["why"] == [""]

    answer = ops.post(page_of(ontario), {**form, "why": "   "})

    assert list(errors_of(answer).errors) == ["why"]
    assert MarketPolicy.objects.get(pk=ontario.pk).version == ontario.version


def test_the_place_of_a_policy_cannot_change(ops: Client, ontario: MarketPolicy) -> None:
    form = form_with(ops.get(page_of(ontario)), "why")
    assert not {"province", "market"} & set(form)

    ops.post(page_of(ontario), {**form, "province": "QC", "market": "MONTREAL", "why": "Move it"})

    stored = MarketPolicy.objects.get(pk=ontario.pk)
    assert (stored.province, stored.market) == ("ON", "ALL")
    assert not MarketPolicy.objects.filter(market="MONTREAL").exists()


# Errors -----------------------------------------------------------------------------------------------------------------


def test_an_error_of_the_rules_is_shown_at_its_row(ops: Client, ontario: MarketPolicy) -> None:
    form = form_with(ops.get(page_of(ontario)), "why")
    windows = {
        "windows-0-DELETE": "on",  # so that the numbers of rows and windows differ
        **window(2, "5", "17:00", "19:00"),
        **window(3, "6", "15:00", "14:00"),
    }

    answer = ops.post(page_of(ontario), {**form, **windows, "why": "x"})

    rows = errors_of(answer).windows.forms
    assert rows[0].errors == rows[1].errors == {}
    assert rows[2].non_field_errors() == ["Overlaps or touches another window of the same day."]
    assert list(rows[3].errors) == ["end"]
    assert MarketPolicy.objects.get(pk=ontario.pk).version == ontario.version


def test_touching_windows_are_named_at_the_second(ops: Client, ontario: MarketPolicy) -> None:
    form = form_with(ops.get(page_of(ontario)), "why")

    answer = ops.post(page_of(ontario), {**form, **window(2, "5", "18:00", "19:00"), "why": "x"})

    rows = errors_of(answer).windows.forms
    assert [list(row.non_field_errors()) for row in rows] == [
        [],
        [],
        ["Overlaps or touches another window of the same day."],
        [],
    ]
    assert "A contact window needs correction" in answer.content.decode()
    assert MarketPolicy.objects.get(pk=ontario.pk).version == ontario.version


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"windows-2-days": ["0"], "windows-2-start": "", "windows-2-end": "09:00"}, "start"),
        ({"windows-2-days": [], "windows-2-start": "08:00", "windows-2-end": "09:00"}, "days"),
        ({"windows-2-days": ["7"], "windows-2-start": "08:00", "windows-2-end": "09:00"}, "days"),
        ({"windows-2-days": ["6"], "windows-2-start": "08:00", "windows-2-end": "25:00"}, "end"),
    ],
)
def test_a_half_filled_row_says_what_is_missing(
    given: dict[str, Any], field: str, ops: Client, ontario: MarketPolicy
) -> None:
    form = form_with(ops.get(page_of(ontario)), "why")

    answer = ops.post(page_of(ontario), {**form, **given, "why": "x"})

    assert list(errors_of(answer).windows.forms[2].errors) == [field]
    assert MarketPolicy.objects.get(pk=ontario.pk).version == ontario.version


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"min_score": "1.5"}, "min_score"),
        ({"min_score": "-0.1"}, "min_score"),
        ({"min_score": "0.12345"}, "min_score"),
        ({"min_score": ""}, "min_score"),
        ({"channels": ["FAX"]}, "channels"),
        ({"why": "x" * 1001}, "why"),
    ],
)
def test_a_wrong_field_is_named(given: dict[str, Any], field: str, ops: Client, ontario: MarketPolicy) -> None:
    form = form_with(ops.get(page_of(ontario)), "why")

    answer = ops.post(page_of(ontario), {**form, "why": "x", **given})

    assert list(errors_of(answer).errors) == [field]
    assert MarketPolicy.objects.get(pk=ontario.pk).version == ontario.version


# Calls and the law ------------------------------------------------------------------------------------------------------


def own_window(channel: str, row: int, days: str, start: str, end: str) -> dict[str, Any]:
    return {name.replace("windows", f"windows_{channel}"): v for name, v in window(row, days, start, end).items()}


def said(answer: Any) -> list[str]:
    return [str(message) for message in get_messages(answer.wsgi_request)]


def test_a_window_with_unlawful_calls_is_refused_at_its_row(ops: Client, ontario: MarketPolicy) -> None:
    form = form_with(ops.get(page_of(ontario)), "why")

    answer = ops.post(page_of(ontario), {**form, **window(2, "6", "08:00", "12:00"), "why": "Sundays"})

    rows = errors_of(answer).windows.forms
    assert [bool(row.errors) for row in rows] == [False, False, True, False]
    assert "from 10:00 until before 18:00 at weekends" in rows[2].non_field_errors()[0]
    assert MarketPolicy.objects.get(pk=ontario.pk).version == ontario.version


@pytest.mark.parametrize("others", [{"channels": ["SMS", "EMAIL"]}, {"own_windows": ["CALL"]}])
def test_an_unlawful_window_unused_by_calls_is_stored_with_a_warning(
    others: dict[str, Any], ops: Client, ontario: MarketPolicy
) -> None:
    form = form_with(ops.get(page_of(ontario)), "why")

    answer = ops.post(page_of(ontario), {**form, **window(2, "6", "08:00", "12:00"), **others, "why": "Sundays"})

    assert answer.status_code == 302
    assert MarketPolicy.objects.get(pk=ontario.pk).rules["contact_windows_local"][2]["start"] == "08:00"
    assert [text.split(":")[0] for text in said(answer) if "wider" in text] == ["Text message", "E-mail"]


def test_a_last_minute_too_late_for_calls_is_stored_with_a_warning(ops: Client, ontario: MarketPolicy) -> None:
    form = form_with(ops.get(page_of(ontario)), "why")

    answer = ops.post(page_of(ontario), {**form, "why": "Looked at it"})

    assert answer.status_code == 302
    assert [text for text in said(answer) if text.startswith("Call: The law allows calls from 10:00 until before 18:00")]


def test_a_channel_gets_windows_of_its_own(ops: Client, ontario: MarketPolicy) -> None:
    form = form_with(ops.get(page_of(ontario)), "why")
    assert "own_windows" not in form
    assert form["windows_CALL-0-start"] == ["09:00"]  # a channel begins with the common windows

    own = {"windows_CALL-1-DELETE": "on", **own_window("CALL", 0, "13", "10:00", "12:00")}
    ops.post(page_of(ontario), {**form, **own, "own_windows": ["CALL"], "holidays": "closed", "why": "Calls by day"})

    stored = MarketPolicy.objects.get(pk=ontario.pk)
    assert stored.rules == {
        **SAFE_RULES,
        "channel_windows": {"CALL": [{"days": [1, 3], "start": "10:00", "end": "12:00"}]},
        "holidays": "closed",
    }
    again = form_with(ops.get(page_of(ontario)), "why")
    assert (again["own_windows"], again["holidays"], again["windows_CALL-0-days"]) == (["CALL"], ["closed"], ["1", "3"])
    ops.post(page_of(ontario), {**again, "why": "The same"})
    assert MarketPolicy.objects.get(pk=ontario.pk).rules == stored.rules
    page = ops.get(LIST).content.decode()
    assert "Sat 10:00\xa0a.m.\xa0to\xa06:00\xa0p.m.; Call: Tue, Thu 10:00\xa0a.m.\xa0to\xa012:00\xa0p.m." in page


def test_the_rules_of_bc_for_calls_are_chosen_and_its_warning_is_shown(ops: Client, ontario: MarketPolicy) -> None:
    bc = MarketPolicy.objects.get(province="BC", market="ALL")
    page = ops.get(page_of(bc))
    text = page.content.decode()
    assert "Consumer Protection BC" in text
    assert "whether they bind a buyer is doubtful" in text
    assert "calling hours know none" not in text
    form = form_with(page, "why")
    assert "one_call" not in form  # off until it is switched on

    ops.post(page_of(bc), {**form, "call_holidays": "normal", "one_call": "on", "why": "Counsel of May"})

    stored = MarketPolicy.objects.get(pk=bc.pk).rules
    assert stored == {**SAFE_RULES, "call_holidays": "normal", "one_call_in_30_days": True}
    again = form_with(ops.get(page_of(bc)), "why")
    assert (again["call_holidays"], again["one_call"]) == (["normal"], ["on"])
    del again["one_call"]
    ops.post(page_of(bc), {**again, "call_holidays": "", "why": "As it was"})
    assert MarketPolicy.objects.get(pk=bc.pk).rules == SAFE_RULES


def test_an_unticked_channel_uses_the_common_windows_again(ops: Client, ontario: MarketPolicy) -> None:
    own = {**SAFE_RULES, "channel_windows": {"EMAIL": []}, "holidays": "weekend_hours"}
    upsert(MarketPolicy, province="ON", rules=own, act=Act("Ada"))
    form = form_with(ops.get(page_of(ontario)), "why")
    assert form["own_windows"] == ["EMAIL"]
    del form["own_windows"]

    ops.post(page_of(ontario), {**form, "holidays": "normal", "why": "As all"})

    assert MarketPolicy.objects.get(pk=ontario.pk).rules == SAFE_RULES


def test_an_error_in_a_channels_windows_is_shown_at_its_row(ops: Client, ontario: MarketPolicy) -> None:
    form = form_with(ops.get(page_of(ontario)), "why")
    wrong = {"windows_CALL-0-DELETE": "on", **own_window("CALL", 2, "0", "08:00", "10:00")}
    crossed = own_window("SMS", 3, "0", "21:00", "20:30")

    late = ops.post(page_of(ontario), {**form, **wrong, "own_windows": ["CALL"], "why": "x"})
    both = ops.post(page_of(ontario), {**form, **wrong, **crossed, "own_windows": ["CALL", "SMS"], "why": "x"})

    assert [bool(row.errors) for row in errors_of(late).channel_windows["CALL"].forms] == [False, False, True, False]
    assert list(errors_of(both).channel_windows["SMS"].forms[3].errors) == ["end"]
    assert "A contact window needs correction" in both.content.decode()
    assert MarketPolicy.objects.get(pk=ontario.pk).version == ontario.version


def test_values_for_an_unticked_channel_are_ignored(ops: Client, ontario: MarketPolicy) -> None:
    form = form_with(ops.get(page_of(ontario)), "why")

    answer = ops.post(page_of(ontario), {**form, **own_window("CALL", 0, "0", "23:00", "01:00"), "why": "x"})

    assert answer.status_code == 302
    assert MarketPolicy.objects.get(pk=ontario.pk).rules == SAFE_RULES


def test_the_history_shows_a_channels_windows_and_the_holidays(ops: Client, ontario: MarketPolicy) -> None:
    own = {**SAFE_RULES, "channel_windows": {"CALL": []}, "holidays": "closed"}
    upsert(MarketPolicy, province="ON", rules=own, act=Act("Ada"))

    latest = ops.get(reverse("admin:governance_marketpolicy_history", args=[ontario.pk])).context["page_obj"][0]

    assert latest.history_delta_changes == [
        {"field": "Contact windows, Call, Mon-Sun", "old": "as for every channel", "new": "never"},
        {"field": "Statutory holidays", "old": "A day like any other", "new": "No contact"},
    ]


# Two editors ------------------------------------------------------------------------------------------------------------


def test_a_stale_form_writes_nothing_and_loses_nothing(ops: Client, ontario: MarketPolicy) -> None:
    form = form_with(ops.get(page_of(ontario)), "why")
    upsert(MarketPolicy, province="ON", enabled=False, act=Act("Ada", reason="Strike"))

    answer = ops.post(page_of(ontario), {**form, **window(0, "3", "11:00", "12:00"), "min_score": "0.9", "why": "Mine"})

    page = answer.content.decode()
    again = form_with(answer, "why")
    stored = MarketPolicy.objects.get(pk=ontario.pk)
    assert "changed by Ada" in page
    assert "Strike" in page
    assert reverse("admin:governance_marketpolicy_history", args=[ontario.pk]) in page
    assert (stored.version, stored.changed_by, stored.rules) == (2, "Ada", ontario.rules)
    assert (again["min_score"], again["why"], again["windows-0-days"]) == (["0.9"], ["Mine"], ["3"])
    assert again["windows-0-start"] == ["11:00"]


def test_an_editor_who_saw_the_other_change_may_save(ops: Client, ontario: MarketPolicy) -> None:
    form = form_with(ops.get(page_of(ontario)), "why")
    upsert(MarketPolicy, province="ON", enabled=False, act=Act("Ada", reason="Strike"))
    again = form_with(ops.post(page_of(ontario), {**form, "min_score": "0.9", "why": "Mine"}), "why")

    answer = ops.post(page_of(ontario), again)

    stored = MarketPolicy.objects.get(pk=ontario.pk)
    assert answer.status_code == 302
    assert (stored.version, stored.changed_by, stored.reason) == (3, "ops", "Mine")
    assert stored.rules["min_lead_score_to_contact"] == 0.9


@pytest.mark.parametrize("sent", ["", "many", "0", "99"])
def test_a_form_without_a_valid_version_is_stale(sent: str, ops: Client, ontario: MarketPolicy) -> None:
    form = form_with(ops.get(page_of(ontario)), "why")

    answer = ops.post(page_of(ontario), {**form, "expected_version": sent, "why": "x"})

    assert "Nothing was saved" in answer.content.decode()
    assert MarketPolicy.objects.get(pk=ontario.pk).version == ontario.version


# Adding -----------------------------------------------------------------------------------------------------------------


def test_a_market_gets_a_policy_of_its_own(ops: Client) -> None:
    form = form_with(ops.get(ADD), "why")
    assert form["province"] == [""]  # no default: the editor must choose

    answer = ops.post(ADD, {**form, "province": "NL", "market": "St. John's", "why": "Other hours"})

    made = MarketPolicy.objects.get(province="NL", market="ST_JOHNS")
    assert answer.status_code == 302
    assert made.rules == SAFE_RULES
    assert (made.version, made.enabled, made.changed_by) == (1, False, "ops")
    assert made.history.get().history_user.username == "ops"


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"market": "!!"}, "market"),
        ({"market": ""}, "market"),
        ({"province": "ZZ"}, "province"),
        ({"province": ""}, "province"),
    ],
)
def test_an_invalid_place_is_named(given: dict[str, str], field: str, ops: Client) -> None:
    form = form_with(ops.get(ADD), "why")

    answer = ops.post(ADD, {**form, "province": "NL", "market": "GANDER", "why": "x", **given})

    assert list(errors_of(answer).errors) == [field]
    assert MarketPolicy.objects.count() == 13


def test_a_second_policy_for_a_place_is_refused(ops: Client, ontario: MarketPolicy) -> None:
    form = form_with(ops.get(ADD), "why")

    answer = ops.post(ADD, {**form, "province": "ON", "market": " all ", "why": "x"})

    assert "already exists" in answer.content.decode()
    assert MarketPolicy.objects.get(pk=ontario.pk).version == ontario.version


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_one_of_many_concurrent_additions_of_a_market_wins_and_the_others_are_told(
    admin_user: User, run_together: Callable[..., list[Any]]
) -> None:
    clients = [signed_in(admin_user) for _ in range(8)]
    forms = [form_with(client.get(ADD), "why") for client in clients]

    def add(n: int) -> Any:
        return clients[n].post(ADD, {**forms[n], "province": "NL", "market": "GANDER", "why": str(n)})

    answers = run_together(8, add)

    assert sorted(answer.status_code for answer in answers) == [200] * 7 + [302]
    assert all("already exists" in answer.content.decode() for answer in answers if answer.status_code == 200)
    assert MarketPolicy.objects.get(market="GANDER").version == 1


# History ----------------------------------------------------------------------------------------------------------------


def test_the_history_shows_who_when_why_and_what(ops: Client, ontario: MarketPolicy) -> None:
    form = form_with(ops.get(page_of(ontario)), "why")
    del form["enabled"]
    ops.post(page_of(ontario), {**form, "min_score": "0.5", "channels": ["SMS"], "why": "Strike of the dialers"})

    page = ops.get(reverse("admin:governance_marketpolicy_history", args=[ontario.pk]))

    latest, first = page.context["page_obj"]
    assert latest.history_delta_changes == [
        {"field": "State", "old": "On", "new": "Off"},
        {"field": "Channels", "old": "Text message, Call, E-mail", "new": "Text message"},
        {"field": "Minimum lead score", "old": "65%", "new": "50%"},
    ]
    assert first.history_delta_changes[1] == {
        "field": "Contact windows",
        "old": "",
        "new": "Mon-Fri 9:00\xa0a.m.\xa0to\xa08:00\xa0p.m., Sat 10:00\xa0a.m.\xa0to\xa06:00\xa0p.m.",
    }
    text = page.content.decode()
    assert "Strike of the dialers" in text
    assert "ops" in text


def test_the_history_cannot_be_reverted(admin_client: Client, ontario: MarketPolicy) -> None:
    path = reverse("admin:governance_marketpolicy_history", args=[ontario.pk])

    page = admin_client.post(path, {"why": "back"})

    assert "evert" not in page.content.decode()
    with pytest.raises(NoReverseMatch):
        reverse("admin:governance_marketpolicy_simple_history", args=[ontario.pk, ontario.history.get().pk])
    assert ontario.history.count() == 1


def test_a_long_history_takes_as_many_queries_as_a_short_one(admin_client: Client, ontario: MarketPolicy) -> None:
    path = reverse("admin:governance_marketpolicy_history", args=[ontario.pk])
    user = User.objects.get(username="admin")

    def queries() -> int:
        ContentType.objects.clear_cache()  # the process caches them, so each count begins with an empty cache
        with CaptureQueriesContext(connection) as captured:
            admin_client.get(path)
        return len(captured)

    for n in range(20):
        upsert(MarketPolicy, province="ON", enabled=bool(n % 2), act=Act("ops", user=user, reason=str(n)))
        if n == 1:
            short = queries()

    assert queries() == short


# The kill switch --------------------------------------------------------------------------------------------------------


def verb(name: str) -> str:
    return reverse(f"admin:governance_golivestate_{name}")


def engaged() -> bool:
    return GoLiveState.objects.get().kill_switch_engaged


def live() -> bool:
    return GoLiveState.objects.get().go_live_enabled


def test_the_kill_switch_is_engaged_with_a_reason(ops: Client) -> None:
    form = form_with(ops.get(verb("engage")), "reason")

    answer = ops.post(verb("engage"), {**form, "reason": "Texts went out twice"})

    state = GoLiveState.objects.get()
    assert answer["Location"] == reverse("admin:governance_golivestate_changelist")
    assert (state.kill_switch_engaged, state.changed_by, state.reason) == (True, "ops", "Texts went out twice")
    assert state.user is not None
    assert state.user.username == "ops"
    assert state.history.first().history_user.username == "ops"


def test_the_kill_switch_is_released_with_a_reason(ops: Client) -> None:
    GoLiveState.objects.update(kill_switch_engaged=True)

    ops.post(verb("release"), {"reason": "Mended"})

    assert not engaged()
    assert GoLiveState.objects.get().reason == "Mended"


def test_the_release_page_shows_who_engaged_it_when_and_why(ops: Client) -> None:
    state = engage_kill_switch(act=Act("tripwire", reason="contract_rate fell", at=datetime(2026, 11, 24, 9, 5, tzinfo=UTC)))
    assert str(state) == "Kill switch engaged"
    page = ops.get(verb("release"))
    assert page.context["table"]["rows"] == [
        ["Engaged", "Off", "tripwire", "Tue, Nov 24, 2026, 9:05 a.m.", "contract_rate fell"]
    ]
    assert "contract_rate fell" in page.content.decode()


each_verb = pytest.mark.parametrize(
    ("name", "before"), [("engage", False), ("release", True), ("enable", False), ("disable", True)]
)


@each_verb
def test_opening_the_page_changes_nothing(name: str, before: bool, ops: Client) -> None:
    GoLiveState.objects.update(kill_switch_engaged=before, go_live_enabled=before)

    for answer in (ops.get(verb(name)), ops.get(verb(name), {"reason": "x"}), ops.head(verb(name))):
        assert answer.status_code == 200

    assert (engaged(), live()) == (before, before)


@each_verb
def test_without_a_reason_nothing_happens(name: str, before: bool, ops: Client) -> None:
    GoLiveState.objects.update(kill_switch_engaged=before, go_live_enabled=before)

    answer = ops.post(verb(name), {"reason": " "})

    assert "This field is required." in answer.content.decode()
    assert (engaged(), live()) == (before, before)


VERBS = {
    "engage": "engage_kill_switch",
    "release": "release_kill_switch",
    "enable": "enable_go_live",
    "disable": "disable_go_live",
}


@pytest.mark.parametrize("name", VERBS)
def test_each_button_needs_its_own_permission(name: str, user_of: Callable[..., User]) -> None:
    user = user_of("operator")
    others = [permission for verb_name, permission in VERBS.items() if verb_name != name]
    user.groups.clear()
    user.user_permissions.set(Permission.objects.filter(codename__in=["view_golivestate", *others]))
    client = signed_in(user)
    GoLiveState.objects.update(kill_switch_engaged=name == "release", go_live_enabled=name == "disable")

    assert client.post(verb(name), {"reason": "x"}).status_code == 403
    assert engaged() is (name == "release")
    assert live() is (name == "disable")
    assert verb(name) not in client.get(reverse("admin:governance_golivestate_changelist")).content.decode()


def test_only_a_button_that_changes_something_is_shown(ops: Client) -> None:
    pages = (
        reverse("admin:governance_golivestate_changelist"),
        reverse("admin:governance_golivestate_change", args=[1]),
    )

    for before in (False, True):
        GoLiveState.objects.update(kill_switch_engaged=before, go_live_enabled=before)
        for path in pages:
            page = ops.get(path).content.decode()
            assert ("/engage/" in page) is not before
            assert ("/release/" in page) is before
            assert ("/enable/" in page) is not before
            assert ("/disable/" in page) is before


def test_a_missing_row_counts_as_engaged_and_can_be_released(ops: Client) -> None:
    GoLiveState.objects.all().delete()
    page = ops.get(reverse("admin:governance_golivestate_changelist")).content.decode()
    assert verb("release") in page
    assert verb("engage") not in page

    ops.post(verb("release"), {"reason": "Row was lost"})

    assert not engaged()


def test_the_page_of_the_state_shows_what_holds_on_this_server(ops: Client, settings: Any) -> None:
    path = reverse("admin:governance_golivestate_change", args=[1])
    for enforced, words in ((True, "this server starts no ladder"), (False, "GO_LIVE_ENFORCE is false")):
        settings.GO_LIVE_ENFORCE = enforced
        assert words in ops.get(path).content.decode()


def test_the_history_of_the_state_can_be_read(ops: Client) -> None:
    ops.post(verb("engage"), {"reason": "Drill"})

    page = ops.get(reverse("admin:governance_golivestate_history", args=[1]))

    assert page.context["page_obj"][0].history_delta_changes == [{"field": "Kill switch", "old": "Free", "new": "Engaged"}]
    assert "Drill" in page.content.decode()


# Go-live ----------------------------------------------------------------------------------------------------------------


def test_go_live_is_enabled_with_a_reason_when_nothing_blocks(ops: Client) -> None:
    page = ops.get(verb("enable"))
    assert "All 13 provinces have a contact policy." in page.content.decode()
    assert 'role="alert"' not in page.content.decode()

    answer = ops.post(verb("enable"), {**form_with(page, "reason"), "reason": "The flow is proven"})

    state = GoLiveState.objects.get()
    assert answer["Location"] == reverse("admin:governance_golivestate_changelist")
    assert (state.go_live_enabled, state.changed_by, state.reason) == (True, "ops", "The flow is proven")
    assert state.history.first().history_user.username == "ops"


def test_go_live_is_disabled_with_a_reason(ops: Client) -> None:
    GoLiveState.objects.update(go_live_enabled=True)

    ops.post(verb("disable"), {"reason": "Holiday"})

    assert not live()
    assert GoLiveState.objects.get().reason == "Holiday"


def test_go_live_is_refused_with_blockers_and_each_is_named(ops: Client) -> None:
    GoLiveState.objects.update(kill_switch_engaged=True, changed_by="ada", reason="Drill")
    RiskPolicy.objects.filter(engine="GLOBAL").update(enabled=False)
    before = GoLiveState.history.count()
    page = ops.get(verb("enable")).content.decode()
    assert "It has a blocker" in page
    assert page.index("kill_switch.free") < page.index("heimdall.charter")

    answer = ops.post(verb("enable"), {"reason": "We want to"})

    assert answer.status_code == 200
    assert answer.context["form"].non_field_errors() == [
        "kill_switch.free: The kill switch was engaged by ada: Drill",
        "risk.caps: The risk policy GLOBAL is missing or off: nothing can be reserved.",
    ]
    assert form_with(answer, "reason")["reason"] == ["We want to"]
    assert not live()
    assert GoLiveState.history.count() == before


def test_a_missing_row_is_not_live_and_cannot_go_live(ops: Client) -> None:
    GoLiveState.objects.all().delete()
    page = ops.get(reverse("admin:governance_golivestate_changelist")).content.decode()
    assert verb("enable") in page
    assert verb("disable") not in page

    answer = ops.post(verb("enable"), {"reason": "x"})

    assert "kill_switch.free" in answer.content.decode()
    assert not GoLiveState.objects.exists()
