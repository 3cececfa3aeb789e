"""The front door of governance: may this verb act now, may this lead be contacted now. No answer is a refusal."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.utils import timezone

from governance.clocks.zones import zones_of
from governance.decisions import Decision, ExecutionClass, verb
from governance.golive import services as golive
from governance.golive.models import GoLiveState
from governance.heimdall import services as heimdall
from governance.heimdall.errors import NotProdEligible
from governance.heimdall.models import HeimdallRecommendation, HeimdallScorecard
from governance.market import rules as market_rules
from governance.market.models import MarketPolicy
from governance.market.rules import Reason, Rules
from governance.risk import services as risk
from governance.risk.errors import RiskDenied
from governance.risk.models import RiskReservation
from governance.runbook import services as runbook
from wholesale.errors import DomainError
from wholesale.fields import iso_utc
from wholesale.vocabulary import ALL


class KillSwitchEngaged(DomainError):
    """The kill switch is engaged: nothing acts until an operator releases it."""

    code = "KILL_SWITCH_ENGAGED"
    status = 503


class GoLiveDisabled(DomainError):
    """The system is not live: nothing acts until an operator enables go-live."""

    code = "GO_LIVE_DISABLED"
    status = 503


_REFUSALS: dict[str, type[DomainError]] = {error.code: error for error in (KillSwitchEngaged, GoLiveDisabled)}
STANDING = Decision(True, "standing")


def standing(execution_class: ExecutionClass, *, engaged: bool, live: bool) -> Decision:
    """What the go-live row says to a verb of this class (CONTRACT section 4)."""
    if execution_class in (ExecutionClass.SANDBOX, ExecutionClass.EXECUTE) and engaged:
        return Decision(False, KillSwitchEngaged.code, KillSwitchEngaged().detail)
    if execution_class is ExecutionClass.EXECUTE and not live and settings.GO_LIVE_ENFORCE:
        return Decision(False, GoLiveDisabled.code, GoLiveDisabled().detail)
    return STANDING


def require(execution_class: ExecutionClass) -> None:
    """Let a verb act, or refuse. Within its transaction it holds off any toggle until that ends; read the clock after it.

    Raises:
        KillSwitchEngaged, GoLiveDisabled: the verb may not act now.

    """
    if transaction.get_connection().in_atomic_block:
        golive.lock_shared()
    decision = _standing_now(execution_class)
    if not decision.allowed:
        raise _REFUSALS[decision.code]


def _standing_now(execution_class: ExecutionClass) -> Decision:
    engaged, live = golive.switches()
    return standing(execution_class, engaged=engaged, live=live)


@dataclass(frozen=True, slots=True)
class ContactAnswer:
    """The contact gate's decision, with what it was made from."""

    decision: Decision
    province: str
    market: str
    channel: str
    matched_market: str | None
    policy_version: int | None
    at: datetime | None = None  # the instant that was converted, when local time was not given
    zone: ZoneInfo | None = None  # the zone that refused, else the first
    zones: tuple[ZoneInfo, ...] = ()


# The state and the policies that may match, in one statement: the gate is asked more often than anything else, and reading
# the row each time is what keeps its answer true the moment that a policy or the switch changes.
_CONTACT_SQL = f"""
SELECT s.kill_switch_engaged, s.go_live_enabled, p.market, p.enabled, p.version, p.rules
FROM (SELECT 1) AS one
LEFT JOIN {GoLiveState._meta.db_table} AS s ON s.id = 1
LEFT JOIN {MarketPolicy._meta.db_table} AS p ON p.province = %s AND p.market IN (%s, '{ALL}')
"""


