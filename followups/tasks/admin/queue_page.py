"""The page of the work queue: the whole of it, or the part that htmx asks for."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.models import User
from django.contrib.messages import constants
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from unfold.admin import ModelAdmin

from followups.tasks.admin.cards import Card, cards
from followups.tasks.admin.presses import SKIP_REASONS, SNOOZE_REASON
from followups.tasks.admin.queue_parts import figures_of, held_words, help_offered, reply_first, stopped, undo_of, waiting
from followups.tasks.held.services import held_by
from followups.tasks.models import FollowupTask
from wholesale.plumbing.users import label_of

LAPSED_SHOWN = timedelta(hours=1)  # a task is shown so long after its claim ended, so that its outcome can be recorded
# The permission that each button needs.
NEEDS = {
    "next": "followups.claim_task",
    "help": "followups.claim_task",
    "renew": "followups.claim_task",
    "give_back": "followups.claim_task",
    "undo": "followups.claim_task",
    "settle": "followups.claim_task",
    "again": "followups.claim_task",
    "let_go": "followups.claim_task",
    "complete": "followups.complete_task",
    "snooze": "followups.put_off_task",
    "skip": "followups.put_off_task",
}


def queue_url() -> str:
    """Return the address of the work queue."""
    return reverse("admin:followups_followuptask_queue")


def moves(request: HttpRequest) -> bool:
    """Whether htmx asks, which takes a part of the page."""
    return bool(request.htmx)  # type: ignore[attr-defined]


@dataclass
class QueuePage:
    """The answer to a request: what is said about it, and the tasks that the user holds."""

    request: HttpRequest
    model_admin: ModelAdmin
    now: datetime
    refused: Card | None = None  # keeps its filled-in form
    first: int | None = None  # the task whose card stands first
    # The tasks whose cards the browser shows: looking for claims among all that is due takes long. None: it shows none yet.
    at_hand: list[int] | None = None
    said: list[tuple[int, str]] = field(default_factory=list)  # what a screen reader says too: the level and the words

    def say(self, level: int, words: str) -> "QueuePage":
        """Say something about what was done."""
        self.said.append((level, words))
        return self

    def back(self) -> HttpResponse:
        """Return the changed part of the page, or without htmx send the browser to the page."""
        if moves(self.request):
            return self.part()
        for level, words in self.said:
            messages.add_message(self.request, level, words)
        return HttpResponseRedirect(queue_url())

    def whole(self) -> HttpResponse:
        """Return the whole page."""
        if moves(self.request):
            return self.part()
        context = {
            **self.model_admin.admin_site.each_context(self.request),
            "title": _("Queue"),
            "figures": (figures := figures_of(self.request.user, self.now)),
            **self._shown(),
            "waiting": waiting(self.request.user, figures, self.now),
        }
        return TemplateResponse(self.request, "admin/followups/queue.html", context)

    def part(self) -> HttpResponse:
        """Return the cards, and what is said. The figures are counted anew only where there is no card."""
        context = self._shown()
        if not context["cards"]:
            context["waiting"] = waiting(self.request.user, figures_of(self.request.user, self.now), self.now)
        context["said"] = [(level == constants.ERROR, words) for level, words in self.said]
        return TemplateResponse(self.request, "admin/followups/queue_board.html", context)

    def _shown(self) -> dict[str, Any]:
        user, refused = self.request.user, self.refused
        said = held_by(user)
        found = cards(self._held(), self.now)
        in_hand = [refused if refused and card.task.pk == refused.task.pk else card for card in found]
        if refused and refused not in in_hand:
            in_hand.insert(0, refused)
        in_hand.sort(key=lambda card: card.task.pk != self.first)
        return {
            "cards": in_hand,
            "holds_one": any(card.is_held for card in in_hand),
            "stopped": stopped(),
            "undo": undo_of(said, self.now),
            "unrecorded": [(held, held_words(held)) for held in said if held.tries],
            "reply": reply_first(user),
            "helps": [] if in_hand else help_offered(user, self.now),
            "may": {act: user.has_perm(needed) for act, needed in NEEDS.items()},
            "skip_reasons": SKIP_REASONS,
            "snooze_reason": SNOOZE_REASON,
        }

    def _held(self) -> list[FollowupTask]:
        """Return the due tasks of the user's claims that are live, or ended at most `LAPSED_SHOWN` ago, the oldest first,
        without those of which the user said what came of them. What somebody else said of them and could not be recorded
        hides none."""
        name = label_of(self.request.user)
        claimed = FollowupTask.objects.due(self.now).filter(leased_by=name, leased_until__gt=self.now - LAPSED_SHOWN)
        if self.at_hand is not None:
            claimed = claimed.filter(pk__in=self.at_hand)
        return list(claimed.exclude(held__user=self.request.user.pk).select_related("lead", "ladder"))

    def has_live_claim(self, user: User) -> bool:
        """Whether the user holds a task that waits for an outcome."""
        live = FollowupTask.objects.claimed(self.now).filter(leased_by=label_of(user)).exclude(held__user=user)
        return (live if self.at_hand is None else live.filter(pk__in=self.at_hand)).exists()

    def adds(self, task_ids: list[int]) -> None:
        """Show these tasks too."""
        if self.at_hand is not None:
            self.at_hand += task_ids
