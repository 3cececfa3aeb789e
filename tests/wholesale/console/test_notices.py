"""Notices: each kind of fact tells the right users, once, in their language; what did not happen tells nobody."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from followups.sla.breaches import find_breaches
from governance.gate import engage_kill_switch, release_kill_switch
from kpi.tripwire.models import RegressionTrigger
from tests.factories import (
    NOON,
    BuyerImportFactory,
    InboxItemFactory,
    LeadFactory,
    LeadImportFactory,
    NoticeFactory,
    TaskFactory,
    TriggerFactory,
)
from tests.query_counts import counted, queries
from tests.staff import links, signed_in
from wholesale.console.notices import looking
from wholesale.console.notices.looking import look_for_facts
from wholesale.console.notices.models import Notice, NoticeWatch
from wholesale.console.notices.services import (
    NoticeGone,
    WayNotOpen,
    choose_ways,
    read_notice,
    unread_of,
)
from wholesale.console.notices.words import remedy_of, sentence
from wholesale.console.preferences.services import choose_settings
from wholesale.plumbing.act import Act
from wholesale.plumbing.housekeeping import clear_expired

pytestmark = pytest.mark.django_db

PAGE, BELL, SETTINGS = "/admin/notices/", "/admin/notices/bell/", "/admin/my-settings/"
MINUTE, QUARTER = timedelta(minutes=1), timedelta(minutes=15)
SOON = NOON + MINUTE


@pytest.fixture(autouse=True)
def blocking(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What blocks go-live by the runbook: at first nothing."""
    found: list[dict[str, Any]] = []
    monkeypatch.setattr(looking, "runbook_status", lambda now: {"blockers": found})
    return found


@pytest.fixture(autouse=True)
def staff(user_of: Callable[..., User]) -> dict[str, User]:
    """The users of the console: two agents, an operator, an integrator and an auditor; and an operator without it."""
    users = {
        name: user_of(role, username=name)
        for name, role in (("va1", "agent"), ("va2", "agent"), ("op", "operator"), ("bot", "integrator"), ("aud", "auditor"))
    }
    User.objects.update(is_staff=True)
    user_of("operator", username="api")
    return users


def look(at: Any = SOON) -> int:
    return look_for_facts(act=Act(at=at))


def told() -> dict[str, str]:
    """What each user is told, of who is told anything."""
    return {notice.user.username: sentence(notice) for notice in Notice.objects.select_related("user")}


def engage() -> None:
    engage_kill_switch(act=Act("op", reason="Jane Roe complained", at=NOON))


# Each kind --------------------------------------------------------------------------------------------------------------


def test_breaches_tell_the_owner_of_its_own_and_operators_of_all() -> None:
    for owner in ("va1", "va1", "va2", None):
        TaskFactory.create(owner=owner)
    late = NOON + timedelta(minutes=121)
    find_breaches(act=Act(at=late))

    look(late)

    said = {"va1": "2 tasks breached the SLA.", "va2": "1 task breached the SLA.", "op": "4 tasks breached the SLA."}
    assert told() == said
    pages = {notice.user.username: remedy_of(notice, notice.user) for notice in Notice.objects.all()}
    assert pages["va1"] == "/admin/followups/followuptask/queue/"
    assert pages["op"] == "/admin/followups/followuptask/?state=breached"


def test_the_kill_switch_tells_operators_both_ways() -> None:
    engage()
    look()
    assert told() == {"op": "The kill switch was engaged: nothing acts."}

    release_kill_switch(act=Act("op", reason="over", at=NOON + QUARTER))
    look(NOON + QUARTER + MINUTE)
    assert [sentence(notice) for notice in Notice.objects.all()] == [
        "The kill switch was released.",
        "The kill switch was engaged: nothing acts.",
    ]


def test_a_tripwire_tells_operators() -> None:
    trigger = TriggerFactory.create()
    look()
    assert told() == {"op": f"A tripwire went off: {trigger.policy}."}

    TriggerFactory.create(policy=trigger.policy, created_at=NOON + MINUTE)
    look()
    assert told() == {"op": "2 tripwires went off."}


