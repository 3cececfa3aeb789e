"""Cancel the open ladders of leads."""

from collections.abc import Collection, Mapping

from followups.tasks.cancellations import EVERY_CHANNEL, cancel, steps_of
from wholesale.plumbing.act import Act

ALREADY_FOLLOWED_UP = "already_followed_up"  # an older ladder of another lead is at the same number or address


def cancel_open_ladders(lead_ids: Collection[str], act: Act, *, channels: Collection[str] = EVERY_CHANNEL) -> int:
    """Cancel these leads' open steps by these channels, in the caller's transaction. Return the number of steps."""
    return cancel(steps_of(lead_ids), act, channels=channels)


def because_of(status: str) -> str:
    """The cancel reason for the steps of a lead whose new status ends the hunt."""
    return f"lead_status {status}"


def close_open_ladders(reasons: Mapping[str, str], act: Act) -> None:
    """Cancel the open steps of leads, in the caller's transaction. `reasons` maps each lead id to its cancel reason."""
    if not reasons:
        return
    found = steps_of(reasons)
    for reason in sorted(set(reasons.values())):
        ladders = [ladder for ladder in found.ladders if reasons[str(ladder.lead_id)] == reason]
        cancel(found.of(ladders), act.because(reason))