def decide_contact(
    province: str,
    market: str,
    channel: str,
    *,
    lead_score: Decimal | None = None,
    local: tuple[int, str] | None = None,
    at: datetime | None = None,
) -> ContactAnswer:
    """May somebody in this market be contacted by this channel?

    `local` is the lead's own weekday (Monday is 0) and `HH:MM`; without it the instant `at` (default: now) is converted for
    every zone that the market may live in, and must be allowed in each. First refusal wins: the kill switch, go-live, then
    the market policy (CONTRACT section 2).
    """
    with connection.cursor() as cursor:
        cursor.execute(_CONTACT_SQL, [province, market])
        rows = cursor.fetchall()
    engaged, live = rows[0][0], rows[0][1]
    policies = {row[2]: row[3:] for row in rows}
    matched = market if market in policies else ALL if ALL in policies else None
    enabled, version, rules = _policy(policies[matched]) if matched else (False, None, None)

    zones: tuple[ZoneInfo, ...] = ()
    if local is None:
        at = at or timezone.now()
        zones = zones_of(province, market)
        minutes = [market_rules.local_minute(at, zone) for zone in zones]
    else:
        minutes = [local]

    decision = standing(ExecutionClass.EXECUTE, engaged=engaged is None or bool(engaged), live=bool(live))
    if decision.allowed:
        decision = market_rules.judge(rules, enabled=enabled, channel=channel, lead_score=lead_score, minutes=minutes)
    zone = zones[0] if zones else None
    if decision.code == Reason.OUTSIDE_CONTACT_WINDOW and rules and at and zones:
        zone = next(z for z, minute in zip(zones, minutes, strict=True) if not rules.window_open(*minute))
        decision = market_rules.refusal(Reason.OUTSIDE_CONTACT_WINDOW, market_rules.next_open(rules, zones, at))
    return ContactAnswer(decision, province, market, channel, matched, version, at, zone, zones)


def _policy(row: Iterable[Any]) -> tuple[bool, int, Rules]:
    enabled, version, rules = row
    return bool(enabled), version, market_rules.parsed_text(rules)


def is_contact_allowed(
    rules: dict[str, Any], weekday: int, hhmm: str, channel: str, lead_score: Decimal | None = None
) -> tuple[bool, str]:
    """The guide's check of rules from `get_effective_policy`: `ok, reason`. Held to the kill switch and go-live as well.

    Empty rules (no policy, or one that is off) are refused, and so is an `hhmm` that is no time.
    """
    decision = _standing_now(ExecutionClass.EXECUTE)
    if decision.allowed:
        minutes = [(weekday, hhmm)] if market_rules.is_hhmm(hhmm) else []
        parsed = market_rules.parsed(market_rules.normalised(rules)) if rules else None
        decision = market_rules.judge(parsed, enabled=True, channel=channel.upper(), lead_score=lead_score, minutes=minutes)
    return decision.allowed, decision.code


class ChecklistFailed(DomainError):
    """The runbook has blockers: go-live stays off."""

    code = "checklist_failed"
    status = 412

    def __init__(self, blockers: list[dict[str, Any]]) -> None:
        super().__init__()
        self.blockers = blockers

    @property
    def errors(self) -> list[tuple[str, str | None]]:
        """One for each failing check, named by its id."""
        return [(blocker["message"], blocker["id"]) for blocker in self.blockers]


def go_live_checklist(now: datetime | None = None) -> dict[str, Any]:
    """The runbook's checks as one list, the failing ones first."""
    found = runbook.status(now)
    return {
        "ok_to_enable_go_live": found["ok_to_enable_go_live"],
        "items": [*found["blockers"], *found["warnings"], *found["info"]],
    }


@verb(ExecutionClass.CONTROL)
@transaction.atomic
def enable_go_live(*, changed_by: str, reason: str, user: User | None = None, now: datetime | None = None) -> GoLiveState:
    """Go live. The toggle's lock is taken before the runbook is asked, so no kill switch is engaged in between.

    Raises:
        ChecklistFailed: the runbook has a blocker.

    """
    golive.lock_exclusive()
    blockers = runbook.blockers(now)
    if blockers:
        raise ChecklistFailed(blockers)
    return golive.enable_go_live(changed_by=changed_by, reason=reason, user=user, now=now)


@verb(ExecutionClass.EXECUTE)
@transaction.atomic
def risk_reserve(**reservation: Any) -> tuple[Decision, RiskReservation | None]:
    """Put an amount at stake (`governance.risk.services.reserve` says how). A denial is an answer, kept as an event.

    Raises:
        KillSwitchEngaged, GoLiveDisabled: nothing may act now.

    """
    require(ExecutionClass.EXECUTE)
    return risk.reserve(**reservation)


def risk_reserve_or_raise(engine: str, amount: Decimal, *, actor: str, **options: Any) -> RiskReservation:
    """The guide's reservation for Python callers.

    Raises:
        RiskDenied: a cap does not allow it. The denial's event stays unless the caller's own transaction is undone.
        KillSwitchEngaged, GoLiveDisabled: nothing may act now.

    """
    decision, reservation = risk_reserve(engine=engine, amount=amount, actor=actor, **options)
    if reservation is None:
        raise RiskDenied(decision.detail)
    return reservation