def test_a_check_that_begins_to_block_tells_operators_once_for_as_long_as_it_does(blocking: list[dict[str, Any]]) -> None:
    look()
    assert told() == {}
    blocking += [{"id": "contact.digest_key"}, {"id": "kill_switch.free"}, {"id": "regression.triggers"}]

    assert [look(SOON + MINUTE), look(SOON + 2 * MINUTE), look(SOON + timedelta(hours=1))] == [1, 0, 0]
    assert told() == {"op": "A check of the runbook blocks go-live now: contact.digest_key."}

    blocking.clear()
    look(SOON + timedelta(hours=2))
    blocking += [{"id": "contact.digest_key"}, {"id": "market.zones"}]
    assert look(SOON + timedelta(hours=3)) == 1
    assert sentence(Notice.objects.all()[0]) == "2 more checks of the runbook block go-live."


def test_a_large_import_tells_its_user_and_operators(staff: dict[str, User]) -> None:
    done = {"is_large": True, "state": "DONE", "finished_at": NOON}
    of_bot = LeadImportFactory.create(user=staff["bot"], **done)
    LeadImportFactory.create(user=staff["bot"], **{**done, "is_large": False})
    LeadImportFactory.create(user=staff["bot"], is_large=True, state="CHECKED")
    look()
    assert told() == {"bot": "Import of leads: done.", "op": "Import of leads: done."}
    (own,) = Notice.objects.filter(user=staff["bot"])
    assert remedy_of(own, staff["bot"]) == f"/admin/followups/leadimport/{of_bot.pk}/change/"

    BuyerImportFactory.create(user=staff["op"], **{**done, "state": "FAILED", "finished_at": NOON + QUARTER})
    look(NOON + QUARTER + MINUTE)
    assert sentence(Notice.objects.all()[0]) == "Import of buyers: failed."
    assert Notice.objects.filter(user=staff["bot"]).count() == 1


def test_a_reply_tells_its_owner_and_one_of_nobody_tells_operators() -> None:
    InboxItemFactory.create(owner="va1")
    InboxItemFactory.create(owner="va1", done_at=NOON, done_by="va1")
    look()
    assert told() == {"va1": "1 reply waits in the inbox."}

    InboxItemFactory.create(owner=None)
    look()
    assert told()["op"] == "1 reply waits in the inbox."


# Once, and only what happened -------------------------------------------------------------------------------------------


def test_forty_breaches_of_a_quarter_of_an_hour_are_one_notice_that_counts_them(staff: dict[str, User]) -> None:
    late = NOON + timedelta(minutes=121)
    for n in range(4):
        for _ in range(10):
            TaskFactory.create(owner="va1")
        find_breaches(act=Act(at=late + n * MINUTE))
        look(late + n * MINUTE)
    assert look(late + 4 * MINUTE) == 0
    assert told() == {"va1": "40 tasks breached the SLA.", "op": "40 tasks breached the SLA."}


def test_a_notice_that_grows_is_unread_again_and_one_that_does_not_stays_read(staff: dict[str, User]) -> None:
    InboxItemFactory.create(owner="va1")
    look()
    notice = Notice.objects.get()
    read_notice(notice.pk, act=Act.by(staff["va1"]))
    assert (look(), unread_of(staff["va1"])) == (0, 0)

    InboxItemFactory.create(owner="va1", created_at=SOON)
    assert (look(), unread_of(staff["va1"])) == (1, 1)
    assert Notice.objects.get().count == 2


def test_what_is_rolled_back_tells_nobody() -> None:
    with transaction.atomic():
        release_kill_switch(act=Act("op", at=NOON))  # it is free: this changes nothing
        TriggerFactory.create()
        transaction.set_rollback(True)
    look()
    assert (told(), RegressionTrigger.objects.count()) == ({}, 0)


