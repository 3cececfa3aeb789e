"""The page of the inbox: the list of what waits, and the card of one item. With htmx the next item comes with the answer to
the last; without JavaScript each button is a form all the same."""

from dataclasses import dataclass, field
from datetime import datetime
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
from django.utils.translation import gettext as _
from unfold.admin import ModelAdmin

from followups.leads.inbox.models import InboxItem
from followups.leads.inbox.services import reopen_item, waiting
from followups.tasks.admin.inbox.acts import ACTS, form_of
from followups.tasks.admin.inbox.cards import KINDS, InboxCard, bare_card, card_of, name_of
from followups.tasks.admin.inbox.items import first_items, open_item, place_of
from followups.tasks.admin.queue_page import moves
from wholesale.plumbing.act import Act
from wholesale.plumbing.admin_input import row_id
from wholesale.plumbing.errors import DomainError

# The permission that each button needs.
NEEDS = {
    "answered": "followups.close_inboxitem",
    "decide": "followups.decide_inbound",
    "opt_out": "followups.close_inboxitem",
    "appointment": "followups.complete_task",
    "later": "followups.put_off_task",
    "undo": "followups.close_inboxitem",
}
INBOX = "admin:followups_followuptask_inbox"
UNDO_SECONDS = 10
MAY_BE_TAKEN_BACK = ("answered",)


def inbox_page(request: HttpRequest, model_admin: ModelAdmin) -> HttpResponse:
    """Show the inbox, open at the item that the address names, or do what the pressed button says."""
    if not request.user.has_perm("followups.view_inboxitem"):
        raise PermissionDenied
    if request.method == "POST":
        return _act(request, model_admin)
    page = InboxPage(request, model_admin, timezone.now())
    page.chosen = row_id(request.GET.get("item", ""))
    return page.whole()


@transaction.atomic
def _act(request: HttpRequest, model_admin: ModelAdmin) -> HttpResponse:
    """Do what the pressed button says. The user's row is locked meanwhile, so a form that is sent twice acts once."""
    act = request.POST.get("act", "")
    if act not in NEEDS or not request.user.has_perm(NEEDS[act]):
        raise PermissionDenied
    acting: Any = request.user
    user = User.objects.select_for_update(no_key=True).get(pk=acting.pk)
    page = InboxPage(request, model_admin, timezone.now())
    item_id = row_id(request.POST.get("item", ""))
    if act == "undo":
        _undo(page, user, item_id)
        return page.back()
    item = open_item(item_id, user)
    if item is None:
        page.say(constants.ERROR, _("This waits no more, or it is not yours to see."))
        return page.back()
    return page.back() if _done(page, user, act, item) else page.whole()


def _done(page: "InboxPage", user: User, act: str, item: InboxItem) -> bool:
    """Do what a button of an item's card says. If it is refused, the card shows why. Only then the whole card is read."""
    card = card_of(item, user, page.now) if act == "later" else bare_card(item, page.now)
    form, refusal = form_of(act, card, page.request.POST), ""
    if form.is_valid():
        try:
            with transaction.atomic():
                page.say(constants.SUCCESS, ACTS[act](card, user, **form.cleaned_data))
        except DomainError as refused:
            refusal = refused.shown
        else:
            page.model_admin.log_change(page.request, item, f"Inbox: {act}.")
            page.after = item
            page.chosen = _reply_of(item) if act == "decide" else 0
            page.undo = item if act in MAY_BE_TAKEN_BACK else None
            return True
    else:
        refusal = " ".join(str(error) for errors in form.errors.values() for error in errors)
    page.chosen, page.refused = item.pk, card_of(item, user, page.now)
    page.refused.refusal, page.refused.note = refusal, page.request.POST.get("note", "")
    return False


def _reply_of(item: InboxItem) -> int:
    """Return the id of the reply that waits since a message was decided to be one; 0 if there is none."""
    replies = waiting().filter(lead_id=item.lead_id, kind=InboxItem.Kind.REPLY) if item.lead_id else waiting().none()
    return replies.values_list("pk", flat=True).first() or 0


def _undo(page: "InboxPage", user: User, item_id: int) -> None:
    """Take back that an item is done. Its card stands open again."""
    try:
        item = reopen_item(item_id, act=Act.by(user))
    except DomainError as refusal:
        page.say(constants.ERROR, refusal.shown)
        return
    page.model_admin.log_change(page.request, item, "Inbox: taken back.")
    page.say(constants.SUCCESS, _("Taken back. It waits again."))
    page.chosen = item_id


@dataclass
class InboxPage:
    """The answer to a request: what is said about it, and which item is open."""

    request: HttpRequest
    model_admin: ModelAdmin
    now: datetime
    chosen: int = 0  # the id of the item whose card is shown; 0: the first
    after: InboxItem | None = None  # the item that was done: the card of the next one is shown
    refused: InboxCard | None = None  # keeps what was written
    undo: InboxItem | None = None  # what may be taken back
    said: list[tuple[int, str]] = field(default_factory=list)

    def say(self, level: int, words: str) -> None:
        """Say something about what was done."""
        self.said.append((level, words))

    def back(self) -> HttpResponse:
        """Return the changed part of the page, or without htmx send the browser to the page."""
        if moves(self.request):
            return self._part()
        for level, words in self.said:
            messages.add_message(self.request, level, words)
        return HttpResponseRedirect(reverse(INBOX, query={"item": self.chosen} if self.chosen else None))

    def whole(self) -> HttpResponse:
        """Return the whole page, or with htmx its part."""
        if moves(self.request):
            return self._part()
        context = {**self.model_admin.admin_site.each_context(self.request), "title": _("Inbox"), **self._shown()}
        return TemplateResponse(self.request, "admin/followups/inbox.html", context)

    def _part(self) -> HttpResponse:
        said = [(level == constants.ERROR, words) for level, words in self.said]
        context = {**self._shown(), "said": said, "undo": self.undo, "undo_seconds": UNDO_SECONDS}
        return TemplateResponse(self.request, "admin/followups/inbox_board.html", context)

    def _shown(self) -> dict[str, Any]:
        items = first_items(self.request.user)
        item = self._open(items)
        at = items.index(item) if item else 0
        card = self.refused or (card_of(item, self.request.user, self.now) if item else None)
        return {
            "rows": [(one, KINDS[one.kind], name_of(one), one.due_by < self.now) for one in items],
            "card": card,
            "kind": KINDS[item.kind] if item else "",
            "before": items[at - 1] if at else None,
            "following": items[at + 1] if at + 1 < len(items) else None,
            "now": self.now,
        }

    def _open(self, items: list[InboxItem]) -> InboxItem | None:
        """Return the item whose card is shown. An item that is asked for and stands further down is put on top."""
        chosen = next((one for one in items if one.pk == self.chosen), None)
        if chosen is None and self.chosen:
            chosen = open_item(self.chosen, self.request.user)
            if chosen is not None:
                items.insert(0, chosen)
        if chosen is not None:
            return chosen
        if self.after is not None:
            done = place_of(self.after)
            return next((one for one in items if place_of(one) > done), None) or next(iter(items), None)
        return next(iter(items), None)
