"""The work queue: an agent takes the next task, sees its card, and says what came of it.

With htmx one request brings what was done and the next card, and an outcome may be taken back for ten seconds. Without
JavaScript each button is a form all the same: only a POST acts, an outcome is recorded at once, and the next page says so.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.models import User
from django.contrib.messages import constants
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from unfold.admin import ModelAdmin

from followups.tasks import leases
from followups.tasks.admin.cards import FORMS, Card, cards
from followups.tasks.admin.presses import SKIP_REASONS, SNOOZE_REASON
from followups.tasks.admin.queue_parts import figures_of, help_offered, stopped, undo_of, waiting
from followups.tasks.completions.reading import open_steps
from followups.tasks.completions.services import record_completion
from followups.tasks.due.claims import claim_due, renew_leases
from followups.tasks.due.handing import hand_back, take_over
from followups.tasks.errors import TaskLeased, TaskNotFound
from followups.tasks.held.models import HeldAct
from followups.tasks.held.services import do_held, hold_act, take_back
from followups.tasks.models import FollowupTask
from followups.tasks.outcomes.rules import Outcome
from followups.tasks.page_parts import clock
from followups.tasks.services import skip_task, snooze_task
from wholesale.plumbing import scopes
from wholesale.plumbing.act import Act
from wholesale.plumbing.admin_base import show_refusal
from wholesale.plumbing.admin_input import row_id
from wholesale.plumbing.errors import DomainError
from wholesale.plumbing.users import label_of

LAPSED_SHOWN = timedelta(hours=1)  # a task is shown so long after its claim ended, so that its outcome can be recorded
AT_HAND_MAX = 100
# The permission that each button needs.
NEEDS = {
    "next": "followups.claim_task",
    "help": "followups.claim_task",
    "renew": "followups.claim_task",
    "give_back": "followups.claim_task",
    "undo": "followups.claim_task",
    "settle": "followups.claim_task",
    "complete": "followups.complete_task",
    "snooze": "followups.put_off_task",
    "skip": "followups.put_off_task",
}
MAY_BE_TAKEN_BACK = {"complete": HeldAct.Kind.COMPLETE, "snooze": HeldAct.Kind.SNOOZE, "skip": HeldAct.Kind.SKIP}
DONE_WITH = (*MAY_BE_TAKEN_BACK, "give_back")  # with htmx the next task follows at once


def work_queue(request: HttpRequest, model_admin: ModelAdmin) -> HttpResponse:
    """Show the page of the work queue, or do what the pressed button says."""
    if not request.user.has_perm("followups.claim_task"):
        raise PermissionDenied
    if request.method == "POST":
        return _act(request, model_admin)
    now = timezone.now()
    if _moves(request):
        return TemplateResponse(request, "admin/followups/queue_figures.html", {"figures": figures_of(request.user, now)})
    return _Page(request, model_admin, now).whole()


def queue_url() -> str:
    """Return the address of the work queue."""
    return reverse("admin:followups_followuptask_queue")


def _moves(request: HttpRequest) -> bool:
    """Whether htmx asks, which takes a part of the page."""
    return bool(request.htmx)  # type: ignore[attr-defined]


# The page ---------------------------------------------------------------------------------------------------------------


@dataclass
class _Page:
    """The answer to a request: what is said about it, and the tasks that the user holds."""

    request: HttpRequest
    model_admin: ModelAdmin
    now: datetime
    refused: Card | None = None  # keeps its filled-in form
    first: int | None = None  # the task whose card stands first
    # The tasks whose cards the browser shows: looking for claims among all that is due takes long. None: it shows none yet.
    at_hand: list[int] | None = None
    said: list[tuple[int, str]] = field(default_factory=list)  # what a screen reader says too: the level and the words

    def say(self, level: int, words: str) -> "_Page":
        """Say something about what was done."""
        self.said.append((level, words))
        return self

    def back(self) -> HttpResponse:
        """Return the changed part of the page, or without htmx send the browser to the page."""
        if _moves(self.request):
            return self.part()
        for level, words in self.said:
            messages.add_message(self.request, level, words)
        return HttpResponseRedirect(queue_url())

    def whole(self) -> HttpResponse:
        """Return the whole page."""
        if _moves(self.request):
            return self.part()
        context = {
            **self.model_admin.admin_site.each_context(self.request),
            "title": "Queue",
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
        found = cards(self._held(), self.now)
        in_hand = [refused if refused and card.task.pk == refused.task.pk else card for card in found]
        if refused and refused not in in_hand:
            in_hand.insert(0, refused)
        in_hand.sort(key=lambda card: card.task.pk != self.first)
        return {
            "cards": in_hand,
            "holds_one": any(card.is_held for card in in_hand),
            "stopped": stopped(),
            "undo": undo_of(user, self.now),
            "helps": [] if in_hand else help_offered(user, self.now),
            "may": {act: user.has_perm(needed) for act, needed in NEEDS.items()},
            "skip_reasons": SKIP_REASONS,
            "snooze_reason": SNOOZE_REASON,
        }

    def _held(self) -> list[FollowupTask]:
        """Return the due tasks of the user's claims that are live, or ended at most `LAPSED_SHOWN` ago, the oldest first,
        without those of which the user said what came of them."""
        name = label_of(self.request.user)
        claimed = FollowupTask.objects.due(self.now).filter(leased_by=name, leased_until__gt=self.now - LAPSED_SHOWN)
        if self.at_hand is not None:
            claimed = claimed.filter(pk__in=self.at_hand)
        return list(claimed.filter(held__isnull=True).select_related("lead", "ladder"))

    def has_live_claim(self, user: User) -> bool:
        """Whether the user holds a task that waits for an outcome."""
        live = FollowupTask.objects.claimed(self.now).filter(leased_by=label_of(user), held__isnull=True)
        return (live if self.at_hand is None else live.filter(pk__in=self.at_hand)).exists()

    def adds(self, task_ids: list[int]) -> None:
        """Show these tasks too."""
        if self.at_hand is not None:
            self.at_hand += task_ids


# The buttons ------------------------------------------------------------------------------------------------------------


@transaction.atomic
def _act(request: HttpRequest, model_admin: ModelAdmin) -> HttpResponse:
    """Do what the pressed button says. The user's row is locked meanwhile, so a form that is sent twice acts once."""
    act = request.POST.get("act", "")
    if act not in NEEDS or not request.user.has_perm(NEEDS[act]):
        raise PermissionDenied
    acting: Any = request.user
    user = User.objects.select_for_update(no_key=True).get(pk=acting.pk)
    page = _Page(request, model_admin, timezone.now(), at_hand=_at_hand(request))
    if act == "undo":
        return _undo(page, user)
    settled = do_held(act=Act.by(user)) if act != "renew" else []
    if act == "settle":
        return _settled(page, user, settled)
    if act == "next":
        _take_next(page, user)
        return page.back()
    if act == "help":
        return _help(page, user)
    done = _work(page, user, act)
    if done and act in DONE_WITH and _moves(request):
        _take_next(page, user)
    return page.back() if done is not None else page.whole()


