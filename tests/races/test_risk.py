"""Many reserve and settle at once: the caps hold to the cent, and ledgers, reservations and events agree."""

import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Sum

from governance import gate
from governance.policies import upsert
from governance.risk import reservations
from governance.risk.errors import AlreadySettled
from governance.risk.models import RiskDay, RiskEvent, RiskPolicy, RiskReservation
from governance.risk.reservations import correct_loss
from governance.risk.rules import GLOBAL
from tests.factories import NOON, RiskPolicyFactory, many
from wholesale.plumbing.act import Act

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True, serialized_rollback=True)]

THREADS = 32
EACH = 100
TEN = Decimal(10)
RunTogether = Callable[..., list[Any]]


def reserve(engine: str = "WHOLESALE", at: datetime | None = None) -> bool:
    return gate.risk_reserve(engine=engine, amount=TEN, act=Act("race", at=at))[0].allowed


def caps(engine: str, **changes: Any) -> None:
    upsert(RiskPolicy, engine=engine, act=Act("race"), **changes)


def assert_all_agree(engines: tuple[str, ...] = ("WHOLESALE",)) -> None:
    """Check that an engine's ledger is the sum of its reservations, GLOBAL's the sum of all, and each has its events."""
    for engine in (*engines, GLOBAL):
        made = RiskReservation.objects.filter(engine__in=engines if engine == GLOBAL else (engine,))
        ledger = RiskDay.objects.get(engine=engine)
        assert ledger.actions_count == made.count()
        assert ledger.exposure_used == made.aggregate(sum=Sum("amount", default=0))["sum"]
        assert ledger.open_risk_reserved == made.filter(settled_at=None).aggregate(sum=Sum("amount", default=0))["sum"]
        assert ledger.realized_loss == made.aggregate(sum=Sum("realized_loss", default=0))["sum"]
    for kind, rows in (
        ("RESERVED", RiskReservation.objects.all()),
        ("SETTLED", RiskReservation.objects.exclude(settled_at=None)),
    ):
        told = RiskEvent.objects.filter(kind=kind).values_list("reservation_id", flat=True)
        assert sorted(told) == sorted(rows.values_list("id", flat=True))


def test_the_cap_holds_exactly_and_each_loss_is_counted_once(run_together: RunTogether) -> None:
    answers = run_together(THREADS, lambda _: [reserve() for _ in range(EACH)])
    assert sum(map(sum, answers)) == 100
    for engine in ("WHOLESALE", GLOBAL):
        ledger = RiskDay.objects.get(engine=engine)
        assert (ledger.exposure_used, ledger.open_risk_reserved, ledger.actions_count) == (1000, 1000, 100)
    assert RiskEvent.objects.filter(kind="DENIED").count() == THREADS * EACH - 100
    assert_all_agree()

    ids = list(RiskReservation.objects.values_list("id", flat=True))

    def settle(number: int) -> list[Decimal | None]:
        mine = ids[number::THREADS] + ids[(number + 1) % THREADS :: THREADS]
        return [reservations.risk_settle(id, Decimal(number + 1) / 4, act=Act(f"t{number}")).realized_loss for id in mine]

    settled = run_together(THREADS, settle)
    assert sum(map(len, settled)) == 2 * len(ids)
    for engine in ("WHOLESALE", GLOBAL):
        assert RiskDay.objects.get(engine=engine).open_risk_reserved == 0
    assert_all_agree()


def test_concurrent_corrections_leave_consistent_ledgers(run_together: RunTogether) -> None:
    reserve()
    reservation = RiskReservation.objects.get()
    reservations.risk_settle(reservation.pk, Decimal(5), act=Act("race"))
    run_together(8, lambda number: correct_loss(reservation.pk, Decimal(number), act=Act("race", reason="a test")))
    assert_all_agree()
    assert RiskEvent.objects.aggregate(sum=Sum("realized_loss"))["sum"] == RiskDay.objects.get(engine=GLOBAL).realized_loss


def test_two_engines_in_opposite_order_do_not_deadlock(run_together: RunTogether) -> None:
    """Both reach GLOBAL's cap of 1,500. The engines' own caps would allow 1,000 and 750."""
    engines = ("WHOLESALE", "CAPITAL")

    def act(number: int) -> int:
        order = engines if number % 2 else engines[::-1]
        allowed = 0
        for _ in range(8):
            with transaction.atomic():
                allowed += sum([reserve(engine) for engine in order])
        return allowed

    assert sum(run_together(THREADS, act)) == 150
    assert RiskDay.objects.get(engine=GLOBAL).exposure_used == 1500
    assert_all_agree(engines)


def test_the_open_cap_holds_across_midnight(run_together: RunTogether) -> None:
    """One reserves on one day and one on the next: two separate ledgers under one cap."""
    caps(GLOBAL, max_daily_exposure=0, max_open_risk=0)
    engines = [policy.engine for policy in many(RiskPolicyFactory, 60, max_open_risk=TEN)]
    both = threading.Barrier(2)

    def act(number: int) -> list[bool]:
        allowed = []
        for engine in engines:
            both.wait(timeout=30)
            allowed.append(reserve(engine, NOON + timedelta(days=number)))
        return allowed

    first, second = run_together(2, act)
    assert [one + other for one, other in zip(first, second, strict=True)] == [1] * len(engines)


