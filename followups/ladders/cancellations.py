"""How the open ladders of leads are cancelled, whoever asks for it."""

from collections.abc import Collection, Mapping

from followups.ladders.models import FollowupLadder
from followups.tasks.cancellations import EVERY_CHANNEL, cancel_steps
from wholesale.plumbing.act import Act

ALREADY_FOLLOWED_UP = "already_followed_up"  # another lead's ladder, which is older, is at the same number or address


def cancel_open_ladders(lead_ids: Collection[str], act: Act, *, channels: Collection[str] = EVERY_CHANNEL) -> int:
    """Cancel the open steps of these leads by these channels, and say how many. Within the caller's transaction."""
    ladders = FollowupLadder.objects.open().filter(lead_id__in=lead_ids).order_by("pk").select_for_update()
    return cancel_steps(list(ladders), act, channels=channels)


def because_of(status: str) -> str:
    """Why a step is cancelled whose lead's status ends the hunt."""
    return f"lead_status {status}"


def close_open_ladders(reasons: Mapping[str, str], act: Act) -> None:
    """Cancel the open steps of these leads, each for its reason. Within the caller's transaction."""
    if not reasons:
        return
    ladders = list(FollowupLadder.objects.open().filter(lead_id__in=reasons).order_by("pk").select_for_update())
    for reason in sorted(set(reasons.values())):
        cancel_steps([ladder for ladder in ladders if reasons[ladder.lead_id] == reason], act.because(reason))
