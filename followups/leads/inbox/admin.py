"""The admin of the inbox."""

from typing import Any

from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from followups.leads.inbox.models import InboxItem
from followups.leads.inbox.services import close_item, late, waiting
from wholesale.plumbing.act import Act
from wholesale.plumbing.admin_base import GrowingAdmin
from wholesale.plumbing.admin_parts import SUCCESS, Colours, SinceFilter, StateFilter, allowed, button, column
from wholesale.plumbing.admin_questions import Question, asking
from wholesale.plumbing.showing import shown_time
from wholesale.plumbing.texts import Words

Kind = InboxItem.Kind
WAITS, LATE, DONE = _("Waits"), _("Late"), _("Done")
WHAT: dict[str, Words] = {
    Kind.MESSAGE: _("Doubtful message"),
    Kind.SENDER: _("Unreadable sender"),
    Kind.REPLY: _("Lead answered"),
}
SHOWN = {WAITS: "info", LATE: "danger", DONE: "success"}


class ItemStateFilter(StateFilter):
    """The list's filter by state. By default it shows open items; a partial index serves this."""

    states = {"": (WAITS, waiting()), "late": (LATE, late), "done": (DONE, Q(done_at__isnull=False)), "all": (_("All"), Q())}


def _is_closed_by_hand(item: InboxItem) -> bool:
    return item.done_at is None and item.kind != Kind.MESSAGE


@admin.register(InboxItem)
class InboxItemAdmin(GrowingAdmin):
    """The admin pages of inbox items. By default the list shows the open items, the most urgent on top."""

    list_display = ("id", "due_by", "state", "what", "who", "owner", "about")
    list_display_links = ("id", "due_by")
    list_filter = (ItemStateFilter, "kind", SinceFilter)
    list_select_related = ("lead", "message", "task")
    search_fields = ("lead_id__exact", "owner__exact", "correlation_id__exact")
    search_help_text = _("Lead id, owner or correlation id, in full")
    actions_detail = ("is_done",)
    fieldsets = (
        (_("Waits"), {"fields": (("kind", "state"), ("who", "owner"), "about", "detail", "due_by")}),
        (_("Done"), {"fields": (("done_by", "done_user", "done_at"), "done_reason")}),
        (_("When"), {"fields": (("created_at", "correlation_id"),)}),
    )

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        return ("-id",) if request.GET.get("state") in ("done", "all") else ("due_by", "id")

    @display(description=_("State"), label=Colours(SHOWN))
    def state(self, item: InboxItem) -> Words:
        """The item's state: waiting, late or done."""
        if item.done_at:
            return DONE
        return LATE if item.due_by < timezone.now() else WAITS

    what = column(_("What"), lambda item: WHAT[item.kind], ordering="kind")
    who = column(
        _("Lead"),
        lambda item: f"{item.lead} ({item.lead_id})" if item.lead else item.lead_id,
        empty_value=_("unknown"),
    )

    @display(description=_("About"), empty_value=_("see detail"))
    def about(self, item: InboxItem) -> str | None:
        """A link to the message or task that the item is about. None if there is neither."""
        row = item.message or item.task
        if row is None:
            return None
        address = reverse(f"admin:followups_{row._meta.model_name}_change", args=[row.pk])
        text = (item.message.text[:80] if item.message else "") or str(row)
        return format_html('<a href="{}" class="underline">{}</a>', address, text)

    has_close_permission = allowed("followups.close_inboxitem")

    @button(_("It is done..."), "close", icon="check", variant=SUCCESS, path="done", when=_is_closed_by_hand)
    @asking
    def is_done(self, request: HttpRequest, item: Any) -> Question:
        """Mark the item as done, after a page that asks what was done."""

        def act(reason: str) -> str:
            close_item(item.pk, act=Act.by(request.user, reason=reason))
            self.log_change(request, item, "Done.")
            return gettext("It is done.")

        return Question(
            act,
            title=gettext("This is done"),
            explanation=gettext("It leaves the inbox. Say what you found and did, such as whose number it was."),
            button=gettext("It is done"),
            table={
                "headers": [gettext("Kind"), gettext("Lead"), gettext("Due by"), gettext("Detail")],
                "rows": [
                    [item.get_kind_display(), self.who(item) or gettext("unknown"), shown_time(item.due_by), item.detail]
                ],
            },
            then=reverse("admin:followups_inboxitem_changelist"),
        )