def test_a_cap_raised_meanwhile_holds_exactly_too(run_together: RunTogether) -> None:
    caps(GLOBAL, max_daily_exposure=0, max_open_risk=0)
    caps("WHOLESALE", max_daily_exposure=Decimal(100))
    raised = threading.Event()

    def act(number: int) -> int:
        if number == 0:
            while not RiskEvent.objects.filter(kind="DENIED").exists():
                time.sleep(0.01)
            assert RiskDay.objects.get(engine="WHOLESALE").exposure_used == 100
            caps("WHOLESALE", max_daily_exposure=Decimal(200))
            raised.set()
            return 0
        allowed = 0
        while True:
            too_late = raised.is_set()
            if reserve():
                allowed += 1
            elif too_late:
                return allowed

    assert sum(run_together(THREADS, act)) == 20
    assert RiskDay.objects.get(engine="WHOLESALE").exposure_used == 200
    assert_all_agree()


def test_each_settlement_by_amount_finds_its_own_reservation(run_together: RunTogether) -> None:
    for _ in range(THREADS):
        assert reserve()
    settled = run_together(
        THREADS,
        lambda _: (
            reservations.risk_settle(
                engine="WHOLESALE", reserved_amount=TEN, realized_loss=Decimal("0.01"), act=Act("race")
            ).pk
        ),
    )
    assert sorted(settled) == sorted(RiskReservation.objects.values_list("id", flat=True))
    assert RiskDay.objects.get(engine="WHOLESALE").realized_loss == Decimal("0.32")
    assert_all_agree()


def test_a_concurrent_settlement_and_release_do_exactly_one_of_both(run_together: RunTogether) -> None:
    for _ in range(10):
        assert reserve()
        id = RiskReservation.objects.latest("id").pk

        def act(number: int, id: int = id) -> Any:
            if number % 2:
                return reservations.release_reservation(id, act=Act("ops", reason="race"))
            return reservations.risk_settle(id, Decimal(1), act=Act("race"))

        answers = run_together(4, act)
        row = RiskReservation.objects.get(pk=id)
        ends = RiskEvent.objects.filter(reservation=id).exclude(kind="RESERVED")
        assert ends.count() == 1
        released = ends.get().kind == "RELEASED"
        assert row.realized_loss == (0 if released else 1)
        refused = [answer for answer in answers if isinstance(answer, AlreadySettled)]
        assert len(refused) == (1 if released else 2)
        assert len(answers) - len(refused) == sum(isinstance(answer, RiskReservation) for answer in answers)
    ledger = RiskDay.objects.get(engine=GLOBAL)
    assert (ledger.open_risk_reserved, ledger.actions_count) == (0, 10)


def test_nothing_is_reserved_by_the_old_cap_after_a_cap_was_lowered(run_together: RunTogether) -> None:
    caps(GLOBAL, max_daily_exposure=0, max_open_risk=0)
    lowered = threading.Event()

    def used() -> Decimal:
        return RiskDay.objects.get(engine="WHOLESALE").exposure_used

    def act(number: int) -> list[tuple[Decimal, Decimal]]:
        while number and not lowered.is_set():
            reserve()
        found = []
        for _ in range(0 if number else 20):
            caps("WHOLESALE", max_daily_exposure=0, max_open_risk=0)
            time.sleep(0.02)
            caps("WHOLESALE", max_daily_exposure=TEN)
            at_once = used()
            time.sleep(0.02)
            found.append((at_once, used()))
        lowered.set()
        return found

    found, *_ = run_together(8, act)
    assert [at_once for at_once, _ in found] == [later for _, later in found]
    assert found[0] < found[-1]
    assert_all_agree()


def test_everything_at_once_neither_deadlocks_nor_loses_a_cent(run_together: RunTogether) -> None:
    """Reservations on two days, settlements, releases, corrections, changed caps and throttles of two engines."""
    caps(GLOBAL, max_daily_exposure=0, max_open_risk=Decimal(400), max_daily_loss=0)
    engines = ("WHOLESALE", "CAPITAL")

    def act(number: int) -> None:
        engine = engines[number % 2]
        for turn in range(20):
            reserve(engine, NOON + timedelta(days=turn % 2))
            open_ids = RiskReservation.objects.filter(engine=engine, settled_at=None).values_list("id", flat=True)
            for id in open_ids[number % 3 : 3]:
                try:
                    if turn % 3:
                        reservations.risk_settle(id, Decimal(number) / 4, act=Act("race", at=NOON + timedelta(days=1)))
                    else:
                        reservations.release_reservation(id, act=Act("race", reason="race"))
                    correct_loss(id, Decimal(turn) / 4, act=Act("race", reason="race"))
                except AlreadySettled:
                    pass
            if number < 2:
                caps(engine, max_open_risk=Decimal(50 + turn), max_daily_exposure=0, max_daily_loss=0, enabled=True)
                with transaction.atomic():
                    stop = gate.throttle_engine(engine, Act("race", reason="race"))
                    assert stop is not None
                with transaction.atomic():
                    gate.lift_throttle(engine, stop.mark, Act("race", reason="race"))

    assert run_together(8, act) == [None] * 8
    for engine in (*engines, GLOBAL):
        made = RiskReservation.objects.filter(engine__in=engines if engine == GLOBAL else (engine,))
        days = RiskDay.objects.filter(engine=engine).aggregate(
            *(Sum(name) for name in ("exposure_used", "open_risk_reserved", "realized_loss", "actions_count"))
        )
        assert days["actions_count__sum"] == made.count() > 0
        assert days["exposure_used__sum"] == TEN * made.count()
        assert days["open_risk_reserved__sum"] == TEN * made.filter(settled_at=None).count()
        assert days["realized_loss__sum"] == made.aggregate(sum=Sum("realized_loss", default=0))["sum"]
