"""What ladders and their tasks keep about a person (`followups.leads.people.registry` says what each function is for)."""

from collections.abc import Collection, Mapping
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext

from followups.ladders.cancellations import close_open_ladders
from followups.ladders.models import FollowupLadder
from followups.tasks.held.models import HeldAct
from followups.tasks.models import ContactAttempt, FollowupTask, TaskEvent, TaskEventWords
from wholesale.plumbing.act import Act
from wholesale.plumbing.wordings import is_own


def _ladders(lead_id: str) -> QuerySet[FollowupLadder]:
    return FollowupLadder.objects.filter(lead_id=lead_id)


def _tasks(lead_id: str) -> QuerySet[FollowupTask]:
    return FollowupTask.objects.filter(lead_id=lead_id)


def names(lead_id: str) -> bool:
    """Whether a ladder names the lead."""
    return _ladders(lead_id).exists()


def rows(lead_id: str) -> Mapping[str, QuerySet[Any]]:
    """The ladders, tasks, task events and contact attempts of a lead, each under its name in the export."""
    return {
        "ladders": _ladders(lead_id),
        "tasks": _tasks(lead_id),
        "events": TaskEvent.objects.filter(task__lead_id=lead_id).select_related("words"),
        "attempts": ContactAttempt.objects.filter(lead_id=lead_id),
    }


def counts(lead_id: str) -> list[tuple[str, int]]:
    """How many open ladders and how many tasks the lead has, each with a label."""
    return [
        (gettext("Open ladders"), _ladders(lead_id).filter(closed_at__isnull=True).count()),
        (gettext("Tasks"), _tasks(lead_id).count()),
    ]


def contacts(lead_ids: Collection[str]) -> QuerySet[ContactAttempt]:
    """The contact attempts of these leads, the earliest first."""
    return ContactAttempt.objects.filter(lead_id__in=lead_ids).order_by("id")


def close(lead_id: str, act: Act, *, reason: str) -> int:
    """Cancel the lead's open ladder, and return the number of cancelled steps. All ladders of the lead are locked, because
    `erase_words` changes them later."""
    list(_ladders(lead_id).order_by("pk").select_for_update().values_list("pk"))
    return close_open_ladders({lead_id: reason}, act)


def erase_words(lead_id: str) -> int:
    """Erase what people wrote in task events, notes, reasons of ladders and cancel reasons. Return how many texts."""
    words = TaskEventWords.objects.filter(event__task__lead_id=lead_id).delete()[0]
    words += _tasks(lead_id).exclude(note="").update(note="")
    words += _ladders(lead_id).exclude(reason="").update(reason="")
    words += HeldAct.objects.filter(task__lead_id=lead_id).exclude(words="").update(words="")
    theirs = [task.pk for task in _tasks(lead_id).only("cancel_reason") if not is_own(task.cancel_reason)]
    return words + FollowupTask.objects.filter(pk__in=theirs).update(cancel_reason="")
