"""The risk guard: reserving, settling, releasing, and the day ledgers (CONTRACT section 3, risk)."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError, IntegrityError, connection, transaction
from pytest_django import Settings
from rest_framework.test import APIClient

from governance import gate
from governance.gate import risk_reserve_or_raise
from governance.golive.models import GoLiveState
from governance.risk import ledgers, reservations
from governance.risk.errors import (
    AlreadySettled,
    LossAboveReservation,
    NotAnAmount,
    NotSettled,
    ReservationNotFound,
    RiskDenied,
)
from governance.risk.models import RiskDay, RiskEvent, RiskPolicy, RiskReservation
from governance.risk.reservations import correct_loss
from governance.risk.rules import GLOBAL
from tests.conftest import attrs, codes
from tests.factories import NOON, RiskPolicyFactory
from tests.plans.explain import statement_of
from wholesale.plumbing.act import Act

pytestmark = pytest.mark.django_db

API = "/api/governance/risk"
TODAY, TOMORROW = NOON, NOON + timedelta(days=1)


def reserve(amount: str = "10", engine: str = "WHOLESALE", **options: Any) -> Any:
    """Reserve. Return the decision and the reservation."""
    return gate.risk_reserve(engine=engine, amount=Decimal(amount), **{"act": Act("bryan", at=TODAY), **options})


def reserved(amount: str = "10", engine: str = "WHOLESALE", **options: Any) -> RiskReservation:
    decision, reservation = reserve(amount, engine, **options)
    assert decision.allowed, decision
    return reservation


def cap(engine: str = "WHOLESALE", **caps: Any) -> None:
    """Give an engine these caps and no others, and lift those of GLOBAL."""
    RiskPolicy.objects.filter(engine__in={GLOBAL, engine}).update(
        max_daily_loss=0, max_daily_exposure=0, max_open_risk=0, max_actions_per_day=0
    )
    RiskPolicy.objects.filter(engine=engine).update(**caps)


def ledger(engine: str = "WHOLESALE", day: date = TODAY.date()) -> tuple[str, str, str, int] | None:
    """Exposure, open risk, loss and actions of the day, or None without a row."""
    row = RiskDay.objects.filter(engine=engine, day=day).first()
    if row is None:
        return None
    return str(row.exposure_used), str(row.open_risk_reserved), str(row.realized_loss), row.actions_count


def events() -> list[tuple[str, str, str, str]]:
    """Kind, engine, amount and loss of each event, oldest first."""
    rows = RiskEvent.objects.order_by("id")
    return [(row.kind, row.engine, str(row.amount), str(row.realized_loss)) for row in rows]


# Seeds ------------------------------------------------------------------------------------------------------------------


def test_migrate_seeds_the_risk_policies() -> None:
    rows = RiskPolicy.objects.values_list(
        "engine", "max_daily_loss", "max_daily_exposure", "max_open_risk", "max_actions_per_day", "enabled"
    )
    assert list(rows) == [
        ("CAPITAL", 150, 750, 750, 0, True),
        ("GLOBAL", 250, 1500, 1500, 0, True),
        ("NOTIFY", 0, 0, 0, 0, False),
        ("WHOLESALE", 200, 1000, 1000, 0, True),
    ]
    assert {policy.history.count() for policy in RiskPolicy.objects.all()} == {1}


# Reserving --------------------------------------------------------------------------------------------------------------


def test_a_reservation_counts_in_the_ledgers_of_its_engine_and_of_global() -> None:
    reservation = reserved(
        "10.50", metadata={"deal": "D1"}, act=Act("bryan", reason="an offer", correlation_id="C1", at=TODAY)
    )
    assert ledger() == ledger(GLOBAL) == ("10.50", "10.50", "0.00", 1)
    row = RiskReservation.objects.get()
    assert row == reservation
    assert (row.engine, row.day, row.amount, row.settled_at) == ("WHOLESALE", TODAY.date(), Decimal("10.50"), None)
    assert (row.actor, row.reason, row.metadata, row.correlation_id) == ("bryan", "an offer", {"deal": "D1"}, "C1")
    event = RiskEvent.objects.get()
    assert (event.kind, event.reservation, event.correlation_id) == ("RESERVED", reservation, "C1")


@pytest.mark.parametrize("denying", ["WHOLESALE", GLOBAL])
def test_a_denial_is_stored_as_an_event_and_reserves_nothing(denying: Any) -> None:
    cap(denying, max_daily_exposure=Decimal(15))
    reserved("10")
    before = ledger(), ledger(GLOBAL)
    decision, reservation = reserve("5.01")
    assert (decision.allowed, decision.code, reservation) == (False, "max_daily_exposure", None)
    assert decision.detail == f"max_daily_exposure of {denying}: today's exposure is 10.00 of 15.00"
    assert (ledger(), ledger(GLOBAL)) == before
    assert RiskReservation.objects.count() == 1
    assert events()[1:] == [("DENIED", "WHOLESALE", "5.01", "0.00")]
    denial = RiskEvent.objects.latest("id")
    assert (denial.message, denial.reservation) == (decision.detail, None)
    assert reserve("5")[0].allowed


def test_the_caps_of_global_are_checked_before_the_engines() -> None:
    RiskPolicy.objects.update(max_daily_exposure=1)
    assert "of GLOBAL" in reserve("2")[0].detail
    RiskPolicy.objects.filter(engine=GLOBAL).update(enabled=False)
    assert reserve("1")[0].detail == "the risk policy of GLOBAL is off"
    RiskPolicy.objects.filter(engine=GLOBAL).delete()
    assert reserve("1")[0].detail == "GLOBAL has no risk policy"


def test_a_disabled_engine_may_reserve_nothing() -> None:
    decision, _ = reserve("1", "NOTIFY")
    assert (decision.allowed, decision.code, decision.detail) == (
        False,
        "policy_disabled",
        "the risk policy of NOTIFY is off",
    )


def test_an_unknown_engine_makes_no_ledger() -> None:
    decision, _ = reserve("1", "UNHEARD_OF")
    assert (decision.allowed, decision.code) == (False, "no_policy")
    assert ledger("UNHEARD_OF") is None
    assert events() == [("DENIED", "UNHEARD_OF", "1.00", "0.00")]
    assert not RiskReservation.objects.exists()


def test_global_itself_cannot_reserve() -> None:
    decision, reservation = reserve("10", GLOBAL)
    assert (decision.allowed, decision.code, reservation) == (False, "global_is_no_engine", None)
    assert ledger(GLOBAL) in (None, ("0.00", "0.00", "0.00", 0))
    assert events() == [("DENIED", GLOBAL, "10.00", "0.00")]
    with pytest.raises(RiskDenied, match="sum of all engines"):
        risk_reserve_or_raise(GLOBAL, Decimal(10), actor="bryan")


def test_ten_cents_and_twenty_fit_exactly_into_thirty() -> None:
    """In SQLite, which stores decimals as floats, their sum is more than 0.30."""
    cap(max_daily_exposure=Decimal("0.30"), max_open_risk=Decimal("0.30"))
    reserved("0.10")
    reserved("0.20")
    assert ledger() == ("0.30", "0.30", "0.00", 2)
    assert reserve("0.01")[0].code == "max_daily_exposure"


def test_settling_frees_open_risk_but_not_exposure() -> None:
    cap(max_open_risk=Decimal(10))
    first = reserved("10")
    assert reserve("0.01")[0].code == "max_open_risk"
    reservations.risk_settle(first.pk, act=Act("bryan", at=TODAY))
    reserved("10")
    assert ledger() == ("20.00", "10.00", "0.00", 2)


def test_actions_are_counted_by_day() -> None:
    cap(max_actions_per_day=2)
    reserved("1")
    reserved("1")
    assert reserve("1")[0].code == "max_actions_per_day"
    assert reserve("1", act=Act("bryan", at=TOMORROW))[0].allowed


@pytest.mark.parametrize("amount", ["0", "-1", "0.005", "1E+12", "NaN"])
def test_an_invalid_amount_is_refused(amount: Any) -> None:
    with pytest.raises(NotAnAmount):
        reserve(amount)
    assert not RiskEvent.objects.exists()


def test_a_ledger_has_room_for_the_largest_amounts() -> None:
    cap()
    largest = Decimal("999999999999.99")
    for _ in range(3):
        made = reserved(str(largest))
        reservations.risk_settle(made.pk, largest, act=Act("bryan", at=TODAY))
    row = RiskDay.objects.get(engine=GLOBAL)
    assert (row.exposure_used, row.realized_loss) == (3 * largest, 3 * largest)


@pytest.mark.postgres
def test_a_reservation_changes_no_index_of_the_ledgers() -> None:
    cap()
    reserved("10")
    counts = "pg_stat_get_xact_tuples_updated('{0}'::regclass), pg_stat_get_xact_tuples_hot_updated('{0}'::regclass)"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {counts.format(RiskDay._meta.db_table)}")
        updated, hot = cursor.fetchone()
        for _ in range(10):  # more old versions in one transaction would fill the page
            reserved("10")
        cursor.execute(f"SELECT {counts.format(RiskDay._meta.db_table)}")
        assert cursor.fetchone() == (updated + 20, hot + 20)


@pytest.mark.postgres
def test_reserving_reads_few_of_many_days() -> None:
    days = [
        RiskDay(engine=engine, day=TODAY.date() - timedelta(days=n)) for engine in ("WHOLESALE", GLOBAL) for n in range(2000)
    ]
    RiskDay.objects.bulk_create(days)
    RiskDay.objects.filter(day=TODAY.date() - timedelta(days=999)).update(open_risk_reserved=10)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE governance_riskday")
    plan = statement_of("governance_riskday", lambda: ledgers.read("WHOLESALE", TODAY.date(), names=["WHOLESALE"]))
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {plan.text}", plan.parameters)
        (found,) = cursor.fetchone()[0]
    assert "Seq Scan" not in str(found)
    assert (found["Plan"]["Actual Rows"], found["Plan"].get("Rows Removed by Filter", 0)) == (4, 0)


# Settling ---------------------------------------------------------------------------------------------------------------


def test_settling_releases_the_reservation_and_books_the_loss() -> None:
    reservation = reserved("10")
    settled = reservations.risk_settle(reservation.pk, Decimal("4.25"), act=Act("va1", reason="fell through", at=TODAY))
    assert ledger() == ledger(GLOBAL) == ("10.00", "0.00", "4.25", 1)
    assert (settled.settled_at, settled.realized_loss, settled.settled_by) == (TODAY, Decimal("4.25"), "va1")
    assert RiskReservation.objects.get().settle_reason == "fell through"
    assert events()[1:] == [("SETTLED", "WHOLESALE", "10.00", "4.25")]


def test_settling_twice_changes_nothing() -> None:
    reservation = reserved("10")
    first = reservations.risk_settle(reservation.pk, Decimal(4), act=Act("va1", at=TODAY))
    before = ledger(), ledger(GLOBAL), events()
    again = reservations.risk_settle(reservation.pk, Decimal(9), act=Act("va2", at=TOMORROW))
    assert (again.realized_loss, again.settled_at, again.settled_by) == (4, first.settled_at, "va1")
    assert (ledger(), ledger(GLOBAL), events()) == before
    assert ledger(day=TOMORROW.date()) is None


def test_a_settlement_on_another_day_frees_the_first_day_and_books_the_loss_on_the_second() -> None:
    reservation = reserved("10")
    reservations.risk_settle(reservation.pk, Decimal(4), act=Act("bryan", at=TOMORROW))
    for engine in ("WHOLESALE", GLOBAL):
        assert ledger(engine, TODAY.date()) == ("10.00", "0.00", "0.00", 1)
        assert ledger(engine, TOMORROW.date()) == ("0.00", "0.00", "4.00", 0)
    assert RiskEvent.objects.latest("id").day == TOMORROW.date()


def test_risk_left_open_overnight_counts_against_the_next_days_open_cap() -> None:
    cap(max_open_risk=Decimal(100), max_daily_exposure=Decimal(100))
    first = reserved("60")
    assert reserve("40.01", act=Act("bryan", at=TOMORROW))[0].code == "max_open_risk"
    reserved("40", act=Act("bryan", at=TOMORROW))
    assert ledger(day=TODAY.date()) == ("60.00", "60.00", "0.00", 1)
    assert ledger(day=TOMORROW.date()) == ("40.00", "40.00", "0.00", 1)
    assert ledgers.open_risk("WHOLESALE") == ledgers.open_risk(GLOBAL) == 100
    assert ledgers.open_risk("CAPITAL") == 0
    reservations.risk_settle(first.pk, act=Act("bryan", at=TOMORROW))
    reserved("60", act=Act("bryan", at=TOMORROW))
    assert ledger(day=TOMORROW.date()) == ("100.00", "100.00", "0.00", 2)


@pytest.mark.parametrize("limited", ["WHOLESALE", GLOBAL])
def test_the_loss_cap_of_a_day_closes_the_engine_until_the_next_day(limited: Any) -> None:
    cap(limited, max_daily_loss=Decimal(5))
    reservations.risk_settle(reserved("10").pk, Decimal("4.99"), act=Act("bryan", at=TODAY))
    reservations.risk_settle(reserved("10").pk, Decimal("0.01"), act=Act("bryan", at=TODAY))
    assert reserve("0.01")[0].code == "max_daily_loss"
    assert reserve("10", act=Act("bryan", at=TOMORROW))[0].allowed


def test_another_engines_loss_counts_only_for_global() -> None:
    cap(GLOBAL, max_daily_loss=Decimal(5))
    reservations.risk_settle(reserved("10", "CAPITAL").pk, Decimal(5), act=Act("bryan", at=TODAY))
    assert reserve("1")[0].detail.startswith("max_daily_loss of GLOBAL")
    cap(max_daily_loss=Decimal(5))
    assert reserve("1")[0].allowed


@pytest.mark.parametrize("role", ["integrator", None])
def test_a_loss_above_the_reservation_is_refused_and_leaves_it_open(user_of: Callable[..., User], role: str | None) -> None:
    reservation = reserved("5")
    before = events()
    who = Act("bryan", user_of(role) if role else None, at=TODAY)
    for loss in (Decimal("5.01"), Decimal("999999999999.99")):
        with pytest.raises(LossAboveReservation):
            reservations.risk_settle(reservation.pk, loss, act=who)
        with pytest.raises(LossAboveReservation):
            reservations.risk_settle(engine="WHOLESALE", reserved_amount=Decimal(5), realized_loss=loss, act=who)
    reservation.refresh_from_db()
    assert (reservation.settled_at, ledger(), events()) == (None, ("5.00", "5.00", "0.00", 1), before)
    reservations.risk_settle(reservation.pk, Decimal(5), act=Act("bryan", at=TODAY))
    assert ledger() == ("5.00", "0.00", "5.00", 1)


def test_an_operator_may_settle_a_loss_above_the_reservation(user_of: Callable[..., User]) -> None:
    reservations.risk_settle(reserved("10").pk, Decimal(25), act=Act("bryan", user=user_of("operator"), at=TODAY))
    assert ledger() == ("10.00", "0.00", "25.00", 1)


# Correcting -------------------------------------------------------------------------------------------------------------


def booked(day: date = TODAY.date(), engine: str = "WHOLESALE") -> Decimal:
    """The loss of the day by its events."""
    return sum((event.realized_loss for event in RiskEvent.objects.filter(day=day, engine=engine)), Decimal(0))


def correct(reservation: RiskReservation, loss: str, **options: Any) -> RiskReservation:
    act = Act("anna", reason="the deposit came back", at=TOMORROW)
    return correct_loss(reservation.pk, Decimal(loss), act=act, **options)


@pytest.mark.parametrize("right", ["0", "4.99", "149"])
def test_a_corrected_loss_changes_the_ledgers_of_the_day_it_was_booked_on(right: str) -> None:
    reservation = reserved("10")
    reservations.risk_settle(reservation.pk, Decimal(8), act=Act("bryan", at=TODAY))
    corrected = correct(reservation, right)
    loss = f"{Decimal(right):.2f}"
    assert ledger() == ledger(GLOBAL) == ("10.00", "0.00", loss, 1)
    assert ledger(day=TOMORROW.date()) is None
    assert (corrected.realized_loss, corrected.settle_reason) == (Decimal(right), "")
    assert booked() == Decimal(right)
    event = RiskEvent.objects.get(kind="CORRECTED")
    assert (event.reservation, event.realized_loss, event.day) == (reservation, Decimal(right) - 8, TODAY.date())
    assert (event.actor, event.reason, event.created_at) == ("anna", "the deposit came back", TOMORROW)
    assert event.message == f"the loss is {right}, not 8.00"
    assert RiskEvent.objects.get(kind="SETTLED").realized_loss == 8


def test_a_loss_may_be_corrected_again_and_the_same_amount_changes_nothing() -> None:
    reservation = reserved("10")
    reservations.risk_settle(reservation.pk, Decimal(8), act=Act("bryan", at=TODAY))
    for right in ("3", "3", "5.00"):
        correct(reservation, right)
    assert RiskEvent.objects.filter(kind="CORRECTED").count() == 2
    assert (ledger(), booked()) == (("10.00", "0.00", "5.00", 1), Decimal(5))
    assert reservations.risk_settle(reservation.pk, Decimal(1), act=Act("bryan")).realized_loss == 5


def test_corrected_losses_count_against_the_caps() -> None:
    cap(max_daily_loss=Decimal(5))
    reservation = reserved("10")
    reservations.risk_settle(reservation.pk, Decimal(5), act=Act("bryan", at=TODAY))
    assert reserve("1")[0].code == "max_daily_loss"
    correct(reservation, "4.99")
    assert reserve("1")[0].allowed
    correct(reservation, "5")
    assert reserve("1")[0].code == "max_daily_loss"


def test_a_released_reservation_can_be_corrected_to_a_loss() -> None:
    reservation = reserved("10")
    reservations.release_reservation(reservation.pk, act=Act("bryan", reason="nobody settled it", at=TODAY))
    correct(reservation, "2")
    assert (ledger(), booked()) == (("10.00", "0.00", "2.00", 1), Decimal(2))


def test_an_open_reservation_has_no_loss_to_correct() -> None:
    with pytest.raises(NotSettled):
        correct(reserved("10"), "2")


def test_a_correction_by_engine_and_amount_takes_the_last_booked_loss(operator: APIClient) -> None:
    first, second = reserved("10"), reserved("10")
    for reservation in (second, first):
        reservations.risk_settle(reservation.pk, Decimal(8), act=Act("bryan", at=TODAY))
    given = {"engine": "WHOLESALE", "reserved_amount": 10, "realized_loss": 1, "reason": "a slip"}
    response = operator.post(f"{API}/correct", given)
    assert (response.status_code, response.json()["reservation_id"], response.json()["realized_loss"]) == (200, second.pk, 1)
    missing = operator.post(f"{API}/correct", {**given, "reserved_amount": 11})
    assert (missing.status_code, missing.json()["errors"][0]["detail"]) == (
        404,
        "WHOLESALE has no settled reservation of 11.00.",
    )


def test_the_api_corrects_only_for_an_operator_with_a_reason(operator: APIClient, integrator: APIClient) -> None:
    reservation = reserved("10")
    given = {"reservation_id": reservation.pk, "realized_loss": 149, "reason": "a slip"}
    still_open = operator.post(f"{API}/correct", given)
    assert (still_open.status_code, codes(still_open)) == (409, ["not_settled"])
    refused = integrator.post(f"{API}/settle", {**given, "reason": ""})
    assert (refused.status_code, codes(refused), attrs(refused)) == (409, ["loss_above_reservation"], ["realized_loss"])
    assert operator.post(f"{API}/settle", given).status_code == 200
    assert integrator.post(f"{API}/correct", given).status_code == 403
    for wrong, attr in (
        ({"reason": " "}, "reason"),
        ({"realized_loss": None}, "realized_loss"),
        ({"engine": "X"}, "engine"),
    ):
        response = operator.post(f"{API}/correct", {**given, **wrong})
        assert (response.status_code, attrs(response)) == (400, [attr])
    response = operator.post(f"{API}/correct", {**given, "realized_loss": 9, "correlation_id": "C-1"})
    assert (response.status_code, response.json()["realized_loss"]) == (200, 9)
    event = RiskEvent.objects.get(kind="CORRECTED")
    assert event.user is not None
    assert (event.user.username, event.actor, event.correlation_id) == ("operator", "operator", "C-1")


@pytest.mark.parametrize("loss", ["-0.01", "0.001", "NaN"])
def test_an_invalid_loss_is_refused(loss: Any) -> None:
    reservation = reserved("10")
    with pytest.raises(NotAnAmount):
        reservations.risk_settle(reservation.pk, Decimal(loss), act=Act("bryan"))
    assert RiskReservation.objects.get().settled_at is None


def test_settling_by_amount_takes_the_oldest_open_reservation_of_it() -> None:
    first, other, second = reserved("10"), reserved("20"), reserved("10")
    elsewhere = reserved("10", "CAPITAL")

    def settle() -> int:
        return reservations.risk_settle(
            engine="WHOLESALE", reserved_amount=Decimal(10), realized_loss=Decimal(1), act=Act("bryan", at=TODAY)
        ).pk

    assert [settle(), settle()] == [first.pk, second.pk]
    with pytest.raises(ReservationNotFound):
        settle()
    assert set(RiskReservation.objects.filter(settled_at=None)) == {other, elsewhere}
    assert ledger() == ("40.00", "20.00", "2.00", 3)


def test_an_unknown_reservation_is_not_found() -> None:
    with pytest.raises(ReservationNotFound):
        reservations.risk_settle(999_999_999, act=Act("bryan"))
    with pytest.raises(ReservationNotFound):
        reservations.release_reservation(999_999_999, act=Act("bryan", reason="test"))
    assert not RiskDay.objects.exists()


def test_settling_works_with_disabled_policies_and_everything_stopped(kill_switch: GoLiveState) -> None:
    _, reservation = reservations.reserve(engine="WHOLESALE", amount=Decimal(10), act=Act("bryan", at=TODAY))
    assert reservation is not None
    RiskPolicy.objects.update(enabled=False)
    reservations.risk_settle(reservation.pk, Decimal(1), act=Act("bryan", at=TODAY))
    assert ledger() == ("10.00", "0.00", "1.00", 1)


# Releasing --------------------------------------------------------------------------------------------------------------


def test_an_operator_releases_an_unsettled_reservation() -> None:
    reservation = reserved("10")
    released = reservations.release_reservation(reservation.pk, act=Act("ops", reason="the engine died", at=TOMORROW))
    assert (released.settled_at, released.realized_loss, released.settled_by) == (TOMORROW, 0, "ops")
    assert RiskReservation.objects.get().settle_reason == "the engine died"
    assert ledger() == ledger(GLOBAL) == ("10.00", "0.00", "0.00", 1)
    assert events()[1:] == [("RELEASED", "WHOLESALE", "10.00", "0.00")]
    assert RiskEvent.objects.latest("id").reason == "the engine died"


def test_a_settled_reservation_cannot_be_released() -> None:
    reservation = reserved("10")
    reservations.risk_settle(reservation.pk, Decimal(4), act=Act("bryan", at=TODAY))
    with pytest.raises(AlreadySettled):
        reservations.release_reservation(reservation.pk, act=Act("ops", reason="too late"))
    assert (AlreadySettled.code, AlreadySettled.status) == ("already_settled", 409)
    assert RiskReservation.objects.get().realized_loss == 4
    assert len(events()) == 2


# The Python API ---------------------------------------------------------------------------------------------------------


def test_risk_reserve_or_raise_returns_the_reservation() -> None:
    reservation = risk_reserve_or_raise("WHOLESALE", Decimal(10), actor="bryan", now=TODAY)
    assert (reservation.amount, ledger()) == (10, ("10.00", "10.00", "0.00", 1))


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_risk_reserve_or_raise_raises_and_keeps_the_event() -> None:
    with pytest.raises(RiskDenied, match=r"max_daily_exposure of GLOBAL: today's exposure is 0\.00 of 1500\.00"):
        risk_reserve_or_raise("WHOLESALE", Decimal(262_500), actor="bryan")
    assert (RiskDenied.code, RiskDenied.status) == ("risk_denied", 409)
    assert events() == [("DENIED", "WHOLESALE", "262500.00", "0.00")]
    assert not RiskReservation.objects.exists()


# The business day -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("zone", "now", "day"),
    [
        ("UTC", datetime(2026, 7, 15, 23, 59, tzinfo=UTC), date(2026, 7, 15)),
        ("UTC", datetime(2026, 7, 16, 0, 0, tzinfo=UTC), date(2026, 7, 16)),
        ("America/Vancouver", datetime(2026, 7, 16, 6, 30, tzinfo=UTC), date(2026, 7, 15)),
        ("America/Vancouver", datetime(2026, 7, 16, 7, 0, tzinfo=UTC), date(2026, 7, 16)),
        ("America/St_Johns", datetime(2026, 7, 16, 2, 29, tzinfo=UTC), date(2026, 7, 15)),
        ("America/St_Johns", datetime(2026, 7, 16, 2, 30, tzinfo=UTC), date(2026, 7, 16)),
    ],
)
def test_a_day_begins_at_midnight_of_the_business_zone(settings: Settings, zone: Any, now: Any, day: Any) -> None:
    settings.RISK_BUSINESS_ZONE = zone
    assert ledgers.business_day(now) == day
    assert reserved("10", act=Act("bryan", at=now)).day == day
    assert ledger(day=day) == ("10.00", "10.00", "0.00", 1)
    reservations.risk_settle(RiskReservation.objects.get().pk, Decimal(1), act=Act("bryan", at=now))
    assert ledger(day=day) == ("10.00", "0.00", "1.00", 1)


# The tables -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("broken", [{"open_risk_reserved": -1}, {"exposure_used": -1}, {"realized_loss": -1}])
def test_the_database_forbids_a_ledger_below_zero(broken: Any) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        RiskDay.objects.create(engine="X", day=TODAY.date(), **broken)


def test_the_database_forbids_a_policy_with_a_negative_cap() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        RiskPolicyFactory.create(max_open_risk=-1)


def test_an_event_is_neither_changed_nor_deleted() -> None:
    reserved("10")
    for change in (lambda: RiskEvent.objects.update(amount=1), lambda: RiskEvent.objects.all().delete()):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            change()
    assert events() == [("RESERVED", "WHOLESALE", "10.00", "0.00")]


def test_rows_have_readable_names() -> None:
    reservation = reserved("10")
    assert str(reservation) == "Wholesale: $10 at stake"
    assert str(RiskPolicy.objects.get(engine=GLOBAL)) == "GLOBAL"
    assert str(RiskDay.objects.get(engine=GLOBAL)) == "All engines together, Dec 15, 2026"
    assert str(RiskEvent.objects.get()) == "Wholesale: Reserved, $10"


# Over the API -----------------------------------------------------------------------------------------------------------


def test_the_api_reserves_and_settles(integrator: APIClient) -> None:
    answer = integrator.post(f"{API}/check-and-reserve", {"engine": "wholesale", "amount": 10.5, "correlation_id": "C1"})
    row = RiskReservation.objects.get()
    assert (answer.status_code, answer.json()) == (
        200,
        {"ok": True, "engine": "WHOLESALE", "reserved": 10.5, "reservation_id": row.pk, "message": "reserved"},
    )
    assert (row.actor, row.user and row.user.username, row.correlation_id) == ("integrator", "integrator", "C1")
    settle = {"reservation_id": row.pk, "realized_loss": 2.5, "actor": "va1", "reason": "fell through"}
    answer = integrator.post(f"{API}/settle", settle)
    row.refresh_from_db()
    assert (row.settled_by, row.settled_user and row.settled_user.username) == ("va1", "integrator")
    assert answer.json() == {
        "ok": True,
        "reservation_id": row.pk,
        "engine": "WHOLESALE",
        "released": 10.5,
        "realized_loss": 2.5,
        "settled_at": answer.json()["settled_at"],
    }
    assert integrator.post(f"{API}/settle", {**settle, "realized_loss": 9}).json() == answer.json()
    today = ledgers.business_day(row.created_at).isoformat()
    figures = {"day": today, "exposure_used": 10.5, "open_risk_reserved": 0, "realized_loss": 2.5, "actions_count": 1}
    assert integrator.get(f"{API}/ledger/today").json() == [
        {"engine": "GLOBAL", **figures},
        {"engine": "WHOLESALE", **figures},
    ]


def test_a_denial_over_the_api_is_an_answer_and_no_error(integrator: APIClient) -> None:
    answer = integrator.post(f"{API}/check-and-reserve", {"engine": "WHOLESALE", "amount": 262_500})
    assert (answer.status_code, answer.json()) == (
        200,
        {
            "ok": False,
            "engine": "WHOLESALE",
            "reserved": 0,
            "reservation_id": None,
            "message": "max_daily_exposure of GLOBAL: today's exposure is 0.00 of 1500.00",
        },
    )
    assert RiskEvent.objects.get().user is not None


def test_the_api_settles_by_engine_and_amount_too(integrator: APIClient) -> None:
    first = reserved("10")
    answer = integrator.post(f"{API}/settle", {"engine": "WHOLESALE", "reserved_amount": 10, "realized_loss": 1})
    assert (answer.status_code, answer.json()["reservation_id"]) == (200, first.pk)
    again = integrator.post(f"{API}/settle", {"engine": "WHOLESALE", "reserved_amount": 10})
    assert (again.status_code, codes(again)) == (404, ["not_found"])


@pytest.mark.parametrize("given", [{}, {"engine": "WHOLESALE"}, {"reserved_amount": 10}, {"realized_loss": 1}])
def test_a_settlement_must_name_its_reservation(integrator: APIClient, given: Any) -> None:
    answer = integrator.post(f"{API}/settle", given)
    assert (answer.status_code, codes(answer), attrs(answer)) == (400, ["required"], ["reservation_id"])


@pytest.mark.parametrize(
    ("said", "attr"),
    [
        ({"engine": "CAPITAL"}, "engine"),
        ({"reserved_amount": "10.01"}, "reserved_amount"),
        ({"engine": "CAPITAL", "reserved_amount": 10}, "engine"),
        ({"engine": "WHOLESALE", "reserved_amount": 1}, "reserved_amount"),
    ],
)
@pytest.mark.parametrize("settled", [False, True])
def test_an_id_that_contradicts_engine_or_amount_settles_nothing(
    integrator: APIClient, said: Any, attr: str, settled: bool
) -> None:
    reservation = reserved("10")
    if settled:
        reservations.risk_settle(reservation.pk, act=Act("bryan"))
    before = events()
    response = integrator.post(f"{API}/settle", {"reservation_id": reservation.pk, **said})
    assert (response.status_code, codes(response), attrs(response)) == (400, ["other_reservation"], [attr])
    assert events() == before
    agreeing = {"reservation_id": reservation.pk, "engine": "wholesale", "reserved_amount": "10.00"}
    assert integrator.post(f"{API}/settle", agreeing).status_code == 200


def test_settling_an_unknown_id_over_the_api_is_404(integrator: APIClient) -> None:
    answer = integrator.post(f"{API}/settle", {"reservation_id": 999_999_999})
    assert (answer.status_code, codes(answer)) == (404, ["not_found"])


def test_a_policy_is_changed_with_who_why_and_history(operator: APIClient) -> None:
    change = {"engine": "wholesale", "max_open_risk": 500.5, "reason": "a quiet week"}
    answer = operator.post(f"{API}/policies/upsert", change).json()
    row = RiskPolicy.objects.get(engine="WHOLESALE")
    assert answer == {
        "id": row.pk,
        "engine": "WHOLESALE",
        "max_daily_loss": 200,
        "max_daily_exposure": 1000,
        "max_open_risk": 500.5,
        "max_actions_per_day": 0,
        "enabled": True,
        "version": 2,
        "changed_by": "operator",
        "reason": "a quiet week",
        "updated_at": answer["updated_at"],
    }
    assert answer in operator.get(f"{API}/policies").json()
    latest = row.history.first()
    assert latest is not None
    assert (row.history.count(), latest.max_open_risk, latest.history_change_reason) == (2, Decimal("500.5"), "a quiet week")
    conflict = operator.post(f"{API}/policies/upsert", {**change, "expected_version": 1})
    assert (conflict.status_code, codes(conflict)) == (409, ["version_conflict"])


def test_a_new_engine_is_off_until_it_is_enabled(operator: APIClient) -> None:
    answer = operator.post(f"{API}/policies/upsert", {"engine": "new engine"}).json()
    assert (answer["engine"], answer["enabled"], answer["max_open_risk"], answer["version"]) == ("NEW_ENGINE", False, 0, 1)
    assert reserve("1", "NEW_ENGINE")[0].code == "policy_disabled"


def test_a_ledger_of_an_unused_day_is_empty(agent: APIClient) -> None:
    assert agent.get(f"{API}/ledger/today").json() == []
