"""The work queue: an agent takes the next task, sees its card, and says what came of it.

With htmx one request brings what was done and the next card, and an outcome may be taken back for ten seconds. Without
JavaScript each button is a form all the same: only a POST acts, an outcome is recorded at once, and the next page says so.
"""

from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.contrib.messages import constants
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from unfold.admin import ModelAdmin

from followups.tasks import leases
from followups.tasks.admin.acts import ACTS, what_follows
from followups.tasks.admin.cards import FORMS, cards
from followups.tasks.admin.queue_page import NEEDS, QueuePage, moves
from followups.tasks.admin.queue_parts import figures_of, waiting
from followups.tasks.due.claims import claim_due
from followups.tasks.due.handing import take_over
from followups.tasks.errors import TaskLeased, TaskNotFound
from followups.tasks.held.models import HeldAct
from followups.tasks.held.services import do_again, do_held, hold_act, let_go, take_back
from followups.tasks.models import FollowupTask
from followups.tasks.outcomes.rules import Outcome
from wholesale.plumbing import scopes
from wholesale.plumbing.act import Act
from wholesale.plumbing.admin_input import row_id
from wholesale.plumbing.admin_questions import show_refusal
from wholesale.plumbing.errors import DomainError
from wholesale.plumbing.users import label_of

AT_HAND_MAX = 100  # cards that a browser may say it shows
MAY_BE_TAKEN_BACK = {"complete": HeldAct.Kind.COMPLETE, "snooze": HeldAct.Kind.SNOOZE, "skip": HeldAct.Kind.SKIP}
DONE_WITH = (*MAY_BE_TAKEN_BACK, "give_back")  # with htmx the next task follows at once


def work_queue(request: HttpRequest, model_admin: ModelAdmin) -> HttpResponse:
    """Show the page of the work queue, or do what the pressed button says."""
    if not request.user.has_perm("followups.claim_task"):
        raise PermissionDenied
    if request.method == "POST":
        return _act(request, model_admin)
    now = timezone.now()
    if moves(request):
        return TemplateResponse(request, "admin/followups/queue_figures.html", {"figures": figures_of(request.user, now)})
    return QueuePage(request, model_admin, now).whole()


@transaction.atomic
def _act(request: HttpRequest, model_admin: ModelAdmin) -> HttpResponse:
    """Do what the pressed button says. The user's row is locked meanwhile, so a form that is sent twice acts once."""
    act = request.POST.get("act", "")
    if act not in NEEDS or not request.user.has_perm(NEEDS[act]):
        raise PermissionDenied
    acting: Any = request.user
    user = User.objects.select_for_update(no_key=True).get(pk=acting.pk)
    page = QueuePage(request, model_admin, timezone.now(), at_hand=_at_hand(request))
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
    if act in ("again", "let_go"):
        return _unrecorded(page, user, act)
    done = _work(page, user, act)
    if done and act in DONE_WITH and moves(request):
        _take_next(page, user)
    return page.back() if done is not None else page.whole()


def _at_hand(request: HttpRequest) -> list[int] | None:
    """Return the ids of the tasks whose cards htmx says it shows; None if it shows none, or if a browser sent a form."""
    sent = request.POST.getlist("card") if moves(request) else []
    return [pk for pk in map(row_id, sent[:AT_HAND_MAX]) if pk] or None


def _work(page: QueuePage, user: User, act: str) -> bool | None:
    """Do what a button of a card says. Return whether it is done: False if there is nothing to do, None if it is refused and
    the card has to show why."""
    request, is_opt_out = page.request, _is_opt_out(page.request)
    task = _task_of(request.POST.get("task", ""), None if is_opt_out else user)
    if task is None:
        page.say(constants.ERROR, TaskNotFound().shown)
        return False
    done_before = "" if is_opt_out else _done_before(task, act, user, page.now)
    if done_before:
        page.say(constants.INFO, done_before)
        return False
    waits = act in MAY_BE_TAKEN_BACK and moves(request) and not is_opt_out and _holds(user, task, page.now)
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
        page.say(constants.ERROR, TaskNotFound().shown)
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
    about = {"step": task.step, "name": task.lead or task.lead_id or _("A lead without an id")}
    if task.completed_at:
        return _("Step %(step)s of %(name)s was recorded already.") % about
    if act == "complete":
        return ""  # what happened is recorded, whoever holds the task
    if task.cancelled_at:
        return _("Step %(step)s of %(name)s is no longer open.") % about
    if act == "renew" and not leases.is_live(task, now):
        return _("Your claim of %(name)s has ended: with Next you may get it again.") % about
    if task.leased_by == label_of(user):
        return ""
    return _("You do not hold step %(step)s of %(name)s any more.") % about


def _take_next(page: QueuePage, user: User) -> None:
    """Claim one task for the user, unless the user has a live claim already."""
    if page.has_live_claim(user):
        if page.request.POST["act"] == "next":
            page.say(constants.INFO, _("You hold a task already: say what came of it, or give it back."))
        return
    try:
        claimed = claim_due(limit=1, act=Act(label_of(user), user, at=page.now))
        page.adds([one.task.id for one in claimed])
        if not claimed:
            page.say(constants.INFO, waiting(user, figures_of(user, page.now), page.now))
    except DomainError as refusal:
        page.say(constants.ERROR, refusal.shown)


def _help(page: QueuePage, user: User) -> HttpResponse:
    """Give the user a task that Next does not give."""
    try:
        task = take_over(row_id(page.request.POST.get("task", "")), act=Act.by(user))
        page.say(constants.SUCCESS, _("%(name)s is yours.") % {"name": task.lead or task.lead_id})
        page.first = task.pk
        page.adds([task.pk])
    except DomainError as refusal:
        page.say(constants.ERROR, refusal.shown)
    return page.back()


def _undo(page: QueuePage, user: User) -> HttpResponse:
    """Take back what the user said last. Its card stands first again."""
    try:
        task = take_back(act=Act.by(user))
        about = {"step": task.step, "name": task.lead or task.lead_id}
        page.say(constants.SUCCESS, _("Taken back: step %(step)s of %(name)s. It waits for you again.") % about)
        page.first = task.pk
        page.adds([task.pk])
    except DomainError as refusal:
        page.say(constants.ERROR, refusal.shown)
    return page.back()


def _unrecorded(page: QueuePage, user: User, act: str) -> HttpResponse:
    """Try again to record what the user said, or let it go."""
    task_id = row_id(page.request.POST.get("task", ""))
    try:
        if act == "let_go":
            task = let_go(task_id, act=Act.by(user))
            page.say(constants.SUCCESS, _("Let go. The history of step %(step)s keeps what you said.") % {"step": task.step})
        elif do_again(task_id, act=Act.by(user)):
            page.say(constants.SUCCESS, _("It is recorded now."))
        else:
            page.say(constants.ERROR, _("It failed again. What you said is kept; tell whoever runs this system."))
    except DomainError as refusal:
        page.say(constants.ERROR, refusal.shown)
    return page.back()


def _settled(page: QueuePage, user: User, task_ids: list[int]) -> HttpResponse:
    """Say what follows on what the user said ten seconds ago. The cards stay as they are."""
    tasks = FollowupTask.objects.filter(pk__in=task_ids).select_related("lead")
    for card in cards(list(tasks), page.now):
        about = {"step": card.task.step, "name": card.name, "follows": what_follows(card)}
        page.say(constants.SUCCESS, _("Recorded: step %(step)s of %(name)s. %(follows)s") % about)
    if not moves(page.request):
        return page.back()
    said = [(False, words) for _level, words in page.said]
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
