"""How late a task may be: which policy counts, and whether a lateness is a risk or a breach. Pure."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from wholesale.plumbing.vocabulary import ALL

if TYPE_CHECKING:
    from followups.models import FollowupTask

MINUTES_MAX = 30 * 24 * 60
# The guide measures what was done within 30 minutes and within 2 hours.
WARN_AFTER, BREACH_AFTER = 30, 120


class Rule(NamedTuple):
    """What is needed of a policy."""

    id: int
    version: int
    province: str
    market: str
    channel: str
    enabled: bool
    warn_after_minutes: int
    breach_after_minutes: int

    @property
    def warn_after(self) -> timedelta:
        """Later than that a task is at risk."""
        return timedelta(minutes=self.warn_after_minutes)

    @property
    def breach_after(self) -> timedelta:
        """Later than that it is a breach."""
        return timedelta(minutes=self.breach_after_minutes)


class Standing(StrEnum):
    """How an open task stands with its SLA, where it is late at all."""

    AT_RISK = "at_risk"
    BREACHED = "breached"


class Rulebook:
    """All policies: a market's own counts, else its province's; one that is off allows any lateness."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._rules = {(rule.province, rule.market, rule.channel): rule for rule in rules}

    def __iter__(self) -> Iterator[Rule]:
        return iter(self._rules.values())

    def of(self, province: str, market: str, channel: str) -> Rule | None:
        """The one that counts, or None where no lateness is a breach."""
        rule = self._rules.get((province, market, channel)) or self._rules.get((province, ALL, channel))
        return rule if rule and rule.enabled else None


def standing(task: "FollowupTask", now: datetime) -> Standing | None:
    """How an open task stands at `now`; None where it is in time, or nobody watches."""
    counted_to = min(now, task.open_until + datetime.resolution) if task.open_until else now
    if task.breaches_at and task.breaches_at < counted_to:
        return Standing.BREACHED
    return Standing.AT_RISK if task.warns_at and task.warns_at < counted_to else None


def counted_from(task: "FollowupTask") -> datetime:
    """What lateness counts from: a task that is due at night is not late before the morning."""
    return task.actionable_at or task.due_at