def _at_hand(request: HttpRequest) -> list[int] | None:
    """Return the ids of the tasks whose cards htmx says it shows; None if it shows none, or if a browser sent a form."""
    sent = request.POST.getlist("card") if _moves(request) else []
    return [pk for pk in map(row_id, sent[:AT_HAND_MAX]) if pk] or None


def _work(page: _Page, user: User, act: str) -> bool | None:
    """Do what a button of a card says. Return whether it is done: False if there is nothing to do, None if it is refused and
    the card has to show why."""
    request, is_opt_out = page.request, _is_opt_out(page.request)
    task = _task_of(request.POST.get("task", ""), None if is_opt_out else user)
    if task is None:
        page.say(constants.ERROR, TaskNotFound().detail)
        return False
    done_before = "" if is_opt_out else _done_before(task, act, user, page.now)
    if done_before:
        page.say(constants.INFO, done_before)
        return False
    waits = act in MAY_BE_TAKEN_BACK and _moves(request) and not is_opt_out and _holds(user, task, page.now)
    if waits and _held_at_once(task, user, act, request):
        return True
    (card,) = (page.refused,) = cards([task], page.now)
    form = card.asks[act] = card.form(act, request.POST)
    if form.is_valid():
        try:
            if waits:
                _hold(task, user, act, **form.cleaned_data)
            else:
                page.say(constants.SUCCESS, ACTS[act](card, user, **form.cleaned_data))
        except DomainError as refusal:
            show_refusal(form, refusal)
            card.is_anothers = isinstance(refusal, TaskLeased)
        else:
            page.refused = None
            return True
    if not scopes.visible(FollowupTask.objects.filter(pk=card.task.pk), user).exists():
        page.refused = None
        page.say(constants.ERROR, TaskNotFound().detail)
        return False
    return None


