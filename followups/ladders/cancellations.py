"""Cancel the open ladders of leads."""

from collections.abc import Mapping

from followups.tasks.cancellations import cancel, steps_of
from wholesale.plumbing.act import Act

ALREADY_FOLLOWED_UP = "already_followed_up"  # an older ladder of another lead is at the same number or address


def because_of(status: str) -> str:
    """The cancel reason for the steps of a lead whose new status ends the hunt."""
    return f"lead_status {status}"


def close_open_ladders(reasons: Mapping[str, str], act: Act) -> int:
    """Cancel the open steps of leads, in the caller's transaction. `reasons` maps each lead id to its cancel reason. Return
    the number of steps."""
    if not reasons:
        return 0
    found, cancelled = steps_of(reasons), 0
    for reason in sorted(set(reasons.values())):
        ladders = [ladder for ladder in found.ladders if reasons[str(ladder.lead_id)] == reason]
        cancelled += cancel(found.of(ladders), act.because(reason))
    return cancelled