def test_a_fact_that_was_committed_late_is_found_and_what_is_old_is_no_news() -> None:
    look(NOON + 10 * MINUTE)
    InboxItemFactory.create(owner="va1")  # of noon, committed after that look
    look(NOON + 11 * MINUTE)
    assert "va1" in told()

    InboxItemFactory.create(owner="va2")
    look(NOON + timedelta(days=2))
    assert "va2" not in told()


def test_the_kill_switch_is_engaged_whatever_becomes_of_notices(monkeypatch: pytest.MonkeyPatch, operator: Any) -> None:
    """No verb writes a notice or enqueues anything for it: with the table gone from the look's reach it still succeeds."""

    def fails(*args: Any, **kwargs: Any) -> Any:
        raise RuntimeError("no notices today")

    monkeypatch.setattr(Notice.objects, "bulk_create", fails)
    monkeypatch.setattr("django_tasks.base.Task.enqueue", fails)
    answer = operator.post("/api/governance/go-live/kill-switch/engage", {"reason": "x"})
    assert answer.status_code == 200, answer.json()


def test_an_erased_lead_leaves_no_word_in_a_notice() -> None:
    lead = LeadFactory.create(lead_id="L1", first_name="Jane", last_name="Roe", phone="+14165550199")
    InboxItemFactory.create(owner="va1", lead=lead)
    TaskFactory.create(owner="va1", ladder__lead_id="L1")
    find_breaches(act=Act(at=NOON + timedelta(minutes=121)))
    look(NOON + timedelta(minutes=122))

    kept = str(list(Notice.objects.values_list()))
    assert not [word for word in ("Jane", "Roe", "5550199", "L1", "Jane Roe complained") if word in kept]


def test_each_user_is_told_in_its_language(staff: dict[str, User]) -> None:
    choose_settings(user=staff["op"], language="fr", zone="America/Vancouver", act=Act("me"))
    TaskFactory.create(owner="va1")
    find_breaches(act=Act(at=NOON + timedelta(minutes=121)))
    look(NOON + timedelta(minutes=122))

    with translation.override("fr-ca"):
        french = sentence(Notice.objects.get(user=staff["op"]))
    assert french != "1 task breached the SLA."
    page = signed_in(staff["op"]).get(PAGE).content.decode()
    assert french in page
    assert "13 h 01" in page  # 15:01 in Toronto
    assert "1 task breached the SLA." in signed_in(staff["va1"]).get(PAGE).content.decode()


# What each user chooses -------------------------------------------------------------------------------------------------


def test_each_chooses_by_kind_and_sees_only_kinds_that_may_concern_it(staff: dict[str, User]) -> None:
    offered = {
        name: list(signed_in(staff[name]).get(SETTINGS).context["notices"].fields) for name in ("va1", "bot", "aud", "op")
    }
    assert offered["va1"] == ["notice_sla", "notice_reply"]
    assert offered["bot"] == ["notice_sla", "notice_reply", "notice_import"]
    assert (offered["aud"], len(offered["op"])) == ([], 6)

    browser = signed_in(staff["va1"])
    browser.post(SETTINGS, {"language": "en", "zone": "UTC", "notice_sla": "OFF", "notice_reply": "MAIL"})
    InboxItemFactory.create(owner="va1")
    TaskFactory.create(owner="va1")
    find_breaches(act=Act(at=NOON + timedelta(minutes=121)))
    look(NOON + timedelta(minutes=122))
    look(NOON + timedelta(minutes=14))

    assert [(notice.kind, notice.in_app) for notice in Notice.objects.filter(user=staff["va1"])] == [("REPLY", False)]
    assert browser.get(BELL).json()["unread"] == 0


def test_the_kill_switch_is_never_out_of_the_app(staff: dict[str, User]) -> None:
    field = signed_in(staff["op"]).get(SETTINGS).context["notices"].fields["notice_kill_switch"]
    assert [value for value, _ in field.choices] == ["BOTH", "APP"]
    for user, ways in ((staff["op"], {"KILL_SWITCH": "OFF"}), (staff["va1"], {"KILL_SWITCH": "APP"})):
        with pytest.raises(WayNotOpen):
            choose_ways(user=user, ways=ways, act=Act("me"))