def _task_of(task_id: str, user: User | None) -> FollowupTask | None:
    """Return a task that the user may read, or None. If `user` is None (an opt-out), any task is found."""
    tasks = scopes.visible(FollowupTask.objects.select_related("lead"), user)
    found: FollowupTask | None = tasks.filter(pk=row_id(task_id)).first()
    return found


def _is_opt_out(request: HttpRequest) -> bool:
    """Whether the form says OPTED_OUT. That outcome is accepted at any task, even if the task is completed already."""
    return request.POST.get("act") == "complete" and request.POST.get("outcome") == Outcome.OPTED_OUT


def _done_before(task: FollowupTask, act: str, user: User, now: datetime) -> str:
    """Return what to say if the button has nothing left to do, as when it was pressed twice; else an empty text."""
    name = task.lead or task.lead_id or "A lead without an id"
    if task.completed_at:
        return f"Step {task.step} of {name} was recorded already."
    if act == "complete":
        return ""  # what happened is recorded, whoever holds the task
    if task.cancelled_at:
        return f"Step {task.step} of {name} is no longer open."
    if act == "renew" and not leases.is_live(task, now):
        return f"Your claim of {name} has ended: with Next you may get it again."
    return "" if task.leased_by == label_of(user) else f"You do not hold step {task.step} of {name} any more."


def _take_next(page: _Page, user: User) -> None:
    """Claim one task for the user, unless the user has a live claim already."""
    if page.has_live_claim(user):
        if page.request.POST["act"] == "next":
            page.say(constants.INFO, "You hold a task already: say what came of it, or give it back.")
        return
    try:
        claimed = claim_due(limit=1, act=Act(label_of(user), user, at=page.now))
        page.adds([one.task.id for one in claimed])
        if not claimed:
            page.say(constants.INFO, waiting(user, figures_of(user, page.now), page.now))
    except DomainError as refusal:
        page.say(constants.ERROR, refusal.detail)


def _help(page: _Page, user: User) -> HttpResponse:
    """Give the user a task that Next does not give."""
    try:
        task = take_over(row_id(page.request.POST.get("task", "")), act=Act.by(user))
        page.say(constants.SUCCESS, f"{task.lead or task.lead_id} is yours.")
        page.first = task.pk
        page.adds([task.pk])
    except DomainError as refusal:
        page.say(constants.ERROR, refusal.detail)
    return page.back()


def _undo(page: _Page, user: User) -> HttpResponse:
    """Take back what the user said last. Its card stands first again."""
    try:
        task = take_back(act=Act.by(user))
        page.say(constants.SUCCESS, f"Taken back: step {task.step} of {task.lead or task.lead_id}. It waits for you again.")
        page.first = task.pk
        page.adds([task.pk])
    except DomainError as refusal:
        page.say(constants.ERROR, refusal.detail)
    return page.back()


