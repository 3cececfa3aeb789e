"""The page of a user's notices, and what the bell of each page asks for."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from wholesale.console.notices.choices import kinds_for
from wholesale.console.notices.models import Notice
from wholesale.console.notices.services import UNREAD_MAX, read_all_notices, read_notice, unread_of
from wholesale.console.notices.words import icon_of, remedy_of, sentence
from wholesale.plumbing.act import Act
from wholesale.plumbing.admin_input import row_id
from wholesale.plumbing.errors import DomainError

SHOWN_MAX = 100


class Bell:
    """What the bell in the header shows: how many notices are unread."""

    def __init__(self, user: Any) -> None:
        self.unread = unread_of(user)

    @property
    def number(self) -> str:
        """The number beside the bell. Empty if nothing is unread."""
        return f"{UNREAD_MAX}+" if self.unread > UNREAD_MAX else str(self.unread or "")

    @property
    def label(self) -> str:
        """What the bell is called for who does not see it."""
        if not self.unread:
            return _("Notices: nothing new")
        return ngettext("Notices: %(n)s unread", "Notices: %(n)s unread", self.unread) % {"n": self.number}


@require_GET
def notices(request: HttpRequest) -> HttpResponse:
    """Show the notices of the user: what is unread first, then the latest first."""
    user: Any = request.user
    mine = Notice.objects.filter(user=user, in_app=True)
    rows = list(mine.order_by(F("read_at").asc(nulls_first=True), "-at", "-id")[:SHOWN_MAX])
    rows.sort(key=lambda notice: (notice.read_at is not None, -notice.at.timestamp()))
    unread = [notice for notice in rows if notice.read_at is None]
    context = {
        **admin.site.each_context(request),
        "title": _("Notices"),
        "rows": [{"notice": notice, "says": sentence(notice), "icon": icon_of(notice)} for notice in rows],
        "unread": len(unread),
        "up_to": max((notice.pk for notice in unread), default=0),
        "told": bool(kinds_for(user)),
        "shown_max": SHOWN_MAX if len(rows) == SHOWN_MAX else 0,
    }
    return TemplateResponse(request, "console/notices/page.html", context)


@require_GET
def bell(request: HttpRequest) -> HttpResponse:
    """Answer what the bell shows now. A page that is looked at asks once a minute (static/wholesale/notices.js)."""
    shown = Bell(request.user)
    return JsonResponse({"unread": shown.unread, "number": shown.number, "label": shown.label})


@require_POST
def read(request: HttpRequest, object_id: str) -> HttpResponse:
    """Mark a notice as read, and go on to its remedy if that was asked for."""
    try:
        notice = read_notice(row_id(object_id), act=Act.by(request.user))
    except DomainError as refusal:
        raise Http404 from refusal
    if "open" in request.POST:
        return HttpResponseRedirect(remedy_of(notice, request.user))
    return HttpResponseRedirect(reverse("notices"))


@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    """Mark the notices as read that were there when the page was made."""
    count = read_all_notices(up_to=row_id(request.POST.get("up_to", "")), act=Act.by(request.user))
    said = ngettext("%(n)s notice is marked as read.", "%(n)s notices are marked as read.", count)
    messages.success(request, said % {"n": count})
    return HttpResponseRedirect(reverse("notices"))
