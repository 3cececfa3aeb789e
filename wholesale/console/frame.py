"""The frame of the admin's pages: the sidebar, the names of the pages, and what stops the system."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from babel.dates import get_timezone_location
from django.conf import settings
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from governance.gate import go_live_state
from wholesale.console.notices.pages import Bell
from wholesale.console.pages import TODAY, Page, areas_for, families, is_agent
from wholesale.console.saved_views.shown import Views
from wholesale.plumbing.showing import locale


@dataclass(frozen=True, slots=True)
class Standstill:
    """What stops the system: a sentence, the details, and the page with the remedy for a user who may use it."""

    what: str
    details: str
    remedy: str = ""  # the label of the link
    link: str = ""


class Frame:
    """What surrounds the content of a page: its name, its area, the pages beside it, and what stops the system."""

    def __init__(self, request: HttpRequest, path: str | None = None) -> None:
        self._request, self._user, self._path = request, request.user, request.path if path is None else path

    @classmethod
    def without_entry(cls, request: HttpRequest) -> "Frame":
        """Return the frame of a page that has no place, such as one that does not exist."""
        return cls(request, path="")

    @cached_property
    def _place(self) -> tuple[Page, Page] | None:
        # The longest match: the address of a list is the beginning of the addresses of its rows, and of other pages.
        found = ((first, page) for _area, first, page in families() if self._path.startswith(page.link))
        return max(found, key=lambda place: len(place[1].link), default=None)

    @property
    def title(self) -> str:
        """The name of the page, or of the list to which a row's page belongs. Empty for a page without an entry."""
        return self._place[1].title_for(self._user) if self._place else ""

    @property
    def link(self) -> str:
        """The address of the page, or of that list."""
        return self._place[1].link if self._place else ""

    @property
    def is_list(self) -> bool:
        """Whether this is the page itself, and not the page of a row or a form."""
        return self._path == self.link

    @property
    def entry(self) -> Page | None:
        """The entry of the sidebar that leads here."""
        return self._place[0] if self._place else None

    @cached_property
    def tabs(self) -> list[dict[str, Any]]:
        """The pages beside this one, and this one. Empty on pages of rows, and where there is only one."""
        if self._place is None or not self.is_list:
            return []
        open_to = [page for page in self._place[0].family if self._user.has_perm(page.needs)]
        tabs = [
            {"title": page.title_for(self._user), "link": page.link, "active": page == self._place[1]} for page in open_to
        ]
        return tabs if len(tabs) > 1 else []

    @cached_property
    def views(self) -> Views | None:
        """The saved views of the list. None on a page that is no list."""
        if self._place is None or not self.is_list or self._place[1].view != "changelist":
            return None
        return Views(f"{self._place[1].app}_{self._place[1].model}", self._request)

    @cached_property
    def bell(self) -> Bell:
        """How many notices of the user are unread (one query)."""
        return Bell(self._user)

    @cached_property
    def stop(self) -> Standstill | None:
        """What stops the system now. None: it acts. If no state is stored, the kill switch counts as engaged (one query)."""
        state = go_live_state()
        if state is None or state.kill_switch_engaged:
            by = _("Its row is missing")
            if state:
                who = {"who": state.changed_by, "reason": state.reason or _("no reason given")}
                by = _("By %(who)s: %(reason)s") % who
            return self._stop(_("The kill switch is engaged: nothing acts."), by, _("Release the kill switch"), "release")
        if settings.GO_LIVE_ENFORCE and not state.go_live_enabled:
            why = _("no ladder starts and there is no due list until go-live is on")
            return self._stop(_("The system is not live:"), why, _("Enable go-live"), "enable")
        return None

    def _stop(self, what: str, details: str, remedy: str, view: str) -> Standstill:
        permission = {"release": "governance.release_kill_switch", "enable": "governance.enable_go_live"}[view]
        if self._user.has_perm(permission):
            return Standstill(what, details, remedy, reverse(f"admin:governance_golivestate_{view}"))
        if not is_agent(self._user) and self._user.has_perm("governance.view_golivestate"):
            return Standstill(what, details, _("Details"), reverse("admin:governance_golivestate_changelist"))
        return Standstill(what, details)


def around(request: HttpRequest) -> dict[str, Any]:
    """Return the frame for the context of each page of the admin (Unfold's GLOBAL_CALLBACK)."""
    return {"frame": Frame(request)}


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the sidebar: groups of entries. Entries that the user may not see are left out."""
    frame, user = Frame(request), request.user
    groups: list[dict[str, Any]] = [
        {
            "title": _(title) if title else "",
            "collapsible": bool(title),
            "items": [
                {"title": page.title_for(user), "icon": page.icon, "link": page.link, "active": first == frame.entry}
                for first, page in pages
            ],
        }
        for title, pages in areas_for(user).items()
    ]
    if not is_agent(user):
        index = reverse("admin:index")
        today = {"title": _(TODAY), "icon": "space_dashboard", "link": index, "active": request.path == index}
        groups[0]["items"] = [today, *groups[0]["items"]]
        groups[-1]["items"] += [{"title": _("API documentation"), "icon": "api", "link": reverse("docs"), "active": False}]
    return [group for group in groups if group["items"]]


def clock(request: HttpRequest) -> str:
    """Return what stands below the name of the site: whose clock its times are of, such as "Times of Toronto"."""
    if timezone.get_current_timezone_name() == "UTC":
        return _("All times are UTC")
    place = get_timezone_location(timezone.get_current_timezone(), locale=locale(), return_city=True)
    return _("Times of %(place)s") % {"place": place}


def stylesheet(request: HttpRequest) -> str:
    """Return the address of the stylesheet that corrects Unfold's styles."""
    return static("wholesale/admin.css")


def dark_stylesheet(request: HttpRequest) -> str:
    """Return the address of the stylesheet of what the dark theme needs on all pages."""
    return static("wholesale/dark.css")


def chart_script(request: HttpRequest) -> str:
    """Return the address of the script that gives charts the colours of the theme."""
    return static("wholesale/charts.js")


def frame_script(request: HttpRequest) -> str:
    """Return the address of the script that adds what Unfold leaves out for screen readers."""
    return static("wholesale/frame.js")


def favicon(request: HttpRequest) -> str:
    """Return the address of the symbol that the browser shows beside the title of a page."""
    return static("wholesale/favicon.svg")


def environment(request: HttpRequest) -> list[str] | None:
    """Return the label of the environment, such as Development, and its colour. None on a production server (DEBUG off)."""
    return [_("Development"), "warning"] if settings.DEBUG else None
