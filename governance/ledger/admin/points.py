"""The admin pages of contact points: the ledger lines about each point, and its erasure."""

from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from governance.ledger import erasures
from governance.ledger.admin.columns import LedgerColumns
from governance.ledger.admin.forms import searched
from governance.ledger.models import ContactPoint, ContactRecord
from governance.ledger.points import digest
from governance.ledger.referrals import with_uses
from wholesale.plumbing.act import Act
from wholesale.plumbing.admin_base import GrowingAdmin, ReadOnlyInline
from wholesale.plumbing.admin_parts import DANGER, allowed, button, column
from wholesale.plumbing.admin_questions import Question, asking


class ContactRecordInline(LedgerColumns, ReadOnlyInline):
    """The ledger lines about a contact point, as a table on its page."""

    model = ContactRecord
    ordering = ("-id",)
    fields = ("what", "by", "basis", "effective_at", "until", "used", "evidence", "reason", "actor", "created_at")
    readonly_fields = ("what", "by", "until", "used")

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        return with_uses(super().get_queryset(request).select_related("words"))


def _is_known(point: ContactPoint) -> bool:
    return point.value is not None


@admin.register(ContactPoint)
class ContactPointAdmin(GrowingAdmin):
    """The admin page of contact points: phone numbers, addresses and people who have ledger lines."""

    list_display = ("id", "point", "kind")
    list_display_links = ("id", "point")
    list_filter = ("kind",)
    list_select_related = False
    search_fields = ("digest",)
    search_help_text = _("A phone number, an e-mail address or a person's id, in full; erased ones are found too")
    ordering = ("-id",)
    fields = ("point", "kind")
    inlines = (ContactRecordInline,)
    actions_detail = ("erase",)

    def get_search_results(
        self, request: HttpRequest, queryset: models.QuerySet[ContactPoint], search_term: str
    ) -> tuple[models.QuerySet[ContactPoint], bool]:
        if not search_term.strip():
            return queryset, False
        return queryset.filter(digest__in=[digest(point) for point in searched(search_term)]), False

    point = column(_("Contact point"), lambda point: point.shown)

    has_erase_permission = allowed("governance.erase_contactpoint")

    @button(_("Erase..."), "erase", icon="person_off", variant=DANGER, when=_is_known)
    @asking
    def erase(self, request: HttpRequest, point: Any) -> Question:
        """Erase the point, after a page that asks for the reason."""

        def act(reason: str) -> str:
            erased = erasures.erase_point(point_id=point.pk, act=Act.by(request.user, reason=reason))
            self.log_change(request, erased, "Erased.")
            return gettext("Erased. What was recorded of it still holds when it comes again.")

        return Question(
            act,
            title=gettext("Erase %(point)s") % {"point": point.shown},
            explanation=gettext(
                "It is forgotten for good; only its digest stays, so that an opt-out still "
                "holds when it comes again. Evidence and reasons that were written of it go too. A lead or buyer that "
                "has it is "
                "another row: to erase a person, use Erase on the person's own page."
            ),
            button=gettext("Erase it"),
            danger=True,
        )