def _settled(page: _Page, user: User, task_ids: list[int]) -> HttpResponse:
    """Say what follows on what the user said ten seconds ago. The cards stay as they are."""
    tasks = FollowupTask.objects.filter(pk__in=task_ids).select_related("lead")
    for card in cards(list(tasks), page.now):
        page.say(constants.SUCCESS, f"Recorded: step {card.task.step} of {card.name}. {what_follows(card)}")
    if not _moves(page.request):
        return page.back()
    said = [(False, words) for _, words in page.said]
    return TemplateResponse(page.request, "admin/followups/queue_said.html", {"said": said})


def _holds(user: User, task: FollowupTask, now: datetime) -> bool:
    """Whether the user has a live claim of the task."""
    return task.leased_by == label_of(user) and leases.is_live(task, now)


def _held_at_once(task: FollowupTask, user: User, act: str, request: HttpRequest) -> bool:
    """Keep an outcome or a skip without making a card: the card is needed only to show a refusal, or to know the lead's
    clock for a snooze. Return whether it is kept."""
    form = FORMS[act](request.POST) if act != "snooze" else None
    if form is None or not form.is_valid():
        return False
    try:
        _hold(task, user, act, **form.cleaned_data)
    except DomainError:
        return False  # made again with the card, which shows why
    return True


def _hold(
    task: FollowupTask,
    user: User,
    act: str,
    *,
    outcome: str = "",
    note: str = "",
    until: datetime | None = None,
    reason: str = "",
    force: bool = False,
) -> None:
    """Keep what the user said, so that it can be taken back."""
    words, kind = note or reason, MAY_BE_TAKEN_BACK[act]
    hold_act(task.pk, kind=kind, outcome=outcome, until=until, words=words, act=Act.by(user))


def complete(card: Card, user: Any, *, outcome: str, note: str, force: bool = False) -> str:
    """Record what came of a task. Return a sentence for the user about the task, and about what follows."""
    task = record_completion(card.task.pk, outcome=outcome, note=note, force=force, act=Act.by(user))
    return f"Step {task.step} of {card.name}: {Outcome(outcome).label}. {what_follows(card)}"


def what_follows(card: Card) -> str:
    """Return a sentence for the user: how many steps of the ladder are left, and when the next step may be done."""
    left, now = open_steps(card.task), timezone.now()
    if not left:
        return "The ladder is closed."
    times = [at for at in (step.next_at(now) for step in left) if at]
    steps = "1 step is left" if len(left) == 1 else f"{len(left)} steps are left"
    if not times:
        return f"{steps}; no minute is known at which it may be done."
    return f"{steps},{'' if len(left) == 1 else ' the next'} due {clock(min(times), card.zone)} there."


def snooze(card: Card, user: Any, *, until: datetime, reason: str) -> str:
    """Snooze a task. Return a sentence for the user about the new time."""
    snooze_task(card.task.pk, until, act=Act.by(user, reason=reason))
    return f"Step {card.task.step} of {card.name} is put off until {clock(until, card.zone)} there."


def skip(card: Card, user: Any, *, reason: str) -> str:
    """Skip a task. Return a sentence for the user about the task, and about what follows."""
    skip_task(card.task.pk, act=Act.by(user, reason=reason))
    return f"Step {card.task.step} of {card.name} is skipped. {what_follows(card)}"


def _renew(card: Card, user: User) -> str:
    renewal = renew_leases(task_ids=[card.task.pk], act=Act(label_of(user), user, at=card.now))
    return f"{card.name} is yours until {clock(renewal.leased_until, card.zone)} there."


def _give_back(card: Card, user: User) -> str:
    task = hand_back(card.task.pk, act=Act.by(user))
    return f"{card.name} is given back: {task.owner or 'somebody else'} has it next."


ACTS: dict[str, Callable[..., str]] = {
    "complete": complete,
    "snooze": snooze,
    "skip": skip,
    "renew": _renew,
    "give_back": _give_back,
}
