"""Cancel open steps. The caller has locked the ladders, by id. Each cancelled task gets a line of history."""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime

from django.db.models import Case, F, When

from followups.ladders.models import FollowupLadder
from followups.tasks import history
from followups.tasks.models import FollowupTask, TaskEvent
from governance.channels import Channel
from wholesale.plumbing.act import Act
from wholesale.plumbing.compiled import Update

EVERY_CHANNEL = tuple(Channel)
# The cancel reason of an opt-out.
OPTED_OUT = "opted_out"
# It runs at each completion. It subtracts from the stored number, not from the one that was read.
CLOSE_STEPS = Update(
    lambda ladder_id, steps, now: (
        FollowupLadder.objects.filter(pk=ladder_id),
        {
            "open_steps": F("open_steps") - steps,
            "closed_at": Case(When(open_steps__gt=steps, then=F("closed_at")), default=now),
        },
    )
)


def cancel_steps(ladders: Sequence[FollowupLadder], act: Act, *, channels: Collection[str] = EVERY_CHANNEL) -> int:
    """Cancel the ladders' open steps by these channels, with the act's reason. Return how many. The ladders are locked."""
    tasks = FollowupTask.objects.open().filter(ladder__in=[ladder.pk for ladder in ladders], channel__in=channels)
    found = list(tasks.order_by("pk").select_for_update().values_list("pk", "ladder_id")) if ladders else []
    if not found:
        return 0
    task_ids = [task_id for task_id, _ in found]
    FollowupTask.objects.filter(pk__in=task_ids).update(cancelled_at=act.now, cancel_reason=act.reason)
    history.write(TaskEvent.Kind.CANCELLED, task_ids, act)
    steps = Counter(ladder_id for _, ladder_id in found)
    for ladder in ladders:
        if steps[ladder.pk]:
            close_steps(ladder, steps[ladder.pk], act.now)
    return len(found)


def close_steps(ladder: FollowupLadder, steps: int, now: datetime) -> None:
    """Subtract `steps` from the number of open steps of a locked ladder. The ladder closes if no step is left."""
    ladder.open_steps -= steps
    ladder.closed_at = None if ladder.open_steps else now
    CLOSE_STEPS.run(ladder_id=ladder.pk, steps=steps, now=now)
