"""What follows from a change of an SLA policy."""

from collections.abc import Sequence
from typing import Any

from followups.tasks.minutes.tasks import enqueue_watched
from wholesale.plumbing.envelope import Envelope


def on_policy_changed(envelopes: Sequence[Envelope], **kwargs: Any) -> None:
    """Have the tasks that it may watch judged anew. What is a breach already stays one."""
    for policy in (one.facts["policy"] for one in envelopes):
        enqueue_watched(policy.province, policy.market, policy.channel)