@dataclass(slots=True)
class AtStake:
    """A reservation in use; set `realized_loss` (CAD) to what was lost."""

    reservation: RiskReservation
    realized_loss: Decimal = Decimal(0)


@contextmanager
def risk_reserved(engine: str, amount: Decimal, *, actor: str, **options: Any) -> Iterator[AtStake]:
    """Hold a reservation for a block, and settle it however the block ends.

    Raises:
        RiskDenied, KillSwitchEngaged, GoLiveDisabled: see `risk_reserve_or_raise`.

    """
    at_stake = AtStake(risk_reserve_or_raise(engine, amount, actor=actor, **options))
    try:
        yield at_stake
    finally:
        risk.risk_settle(
            at_stake.reservation.pk,
            at_stake.realized_loss,
            actor=actor,
            correlation_id=at_stake.reservation.correlation_id,
            user=options.get("user"),
        )


@verb(ExecutionClass.SANDBOX)
@transaction.atomic
def heimdall_trial(**trial: Any) -> HeimdallScorecard:
    """Count a sandbox trial (`governance.heimdall.services.record_trial` says how).

    Raises:
        KillSwitchEngaged: nothing may act now.

    """
    require(ExecutionClass.SANDBOX)
    return heimdall.record_trial(**trial)


@verb(ExecutionClass.SANDBOX)
@transaction.atomic
def heimdall_recommend(**advice: Any) -> HeimdallRecommendation:
    """Keep an AI's advice (`governance.heimdall.services.recommend` says how).

    Raises:
        KillSwitchEngaged: nothing may act now.

    """
    require(ExecutionClass.SANDBOX)
    return heimdall.recommend(**advice)


@verb(ExecutionClass.EXECUTE)
@transaction.atomic
def heimdall_use(recommendation_id: int, *, actor: str = "system", **options: Any) -> Decision:
    """May production use this advice now? Judged anew, and the answer kept as an event.

    Raises:
        RecommendationNotFound: no such recommendation.
        KillSwitchEngaged, GoLiveDisabled: nothing may act now.

    """
    require(ExecutionClass.EXECUTE)
    return heimdall.judge_use(recommendation_id, actor=actor, **options)


def heimdall_require_prod_eligible(recommendation_id: int, **options: Any) -> None:
    """Let production use this advice, or refuse.

    Raises:
        NotProdEligible: the gate refuses; its code is in the message. Also: see `heimdall_use`.

    """
    decision = heimdall_use(recommendation_id, **options)
    if not decision.allowed:
        raise NotProdEligible(f"{decision.code}: {decision.detail}")


hold_off_acts = golive.lock_exclusive


@dataclass(frozen=True, slots=True)
class Stop:
    """What stands still now. Any later change, whoever makes it, gives it another mark."""

    mark: str
    began: bool  # False where it stood still already


def stop_all(*, changed_by: str, reason: str, now: datetime) -> Stop:
    """Engage the kill switch, saying why."""
    golive.lock_exclusive()
    state = golive.current_state()
    began = state is not None and not state.kill_switch_engaged
    return Stop(_mark(golive.engage_kill_switch(changed_by=changed_by, reason=reason, now=now)), began)


def lift_stop_of_all(mark: str, *, changed_by: str, reason: str, user: User | None, now: datetime) -> bool:
    """Release the kill switch, if nobody touched the go-live state since it got this mark. Whether it did."""
    golive.lock_exclusive()
    state = golive.current_state()
    if state is None or _mark(state) != mark:
        return False
    golive.release_kill_switch(changed_by=changed_by, reason=reason, user=user, now=now)
    return True


def _mark(state: GoLiveState) -> str:
    return iso_utc(state.updated_at)


def throttle_engine(engine: str, *, changed_by: str, reason: str, now: datetime) -> Stop | None:
    """Switch the engine's risk policy off, saying why. None where it has none."""
    policy = risk.locked_policy(engine)
    if policy is None:
        return None
    began = policy.enabled
    if began:
        policy = risk.upsert_policy(engine=engine, enabled=False, changed_by=changed_by, reason=reason, now=now)
    return Stop(str(policy.version), began)


def lift_throttle(engine: str, mark: str, *, changed_by: str, reason: str, user: User | None, now: datetime) -> bool:
    """Switch the engine's risk policy on again, if nobody touched it since it got this mark. Whether it did."""
    policy = risk.locked_policy(engine)
    if policy is None or str(policy.version) != mark:
        return False
    risk.upsert_policy(engine=engine, enabled=True, changed_by=changed_by, reason=reason, user=user, now=now)
    return True
