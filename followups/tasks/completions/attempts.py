"""Contact attempts: the contact by which a task was completed, judged by the rules of its time."""

from datetime import datetime
from typing import Any

import tzdata

from followups.tasks.models import ContactAttempt, FollowupTask
from governance import gate
from governance.gate import Judged, Reason
from wholesale.plumbing.act import Act

BEFORE_TASK = "before_task"
# Why a contact was outside the rules: the gate's refusal reasons, and one that the gate does not know.
REASONS: list[tuple[str, Any]] = [(BEFORE_TASK, "It happened before the task was made."), *Reason.choices]
LABELS = dict(REASONS)


def attempt_of(task: FollowupTask, contacted_at: datetime, judged: Judged, act: Act) -> ContactAttempt:
    """Return the contact attempt of a task, not yet saved, with the gate's decision for the time of the contact.

    A contact that is said to have happened before its task was made is always outside the rules. If the lead opted out after
    the contact, the attempt gets the refusal reason OPTED_OUT if the contact came before its task, else a warning.
    """
    answer = judged.answer
    verdict, local_time = answer.verdict, answer.local_time
    # A contact that happens now is not before its task, even if the clock that made the task runs ahead of ours.
    is_before = contacted_at < min(task.created_at, act.now)
    reasons, warnings = set(verdict.reasons), set(verdict.warnings)
    if judged.is_opted_out and Reason.OPTED_OUT not in reasons:
        (reasons if is_before else warnings).add(Reason.OPTED_OUT)
    return ContactAttempt(
        task=task,
        lead_id=task.lead_id,
        channel=task.channel,
        contacted_at=contacted_at,
        allowed=not (reasons or is_before),
        reasons=[BEFORE_TASK] * is_before + _in_order(reasons),
        warnings=_in_order(warnings),
        legal_ok=verdict.legal_ok and Reason.OPTED_OUT not in reasons,
        policy_ok=verdict.policy_ok and not is_before,
        zone=verdict.zone.key if verdict.zone else "",
        zone_source=answer.zones.source,
        local_time=local_time.isoformat(timespec="seconds") if local_time else "",
        tz_version=tzdata.__version__,
        matched_market=answer.matched_market,
        policy_version=answer.policy_version,
        law_version=gate.LAW_VERSION,
        **act.signature,
    )


def _in_order(reasons: set[Reason]) -> list[str]:
    return [reason.value for reason in Reason if reason in reasons] if reasons else []
