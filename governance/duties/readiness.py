"""The runbook's checks of duties with a date, one for each kind."""

from collections.abc import Callable
from datetime import datetime

from governance.duties.models import LegalDuty
from governance.duties.rules import RULES, Duty, as_detail, in_order, problems
from governance.runbook.registry import Finding, Severity, read_once, register

Kind = LegalDuty.Kind
TITLES = {
    Kind.SUBSCRIPTION: "The subscriptions to the National DNCL are in force",
    Kind.SCRUB: "The version of the National DNCL is not too old",
    Kind.TRAINING: "The callers are trained",
    Kind.VENDOR: "The contracts of hired callers are in force",
}


@read_once
def _duties() -> list[Duty]:
    """All that are duties now, in one query."""
    rows = LegalDuty.objects.filter(enabled=True).order_by("kind", "subject")
    return [Duty(*row) for row in rows.values_list("kind", "subject", "due_on", "done_on")]


def _check(kind: LegalDuty.Kind) -> Callable[[datetime], Finding]:
    def check(now: datetime) -> Finding:
        duties = [duty for duty in _duties() if duty.kind == kind]
        rule = RULES[kind]
        found = problems(duties, now.date(), rule.notice)
        if found:
            return Finding(False, f"{' '.join(found)} The duty: {rule.source}.", as_detail(duties))
        return Finding(True, in_order(duties), as_detail(duties))

    return check


for _kind in Kind:
    register(f"duties.{_kind.value.lower()}", Severity.WARNING, TITLES[_kind])(_check(_kind))
