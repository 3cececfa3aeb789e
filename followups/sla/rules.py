"""How late a task may be: which policy counts, and whether a lateness is a risk or a breach. Pure."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import NamedTuple

from wholesale.plumbing.vocabulary import ALL

MINUTES_MAX = 30 * 24 * 60
# The guide measures what was done within 30 minutes and within 2 hours.
WARN_AFTER, BREACH_AFTER = 30, 120


class SlaRule(NamedTuple):
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


class Rulebook:
    """All policies: a market's own counts, else its province's; one that is off allows any lateness."""

    def __init__(self, rules: Iterable[SlaRule]) -> None:
        self._rules = {(rule.province, rule.market, rule.channel): rule for rule in rules}

    def __iter__(self) -> Iterator[SlaRule]:
        return iter(self._rules.values())

    def of(self, province: str, market: str, channel: str) -> SlaRule | None:
        """The one that counts, or None where no lateness is a breach."""
        rule = self._rules.get((province, market, channel)) or self._rules.get((province, ALL, channel))
        return rule if rule and rule.enabled else None