# The bell and the page --------------------------------------------------------------------------------------------------


def test_the_bell_counts_on_every_page_and_the_page_lists_the_unread_first(staff: dict[str, User]) -> None:
    va1, other = staff["va1"], NoticeFactory.create(user=staff["va2"])
    old = NoticeFactory.create(user=va1, kind="REPLY", at=NOON - timedelta(days=3), slot=NOON - timedelta(days=3))
    read = NoticeFactory.create(user=va1, read_at=NOON)
    NoticeFactory.create(user=va1, kind="REPLY", in_app=False)
    browser = signed_in(va1)

    page = browser.get(PAGE)
    assert [row["notice"].pk for row in page.context["rows"]] == [old.pk, read.pk]
    assert 'aria-label="Notices: 1 unread"' in page.content.decode()
    assert 'aria-label="Notices: 1 unread"' in browser.get("/admin/followups/lead/").content.decode()
    assert browser.get(BELL).json() == {"unread": 1, "number": "1", "label": "Notices: 1 unread"}

    assert browser.post(f"{PAGE}{old.pk}/read/", {"open": "1"})["Location"] == "/admin/followups/followuptask/inbox/"
    assert browser.get(BELL).json()["label"] == "Notices: nothing new"
    for stranger in (other.pk, 0, "x", "9" * 30):
        assert browser.post(f"{PAGE}{stranger}/read/").status_code == 404
    assert browser.get(f"{PAGE}{old.pk}/read/").status_code == 405
    assert Client().get(BELL).status_code == 302
    with pytest.raises(NoticeGone):
        read_notice(other.pk, act=Act.by(va1))


def test_all_that_was_on_the_page_is_marked_as_read(staff: dict[str, User]) -> None:
    slots = [NOON - n * QUARTER for n in range(101)]
    seen = [NoticeFactory.create(user=staff["op"], slot=slot) for slot in slots]
    browser = signed_in(staff["op"])
    page = browser.get(PAGE)
    assert (page.context["up_to"], browser.get(BELL).json()["number"]) == (seen[-1].pk, "99+")
    newer = NoticeFactory.create(user=staff["op"], kind="REPLY")

    browser.post(f"{PAGE}read/", {"up_to": seen[-1].pk})

    assert list(Notice.objects.filter(read_at=None)) == [newer]
    assert set(links(browser.get(PAGE))) >= {f"{SETTINGS}#notices"}


def test_a_look_and_the_page_ask_few_questions(staff: dict[str, User]) -> None:
    InboxItemFactory.create(owner="va1")
    with CaptureQueriesContext(connection) as looked:
        look()
    assert counted(looked) == queries("a look for notices that finds something")
    browser = signed_in(staff["va1"])
    with CaptureQueriesContext(connection) as shown:
        browser.get(PAGE)
    assert counted(shown) == queries("the page of notices")


def test_old_notices_are_removed_by_the_clean_up(staff: dict[str, User]) -> None:
    op, days = staff["op"], timedelta(days=1)
    NoticeFactory.create(user=op, read_at=NOON - 31 * days)
    NoticeFactory.create(user=op, kind="REPLY", at=NOON - 91 * days)
    kept = [
        NoticeFactory.create(user=op, kind="TRIPWIRE", read_at=NOON - 29 * days),
        NoticeFactory.create(user=op, kind="RUNBOOK", at=NOON - 89 * days),
    ]
    assert clear_expired(NOON).others == {"notices": 2}
    assert set(Notice.objects.all()) == set(kept)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_two_looks_at_once_tell_once(run_together: Any, staff: dict[str, User]) -> None:
    InboxItemFactory.create(owner="va1")
    assert sorted(run_together(2, lambda _: look())) == [0, 1]
    assert (Notice.objects.count(), NoticeWatch.objects.count()) == (1, 1)
