"""The contact decision as a pure function: every reason, and properties for any policy, lead and instant."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from governance.clocks.calling_hours import CALLING_HOURS, LegalHours
from governance.clocks.zones import CANADIAN_ZONES
from governance.decisions import Decision
from governance.gate.facts import PolicyFacts, Situation
from governance.gate.permission import next_allowed_at
from governance.gate.reasons import Reason
from governance.gate.verdict import decide
from governance.grounds import consent_expiry
from governance.market.rules import Rules
from governance.organisation.rules import OrganisationFacts
from tests.governance.situations import (
    ALWAYS,
    EVERY_DAY,
    SENDER,
    by_search,
    clock,
    is_legal,
    is_open,
    is_permitted_on_file,
    is_rested,
    line,
    rules,
    situation,
    window,
    zone,
)
from wholesale.plumbing.vocabulary import Province

TUESDAY = datetime(2026, 12, 15, 18, 0, tzinfo=UTC)  # 13:00 in Toronto
YEAR_AGO = TUESDAY - timedelta(days=365)
REGISTERED: dict[str, Any] = {"registration_number": "123", "registration_expires_on": date(2027, 1, 1)}
STRICT = OrganisationFacts(sender=SENDER, **REGISTERED)
LENIENT = OrganisationFacts(sender=SENDER, consent="warn", scrub="warn", **REGISTERED)
CONSENT = line("CONSENT", YEAR_AGO, basis="EXPRESS")
SCRUB = line("SCRUB", TUESDAY - timedelta(days=3))


# Each reason ------------------------------------------------------------------------------------------------------------

OFFICE = rules((range(5), "09:00", "17:00"))
FALSE_SCORE = PolicyFacts("ALL", 1, True, replace(OFFICE, min_score=Decimal("0.65")))
# Reason -> the changes that cause it alone, the channel, the time, and who refuses (system, policy, law or person).
EACH: dict[Reason, tuple[dict[str, Any], str, datetime, str]] = {
    Reason.KILL_SWITCH_ENGAGED: ({"standing": Decision(False, "KILL_SWITCH_ENGAGED")}, "SMS", TUESDAY, "system"),
    Reason.GO_LIVE_DISABLED: ({"standing": Decision(False, "GO_LIVE_DISABLED")}, "SMS", TUESDAY, "system"),
    Reason.NO_POLICY: ({"policy": None}, "SMS", TUESDAY, "policy"),
    Reason.POLICY_DISABLED: ({"policy": PolicyFacts("ALL", 1, False, OFFICE)}, "SMS", TUESDAY, "policy"),
    Reason.CHANNEL_NOT_ALLOWED: ({"rules": replace(OFFICE, channels=frozenset({"SMS"}))}, "CALL", TUESDAY, "policy"),
    Reason.LEDGER_UNREADABLE: (
        {"ledger": (CONSENT,), "organisation": OrganisationFacts(sender=SENDER, is_ledger_readable=False)},
        "SMS",
        TUESDAY,
        "law",
    ),
    Reason.OPTED_OUT: ({"ledger": (CONSENT, line("OPT_OUT", YEAR_AGO, "SMS"))}, "SMS", TUESDAY, "law"),
    Reason.INBOUND_UNDECIDED: ({"ledger": (CONSENT, line("HOLD", YEAR_AGO))}, "SMS", TUESDAY, "law"),
    Reason.LEAD_CLOSED: ({"is_closed": True}, "SMS", TUESDAY, "policy"),
    Reason.WRONG_NUMBER: ({"is_wrong": True}, "SMS", TUESDAY, "policy"),
    Reason.CONSENT_MISSING: ({"ledger": ()}, "SMS", TUESDAY, "law"),
    Reason.CONSENT_EXPIRED: (
        {"ledger": (line("CONSENT", YEAR_AGO, "EMAIL", basis="INQUIRY", expires_at=TUESDAY),)},
        "EMAIL",
        TUESDAY,
        "law",
    ),
    Reason.NOT_IDENTIFIED: (
        {"ledger": (CONSENT,), "organisation": OrganisationFacts(sender=SENDER._replace(mailing_address=" "))},
        "SMS",
        TUESDAY,
        "law",
    ),
    Reason.NOT_REGISTERED: ({"ledger": (SCRUB,), "organisation": OrganisationFacts(sender=SENDER)}, "CALL", TUESDAY, "law"),
    Reason.AREA_CODE_NOT_SUBSCRIBED: ({"ledger": (SCRUB,), "subscribed_until": None}, "CALL", TUESDAY, "law"),
    Reason.SCRUB_MISSING: ({"ledger": ()}, "CALL", TUESDAY, "law"),
    Reason.SCRUB_EXPIRED: ({"ledger": (line("SCRUB", YEAR_AGO),)}, "CALL", TUESDAY, "law"),
    Reason.LEAD_SCORE_BELOW_MINIMUM: ({"policy": FALSE_SCORE, "lead_score": Decimal("0.64")}, "SMS", TUESDAY, "policy"),
    Reason.CONTACTED_RECENTLY: ({"contacted_at": TUESDAY, "gap": timedelta(minutes=1)}, "SMS", TUESDAY, "policy"),
    Reason.CALL_AGAIN_TOO_SOON: (
        {"rules": replace(OFFICE, one_call_in_30_days=True), "answered_at": TUESDAY, "ledger": (SCRUB,)},
        "CALL",
        TUESDAY,
        "law",
    ),
    Reason.OUTSIDE_LEGAL_HOURS: ({"rules": rules(ALWAYS)}, "CALL", TUESDAY + timedelta(hours=9), "law"),
    Reason.CLOSED_DAY: ({"closed_days": frozenset({TUESDAY.date()})}, "SMS", TUESDAY, "policy"),
    Reason.OUTSIDE_CONTACT_WINDOW: ({}, "SMS", TUESDAY + timedelta(hours=5), "policy"),
}
FRENCH_WORDS = {
    Reason.KILL_SWITCH_ENGAGED: "arrêt d'urgence",
    Reason.GO_LIVE_DISABLED: "n'est pas en service",
    Reason.NO_POLICY: "Aucune politique",
    Reason.POLICY_DISABLED: "désactivée",
    Reason.CHANNEL_NOT_ALLOWED: "ne permet pas ce canal",
    Reason.LEDGER_UNREADABLE: "introuvable",
    Reason.OPTED_OUT: "ne plus être contactée",
    Reason.INBOUND_UNDECIDED: "un refus d'être contacté",
    Reason.LEAD_CLOSED: "est fermé",
    Reason.WRONG_NUMBER: "quelqu'un d'autre",
    Reason.CONSENT_MISSING: "Aucun consentement",
    Reason.CONSENT_EXPIRED: "est expiré",
    Reason.NOT_IDENTIFIED: "adresse postale",
    Reason.NOT_REGISTERED: "inscription",
    Reason.AREA_CODE_NOT_SUBSCRIBED: "indicatif régional",
    Reason.SCRUB_MISSING: "jamais été vérifié",
    Reason.SCRUB_EXPIRED: "plus de 31\xa0jours",
    Reason.LEAD_SCORE_BELOW_MINIMUM: "cote",
    Reason.CONTACTED_RECENTLY: "il y a peu de temps",
    Reason.CALL_AGAIN_TOO_SOON: "moins de 30\xa0jours",
    Reason.OUTSIDE_LEGAL_HOURS: "la loi",
    Reason.CLOSED_DAY: "jour férié",
    Reason.OUTSIDE_CONTACT_WINDOW: "plages de contact",
}


def asked(changes: dict[str, Any]) -> Situation:
    """A person whom a strict organisation may contact in office hours, with these changes."""
    subscribed = {"organisation": STRICT, "subscribed_until": REGISTERED["registration_expires_on"]}
    return situation(**{"rules": OFFICE, "ledger": (CONSENT, SCRUB), **subscribed, **changes})


def test_without_any_reason_contact_is_allowed() -> None:
    for channel in ("SMS", "CALL", "EMAIL"):
        verdict = decide(asked({}), channel, TUESDAY)
        assert (verdict.allowed, verdict.code, verdict.reasons, verdict.warnings) == (True, "within_window", (), ())
        assert (verdict.legal_ok, verdict.policy_ok, verdict.next_allowed_at) == (True, True, None)
        assert (verdict.detail(), verdict.detail("fr")) == ("Contact is allowed.", "Le contact est permis.")


def test_every_reason_has_a_case() -> None:
    assert set(EACH) == set(FRENCH_WORDS) == set(Reason)


@pytest.mark.parametrize("reason", EACH)
def test_each_reason_refuses_alone_in_two_languages(reason: Reason) -> None:
    changes, channel, at, whose = EACH[reason]

    verdict = decide(asked(changes), channel, at)

    assert (verdict.allowed, verdict.code, verdict.reasons) == (False, reason.value, (reason,))
    assert (verdict.legal_ok, verdict.policy_ok) == (whose != "law", whose != "policy")
    assert verdict.detail() == verdict.detail("en") == str(reason.label)
    assert verdict.detail("fr") == reason.sentence("fr")
    for sentence in (str(reason.label), reason.sentence("fr")):
        assert sentence[0].isupper()
        assert sentence.endswith(".")
    assert FRENCH_WORDS[reason] in reason.sentence("fr")


def test_the_reasons_have_the_order_of_the_contract() -> None:
    assert [reason.value for reason in Reason] == [
        "KILL_SWITCH_ENGAGED",
        "GO_LIVE_DISABLED",
        "no_policy",
        "policy_disabled",
        "channel_not_allowed",
        "ledger_unreadable",
        "opted_out",
        "inbound_undecided",
        "lead_closed",
        "wrong_number",  # a reason of ours, not of the contract
        "consent_missing",
        "consent_expired",
        "organisation_not_identified",
        "organisation_not_registered",
        "area_code_not_subscribed",
        "scrub_missing",
        "scrub_expired",
        "lead_score_below_minimum",
        "contacted_recently",
        "call_again_too_soon",
        "outside_legal_hours",
        "closed_day",
        "outside_contact_window",
    ]


NOTHING_ALLOWED = PolicyFacts("ALL", 1, False, Rules((), frozenset(), Decimal(1), one_call_in_30_days=True))


@pytest.mark.parametrize(
    ("channel", "ledger", "expected"),
    [
        (
            "CALL",
            (line("SCRUB", YEAR_AGO), line("DO_NOT_CALL", YEAR_AGO)),
            "KILL_SWITCH_ENGAGED policy_disabled channel_not_allowed opted_out inbound_undecided lead_closed wrong_number "
            "organisation_not_registered area_code_not_subscribed scrub_expired lead_score_below_minimum contacted_recently "
            "call_again_too_soon outside_legal_hours closed_day outside_contact_window",
        ),
        (
            "SMS",
            (line("OPT_OUT", YEAR_AGO),),
            "KILL_SWITCH_ENGAGED policy_disabled channel_not_allowed opted_out inbound_undecided lead_closed wrong_number "
            "consent_missing lead_score_below_minimum contacted_recently closed_day outside_contact_window",
        ),
    ],
)
def test_every_obstacle_is_reported_in_order(channel: Any, ledger: Any, expected: Any) -> None:
    worst = situation(
        standing=Decision(False, "KILL_SWITCH_ENGAGED"),
        policy=NOTHING_ALLOWED,
        ledger=ledger,
        of_person=(line("HOLD", YEAR_AGO),),
        is_closed=True,
        is_wrong=True,
        contacted_at=YEAR_AGO,
        gap=timedelta(days=400),
        answered_at=TUESDAY - timedelta(days=1),
        lead_score=Decimal(0),
        closed_days=frozenset({TUESDAY.date()}),
    )
    verdict = decide(worst, channel, TUESDAY - timedelta(hours=9))
    assert [reason.value for reason in verdict.reasons] == expected.split()
    assert (verdict.legal_ok, verdict.policy_ok, verdict.next_allowed_at) == (False, False, None)


@pytest.mark.parametrize(
    ("channel", "ledger", "organisation", "warnings"),
    [
        ("SMS", (), LENIENT, ["consent_missing"]),
        ("EMAIL", (line("CONSENT", YEAR_AGO, expires_at=TUESDAY),), LENIENT, ["consent_expired"]),
        ("CALL", (), OrganisationFacts(sender=SENDER, scrub="warn"), ["organisation_not_registered", "scrub_missing"]),
        ("CALL", (line("SCRUB", YEAR_AGO),), LENIENT, ["scrub_expired"]),
    ],
)
def test_an_unenforced_reason_is_a_warning(channel: Any, ledger: Any, organisation: Any, warnings: Any) -> None:
    verdict = decide(asked({"ledger": ledger, "organisation": organisation}), channel, TUESDAY)
    assert (verdict.allowed, [reason.value for reason in verdict.warnings]) == (True, warnings)


def test_an_opt_out_is_never_only_a_warning() -> None:
    for channel in ("SMS", "CALL", "EMAIL"):
        verdict = decide(asked({"ledger": (line("OPT_OUT", YEAR_AGO),), "organisation": LENIENT}), channel, TUESDAY)
        assert verdict.reasons == (Reason.OPTED_OUT,)


def test_nothing_on_file_is_checked_for_an_unknown_person() -> None:
    assert decide(asked({"ledger": None, "organisation": OrganisationFacts(sender=SENDER)}), "CALL", TUESDAY).allowed


# The person -------------------------------------------------------------------------------------------------------------

OPT_OUT, HOLD, RELEASE, LIFT = (line(kind, YEAR_AGO) for kind in ("OPT_OUT", "HOLD", "RELEASE", "LIFT"))


@pytest.mark.parametrize("channel", ["SMS", "CALL", "EMAIL"])
@pytest.mark.parametrize(
    ("at_point", "of_person", "reasons"),
    [
        ((), (OPT_OUT,), [Reason.OPTED_OUT]),
        ((OPT_OUT, LIFT), (OPT_OUT,), [Reason.OPTED_OUT]),  # a lift at one subject lifts nothing at another
        ((OPT_OUT,), (OPT_OUT, LIFT), [Reason.OPTED_OUT]),
        ((OPT_OUT, LIFT), (OPT_OUT, LIFT), []),
        ((HOLD,), (), [Reason.INBOUND_UNDECIDED]),
        ((), (HOLD,), [Reason.INBOUND_UNDECIDED]),
        ((HOLD, RELEASE), (HOLD,), [Reason.INBOUND_UNDECIDED]),
        ((HOLD, HOLD, RELEASE), (), [Reason.INBOUND_UNDECIDED]),
        ((RELEASE, HOLD), (), [Reason.INBOUND_UNDECIDED]),
        ((HOLD,), (RELEASE,), [Reason.INBOUND_UNDECIDED]),
        ((HOLD, RELEASE), (HOLD, RELEASE), []),
        ((HOLD, OPT_OUT), (), [Reason.OPTED_OUT, Reason.INBOUND_UNDECIDED]),
    ],
)
def test_lines_about_the_number_and_about_the_lead_count(channel: Any, at_point: Any, of_person: Any, reasons: Any) -> None:
    given_situation = asked({"ledger": (CONSENT, SCRUB, *at_point), "of_person": of_person})
    assert list(decide(given_situation, channel, TUESDAY).reasons) == reasons


def test_a_consent_of_the_lead_itself_proves_nothing() -> None:
    assert decide(asked({"ledger": (), "of_person": (CONSENT, SCRUB)}), "SMS", TUESDAY).reasons == (Reason.CONSENT_MISSING,)


def test_an_unknown_lead_is_bound_by_its_opt_outs_and_needs_no_consent() -> None:
    unknown: dict[str, Any] = {"ledger": None, "organisation": OrganisationFacts(sender=SENDER)}
    assert decide(asked({**unknown, "of_person": ()}), "CALL", TUESDAY).allowed
    for said, reason in ((line("OPT_OUT", YEAR_AGO), Reason.OPTED_OUT), (HOLD, Reason.INBOUND_UNDECIDED)):
        assert decide(asked({**unknown, "of_person": (said,)}), "CALL", TUESDAY).reasons == (reason,)


def test_under_another_key_no_named_person_is_contacted() -> None:
    unreadable = OrganisationFacts(sender=SENDER, is_ledger_readable=False)
    for named in ({"ledger": (), "of_person": None}, {"ledger": None, "of_person": ()}):
        assert Reason.LEDGER_UNREADABLE in decide(asked({**named, "organisation": unreadable}), "SMS", TUESDAY).reasons
    nobody = asked({"ledger": None, "of_person": None, "organisation": unreadable})
    assert decide(nobody, "SMS", TUESDAY).allowed


@pytest.mark.parametrize(("after", "refused"), [(-1, False), (0, True), (3599, True), (3600, False)])
def test_a_gap_holds_after_the_last_contact_and_not_before_it(after: int, refused: bool) -> None:
    given_situation = asked({"contacted_at": TUESDAY, "gap": timedelta(hours=1)})
    verdict = decide(given_situation, "SMS", TUESDAY + timedelta(seconds=after))
    assert verdict.reasons == ((Reason.CONTACTED_RECENTLY,) if refused else ())
    assert verdict.next_allowed_at == (TUESDAY + timedelta(hours=1) if refused else None)


@pytest.mark.parametrize(
    ("changes", "opens"),
    [
        ({}, TUESDAY + timedelta(hours=21)),  # after the gap it is 17:01: tomorrow at 10:00
        ({"is_closed": True}, None),
        ({"of_person": (HOLD,)}, None),
    ],
)
def test_the_next_time_waits_for_the_gap_and_for_a_window(changes: Any, opens: Any) -> None:
    waiting = {"contacted_at": TUESDAY, "gap": timedelta(hours=4, minutes=1), "rules": rules((range(5), "10:00", "17:00"))}
    assert decide(asked({**waiting, **changes}), "SMS", TUESDAY + timedelta(hours=1)).next_allowed_at == opens


def test_the_gap_holds_for_a_local_minute_too() -> None:
    given_situation = asked({"contacted_at": TUESDAY, "gap": timedelta(hours=1)})
    verdict = decide(given_situation, "SMS", TUESDAY, (1, "13:00"))
    assert (verdict.reasons, verdict.next_allowed_at) == ((Reason.CONTACTED_RECENTLY,), None)


@pytest.mark.parametrize(
    ("changes", "channel", "at", "allowed"),
    [
        # A registration is valid through its last day in UTC, whatever the offset of the instant.
        (
            {
                "organisation": OrganisationFacts(
                    sender=SENDER, registration_number="1", registration_expires_on=date(2026, 12, 15)
                )
            },
            "CALL",
            0,
            True,
        ),
        (
            {
                "organisation": OrganisationFacts(
                    sender=SENDER, registration_number="1", registration_expires_on=date(2026, 12, 14)
                )
            },
            "CALL",
            0,
            False,
        ),
        ({"organisation": OrganisationFacts(sender=SENDER, registration_number="1")}, "CALL", 0, False),
        ({"organisation": OrganisationFacts(sender=SENDER, registration_expires_on=date(2027, 1, 1))}, "CALL", 0, False),
        # The oldest scrub that counts is 31 days old.
        ({"ledger": (line("SCRUB", TUESDAY - timedelta(days=31)),)}, "CALL", 0, True),
        ({"ledger": (line("SCRUB", TUESDAY - timedelta(days=31)),)}, "CALL", 1, False),
        # Consent exempts from the scrub, not from registration.
        ({"ledger": (CONSENT,)}, "CALL", 0, True),
        ({"ledger": (CONSENT,), "organisation": OrganisationFacts(sender=SENDER)}, "CALL", 0, False),
        ({"ledger": (line("CONSENT", YEAR_AGO, "SMS"),)}, "CALL", 0, False),
    ],
)
def test_a_call_needs_its_proofs_on_file(changes: Any, channel: Any, at: Any, allowed: Any) -> None:
    for offset in (0, -5, 13):
        instant = (TUESDAY + timedelta(seconds=at)).astimezone(zone("Toronto") if offset == -5 else UTC)
        assert decide(asked(changes), channel, instant).allowed is allowed


def test_an_instant_means_the_same_with_any_offset() -> None:
    from zoneinfo import ZoneInfo

    expiring = asked({"organisation": replace(STRICT, registration_expires_on=date(2026, 12, 15))})
    evening = datetime(2026, 12, 16, 0, 30, tzinfo=UTC)
    for written in (evening, evening.astimezone(ZoneInfo("America/Toronto")), evening.astimezone(ZoneInfo("Asia/Tokyo"))):
        assert Reason.NOT_REGISTERED in decide(expiring, "CALL", written).reasons


# Clocks that stopped changing in 2026 -----------------------------------------------------------------------------------

STOPPED = {"Vancouver": -7, "Edmonton": -6, "Winnipeg": -5, "Inuvik": -6}  # hours from UTC, all year
EDGES = [
    # winter: Monday to Friday 09:00 to 21:30, Saturday and Sunday 10:00 to 18:00
    ("2026-12-14T08:59:59", False),
    ("2026-12-14T09:00:00", True),
    ("2026-12-14T21:29:59", True),
    ("2026-12-14T21:30:00", False),
    ("2026-12-14T21:45:00", False),
    ("2026-12-19T09:59:59", False),
    ("2026-12-19T10:00:00", True),
    ("2026-12-20T17:59:59", True),
    ("2026-12-20T18:00:00", False),
    # summer, before and after
    ("2026-07-07T08:59:59", False),
    ("2026-07-07T09:00:00", True),
    ("2027-07-06T21:29:59", True),
    ("2027-07-06T21:30:00", False),
    ("2027-07-10T10:00:00", True),
    ("2027-07-11T18:00:00", False),
    # the weeks in which the clocks would have changed
    ("2026-11-02T09:00:00", True),
    ("2026-11-02T08:59:59", False),
    ("2027-03-15T21:29:59", True),
    ("2027-03-15T21:30:00", False),
]


@pytest.mark.parametrize("name", STOPPED)
@pytest.mark.parametrize(("local", "allowed"), EDGES)
def test_calls_are_right_where_clocks_stopped_changing(name: str, local: str, allowed: bool) -> None:
    at = (datetime.fromisoformat(local) - timedelta(hours=STOPPED[name])).replace(tzinfo=UTC)
    verdict = decide(situation(zones=(zone(name),)), "CALL", at)
    assert (verdict.allowed, verdict.legal_ok) == (allowed, allowed)
    assert verdict.reasons == (() if allowed else (Reason.OUTSIDE_LEGAL_HOURS,))
    assert verdict.zone is not None
    assert at.astimezone(verdict.zone).isoformat()[:19] == local


@pytest.mark.parametrize(
    ("name", "at", "local", "allowed"),
    [
        ("Vancouver", "2026-12-15T04:45:00Z", "2026-12-14T21:45:00-07:00", False),  # 20:45 by the data of 2025
        ("Vancouver", "2026-12-15T04:29:00Z", "2026-12-14T21:29:00-07:00", True),
        ("Vancouver", "2026-12-15T16:00:00Z", "2026-12-15T09:00:00-07:00", True),  # 08:00
        ("Edmonton", "2026-12-15T02:10:00Z", "2026-12-14T20:10:00-06:00", True),
        ("Edmonton", "2026-12-15T03:45:00Z", "2026-12-14T21:45:00-06:00", False),  # 20:45
        ("Edmonton", "2026-12-15T15:00:00Z", "2026-12-15T09:00:00-06:00", True),  # 08:00
        ("Winnipeg", "2026-12-15T02:45:00Z", "2026-12-14T21:45:00-05:00", False),  # 20:45
        ("Winnipeg", "2026-12-15T14:00:00Z", "2026-12-15T09:00:00-05:00", True),  # 08:00
        ("Inuvik", "2026-12-15T03:45:00Z", "2026-12-14T21:45:00-06:00", False),  # 20:45
        ("Inuvik", "2026-12-15T15:00:00Z", "2026-12-15T09:00:00-06:00", True),  # 08:00
    ],
)
def test_the_time_zones_of_2025_would_give_another_hour(name: Any, at: Any, local: Any, allowed: Any) -> None:
    verdict = decide(situation(zones=(zone(name),)), "CALL", datetime.fromisoformat(at))
    assert verdict.zone is not None
    assert datetime.fromisoformat(at).astimezone(verdict.zone).isoformat() == local
    assert verdict.allowed is allowed


# Days -------------------------------------------------------------------------------------------------------------------

CHRISTMAS = datetime(2026, 12, 25, 16, 0, tzinfo=UTC)  # Friday 11:00 in Toronto
SATURDAY_NOON = ({5}, "11:00", "12:00")


@pytest.mark.parametrize(
    ("rule", "windows", "channel", "hours", "reasons"),
    [
        ("normal", [ALWAYS], "SMS", 0, []),
        ("closed", [ALWAYS], "SMS", 0, ["closed_day"]),
        ("closed", [ALWAYS], "CALL", 0, ["closed_day"]),
        ("closed", [], "SMS", 0, ["closed_day", "outside_contact_window"]),
        ("weekend_hours", [SATURDAY_NOON], "SMS", 0, []),
        ("weekend_hours", [SATURDAY_NOON], "SMS", 2, ["outside_contact_window"]),
        ("weekend_hours", [(range(5), "00:00", "23:59")], "SMS", 0, ["outside_contact_window"]),
        ("normal", [SATURDAY_NOON], "SMS", 0, ["outside_contact_window"]),
        # Boxing Day is a Saturday in 2026 and a Sunday in 2027, and is not moved.
        ("weekend_hours", [SATURDAY_NOON], "SMS", 24, []),
        ("weekend_hours", [SATURDAY_NOON], "SMS", 366 * 24, ["outside_contact_window"]),
        ("weekend_hours", [({6}, "11:00", "11:00")], "SMS", 366 * 24, []),
        # The CRTC names no holidays: Friday's hours, until 21:30.
        ("weekend_hours", [ALWAYS], "CALL", 10, []),
        ("normal", [ALWAYS], "CALL", 10, []),
    ],
)
def test_a_holiday_follows_the_policy(rule: Any, windows: Any, channel: Any, hours: Any, reasons: Any) -> None:
    verdict = decide(situation(rules=rules(*windows, holidays=rule)), channel, CHRISTMAS + timedelta(hours=hours))
    assert [reason.value for reason in verdict.reasons] == reasons


@pytest.mark.parametrize(
    ("province", "name", "at", "allowed"),
    [
        ("QC", "Toronto", "2027-06-24T16:00Z", False),  # the national holiday of that province alone
        ("ON", "Toronto", "2027-06-24T16:00Z", True),
        ("ON", "Toronto", "2027-07-01T16:00Z", False),
        ("NL", "St_Johns", "2027-01-01T03:29Z", True),  # still the old year there
        ("NL", "St_Johns", "2027-01-01T03:30Z", False),
        ("BC", "Vancouver", "2027-01-01T06:59Z", True),
        ("BC", "Vancouver", "2027-01-02T06:59Z", False),
        ("BC", "Vancouver", "2027-01-02T07:00Z", True),
    ],
)
def test_a_holiday_belongs_to_its_province_and_lasts_from_midnight_to_midnight_there(
    province: Any, name: Any, at: Any, allowed: Any
) -> None:
    given_situation = situation(province=province, zones=(zone(name),), rules=rules(ALWAYS, holidays="closed"))
    assert decide(given_situation, "SMS", datetime.fromisoformat(at)).allowed is allowed


def test_a_closed_day_closes_every_channel_and_no_other_day() -> None:
    closed = situation(closed_days=frozenset({date(2026, 12, 15)}))
    for channel in ("SMS", "CALL", "EMAIL"):
        assert decide(closed, channel, TUESDAY).reasons == (Reason.CLOSED_DAY,)
        assert decide(closed, channel, TUESDAY + timedelta(days=1)).allowed


def test_a_local_time_has_no_date_but_obeys_the_law() -> None:
    closed = situation(closed_days=frozenset({TUESDAY.date()}), rules=rules(ALWAYS, holidays="closed"))
    assert decide(closed, "CALL", TUESDAY, (1, "21:29")).allowed
    for minute in ((1, "21:30"), (1, "08:59"), (5, "18:00"), (6, "09:59")):
        verdict = decide(closed, "CALL", TUESDAY, minute)
        assert (verdict.reasons, verdict.next_allowed_at) == ((Reason.OUTSIDE_LEGAL_HOURS,), None)
        assert decide(closed, "SMS", TUESDAY, minute).allowed


def test_a_channels_own_windows_replace_the_common_ones() -> None:
    own = situation(rules=rules(ALWAYS, channel_windows={"CALL": (window({1}, "13:00", "13:00"),), "EMAIL": ()}))
    assert decide(own, "CALL", TUESDAY).allowed
    assert decide(own, "CALL", TUESDAY + timedelta(minutes=1)).reasons == (Reason.OUTSIDE_CONTACT_WINDOW,)
    assert decide(own, "EMAIL", TUESDAY).reasons == (Reason.OUTSIDE_CONTACT_WINDOW,)
    assert decide(own, "SMS", TUESDAY + timedelta(hours=11)).allowed


def test_the_zone_that_refused_is_named() -> None:
    both = situation((range(5), "09:00", "17:00"), zones=(zone("St_Johns"), zone("Vancouver")))
    assert decide(both, "SMS", datetime(2026, 12, 15, 14, tzinfo=UTC)).zone == zone("Vancouver")  # 10:30, 07:00
    assert decide(both, "SMS", datetime(2026, 12, 15, 22, tzinfo=UTC)).zone == zone("St_Johns")  # 18:30, 15:00
    assert decide(both, "SMS", datetime(2026, 12, 15, 17, tzinfo=UTC)).zone == zone("St_Johns")  # neither: the first


# For any policy, lead and instant ---------------------------------------------------------------------------------------

times = st.builds(lambda h, m: f"{h:02}:{m:02}", st.integers(0, 23), st.sampled_from([0, 1, 29, 30, 31, 59]))
windows = st.builds(
    lambda days, ends: window(days, *sorted(ends)),
    st.sets(st.integers(0, 6), min_size=3),
    st.lists(times, min_size=2, max_size=2, unique=True),
) | st.just(window(EVERY_DAY, "00:00", "23:59"))
channels = st.sampled_from(["CALL", "CALL", "SMS", "EMAIL"])
policies = st.builds(
    lambda all_windows, own, holidays, enabled, allowed, score: PolicyFacts(
        "ALL", 1, enabled, Rules(tuple(all_windows), frozenset(allowed), score, own, holidays)
    ),
    st.lists(windows, min_size=1, max_size=3),
    st.dictionaries(channels, st.lists(windows, max_size=2).map(tuple), max_size=1),
    st.sampled_from(["normal", "weekend_hours", "closed"]),
    st.sampled_from([True] * 9 + [False]),
    st.sampled_from([("SMS", "CALL", "EMAIL")] * 9 + [("SMS",)]),
    st.sampled_from([Decimal(0)] * 4 + [Decimal("0.65")]),
)
# Instants around each change of clocks, around holidays (one is also a closed day), and between.
DAYS = [datetime(2026, 3, 8), datetime(2026, 11, 1), datetime(2027, 3, 14), datetime(2027, 11, 7)]
HOLIDAYS = [datetime(2026, 12, 25), datetime(2027, 6, 30), datetime(2026, 4, 3), datetime(2027, 12, 26)]
instants = st.builds(
    lambda day, seconds: day.replace(tzinfo=UTC) + timedelta(seconds=seconds),
    st.sampled_from(DAYS * 2 + HOLIDAYS + [datetime(2026, 8, 19)]),
    st.integers(-36 * 60, 36 * 60).map(lambda minutes: 60 * minutes) | st.integers(-36 * 3600, 36 * 3600),
)
organisations = st.sampled_from(
    [
        STRICT,
        LENIENT,
        OrganisationFacts(),
        OrganisationFacts(sender=SENDER),
        OrganisationFacts(sender=SENDER, consent="warn", **REGISTERED),
    ]
)


@st.composite
def cases(draw: Any) -> tuple[Situation, str, datetime]:
    """Any person, channel and instant."""
    at = draw(instants)
    minutes_of_a_day = 24 * 60
    moments = st.integers(-40 * minutes_of_a_day, 2 * minutes_of_a_day).map(
        lambda minutes: at.replace(second=0) + timedelta(minutes=minutes)
    )
    soon = st.none() | st.integers(-600, 3000).map(lambda minutes: at + timedelta(minutes=minutes))
    consents = st.builds(
        lambda effective_at, channel, ends: line("CONSENT", effective_at, channel, expires_at=ends),
        moments,
        st.sampled_from(["", "SMS", "CALL", "EMAIL"]),
        soon,
    )
    others = st.builds(
        line, st.sampled_from(["SCRUB", "SCRUB", "LIFT", "OPT_OUT", "DO_NOT_CALL"]), moments, st.sampled_from(["", "CALL"])
    )
    waiting = st.builds(line, st.sampled_from(["HOLD", "RELEASE", "RELEASE"]), moments)
    said = st.builds(line, st.sampled_from(["LIFT", "LIFT", "OPT_OUT"]), moments, st.sampled_from(["", "CALL"]))
    given_situation = Situation(
        province=draw(st.sampled_from(Province.values)),
        zones=tuple(map(zone, draw(st.lists(st.sampled_from(ZONE_NAMES), min_size=1, max_size=3, unique=True)))),
        standing=Decision(True, "standing"),
        policy=draw(policies),
        organisation=draw(organisations),
        closed_days=frozenset(draw(st.lists(st.integers(0, 4).map(lambda n: (at + timedelta(days=n)).date()), max_size=2))),
        lead_score=draw(st.sampled_from([None, Decimal("0.65"), Decimal("0.5")])),
        ledger=draw(st.none() | st.lists(consents | others | waiting, max_size=4).map(tuple)),
        of_person=draw(st.none() | st.lists(said | waiting, max_size=2).map(tuple)),
        is_closed=draw(st.sampled_from([False] * 9 + [True])),
        is_wrong=draw(st.sampled_from([False] * 9 + [True])),
        contacted_at=draw(st.none() | moments),
        gap=draw(st.sampled_from([timedelta(), timedelta(minutes=30), timedelta(hours=4), timedelta(days=20)])),
    )
    return given_situation, draw(channels), at


ZONE_NAMES = [name.removeprefix("America/") for name in CANADIAN_ZONES]


def may_ever(given_situation: Situation, channel: str) -> bool:
    """Whether policy and lead permit contact at some time, so that only the time and the ledger decide."""
    policy, score = given_situation.policy, given_situation.lead_score
    assert policy is not None
    if given_situation.is_closed or given_situation.is_wrong:
        return False
    return policy.enabled and channel in policy.rules.channels and (score is None or score >= policy.rules.min_score)


@settings(max_examples=120, deadline=None)
@given(case=cases())
def test_allowed_means_legal_in_every_zone_and_within_the_policy(case: Any) -> None:
    given_situation, channel, at = case
    verdict = decide(given_situation, channel, at)
    legal, hours = is_legal(given_situation, channel, at), is_open(given_situation, channel, at)
    assert verdict.allowed is (legal and hours and is_rested(given_situation, at) and may_ever(given_situation, channel))
    assert verdict.legal_ok is legal
    assert not verdict.allowed or verdict.legal_ok
    assert verdict.allowed is (verdict.legal_ok and verdict.policy_ok)


@settings(max_examples=50, deadline=None)
@given(case=cases())
def test_the_next_time_is_the_first_permitted_minute(case: Any) -> None:
    given_situation, channel, at = case
    assume(may_ever(given_situation, channel))
    found = next_allowed_at(given_situation, channel, at)
    span = timedelta(days=3)
    searched = by_search(given_situation, channel, at, span)
    assert found == searched if searched is not None else found is None or found > at + span
    if found is not None:
        assert at <= found <= at + timedelta(days=30)
        assert decide(given_situation, channel, found).allowed
    told = decide(given_situation, channel, at).next_allowed_at
    assert told is None or told == found
    if is_permitted_on_file(given_situation, channel, at) and found != at:
        assert told == found


@settings(max_examples=3, deadline=None)
@given(case=cases())
def test_no_permitted_minute_within_30_days_is_missed(case: Any) -> None:
    given_situation, channel, at = case
    assume(may_ever(given_situation, channel))
    assert next_allowed_at(given_situation, channel, at) == by_search(given_situation, channel, at, timedelta(days=30))


ceilings = st.builds(
    lambda weekday, weekend: LegalHours((min(weekday), max(weekday)), (min(weekend), max(weekend))),
    *[st.lists(times, min_size=2, max_size=2, unique=True)] * 2,
)


@settings(max_examples=60, deadline=None)
@given(case=cases(), one=ceilings, other=ceilings)
def test_a_wider_ceiling_never_turns_a_yes_into_a_no(case: Any, one: Any, other: Any) -> None:
    given_situation, _, at = case
    wider = LegalHours(
        *((min(a[0], b[0]), max(a[1], b[1])) for a, b in ((one.weekday, other.weekday), (one.weekend, other.weekend)))
    )
    narrow, wide = replace(given_situation, hours=one), replace(given_situation, hours=wider)
    assert not decide(narrow, "CALL", at).allowed or decide(wide, "CALL", at).allowed
    sooner, later = next_allowed_at(wide, "CALL", at), next_allowed_at(narrow, "CALL", at)
    assert later is None or (sooner is not None and sooner <= later)


@settings(max_examples=40, deadline=None)
@given(case=cases())
def test_no_policy_is_wider_than_the_law(case: Any) -> None:
    given_situation, _, at = case
    verdict = decide(replace(given_situation, policy=PolicyFacts("ALL", 1, True, rules(ALWAYS))), "CALL", at)
    inside = all(CALLING_HOURS.allow(*clock(at, z)[1:]) for z in given_situation.zones)
    assert (Reason.OUTSIDE_LEGAL_HOURS in verdict.reasons) is not inside


@settings(max_examples=50, deadline=None)
@given(case=cases(), extra=st.sampled_from(ZONE_NAMES))
def test_an_additional_zone_never_turns_a_no_into_a_yes(case: Any, extra: Any) -> None:
    given_situation, channel, at = case
    more = replace(given_situation, zones=(*given_situation.zones, zone(extra)))
    assert decide(given_situation, channel, at).allowed or not decide(more, channel, at).allowed


# How long a consent holds -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("channel", "basis", "obtained", "expires"),
    [
        ("SMS", "EXPRESS", date(2026, 1, 31), None),
        ("CALL", "EXPRESS", date(2026, 1, 31), None),
        ("EMAIL", "PURCHASE_BY_LEAD", date(2026, 1, 31), date(2028, 1, 31)),
        ("EMAIL", "INQUIRY", date(2026, 8, 31), date(2027, 2, 28)),
        ("CALL", "PURCHASE_BY_LEAD", date(2026, 8, 31), date(2028, 2, 29)),
        ("CALL", "INQUIRY", date(2026, 1, 31), date(2026, 7, 31)),
        ("EMAIL", "PUBLICATION", date(2026, 1, 31), None),
    ],
)
def test_a_consent_holds_for_calendar_months(channel: Any, basis: Any, obtained: Any, expires: Any) -> None:
    at_noon = time(12, 0, tzinfo=UTC)
    found = consent_expiry(channel, basis, datetime.combine(obtained, at_noon))
    assert found == (datetime.combine(expires, at_noon) if expires else None)
