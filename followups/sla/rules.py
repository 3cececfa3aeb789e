"""SLA policies as values: which one applies to a task, and its limits. Pure."""

from collections.abc import Iterable
from datetime import timedelta
from typing import NamedTuple

from wholesale.plumbing.vocabulary import ALL

MINUTES_MAX = 30 * 24 * 60
# Minutes. The guide measures what was done within 30 minutes and within 2 hours.
WARN_AFTER, BREACH_AFTER = 30, 120


class SlaRule(NamedTuple):
    """The fields of an SLA policy that the rules need."""

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
        """A task that is later than this is at risk."""
        return timedelta(minutes=self.warn_after_minutes)

    @property
    def breach_after(self) -> timedelta:
        """A task that is later than this is a breach."""
        return timedelta(minutes=self.breach_after_minutes)


class Rulebook:
    """SLA policies. A market's own policy applies, or else its province's. A policy that is off allows any lateness."""

    def __init__(self, rules: Iterable[SlaRule]) -> None:
        self._rules = {(rule.province, rule.market, rule.channel): rule for rule in rules}

    def of(self, province: str, market: str, channel: str) -> SlaRule | None:
        """The policy that applies. None if there is no policy, or it is off: then no task is a breach."""
        rule = self._rules.get((province, market, channel)) or self._rules.get((province, ALL, channel))
        return rule if rule and rule.enabled else None
