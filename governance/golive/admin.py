"""The admin page of the go-live state, with the buttons of the kill switch and of go-live."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from governance import gate
from governance.golive import services
from governance.golive.models import GoLiveState
from wholesale.plumbing.act import Act
from wholesale.plumbing.admin_base import HistoryAdmin, ReadOnly
from wholesale.plumbing.admin_parts import DANGER, SUCCESS, allowed, button, either
from wholesale.plumbing.admin_questions import act_with_reason
from wholesale.plumbing.showing import shown_time
from wholesale.plumbing.texts import Words

ENGAGED = _("The kill switch is engaged.")
STILL_ACTING = _("Something that had begun before is still under way; nothing new begins.")
ENGAGED_STOPS = _("Nothing acts: no ladder starts, no due list, no offer is computed. What happened is still recorded.")


@admin.register(GoLiveState)
class GoLiveStateAdmin(ReadOnly, HistoryAdmin):
    """The admin page of the go-live state. The state is changed only by the buttons of this page."""

    list_display = ("kill_switch", "go_live", "changed_by", "reason", "updated_at")
    list_display_links = ("kill_switch",)
    list_select_related = False
    actions_list = ("engage", "release", "enable", "disable")
    actions_detail = ("engage", "release", "enable", "disable")
    fieldsets = (
        (_("Now"), {"fields": ("kill_switch", "go_live", "enforced")}),
        (_("Last change"), {"fields": ("changed_by", "user", "reason", "updated_at")}),
    )

    kill_switch = either(
        _("Kill switch"), lambda state: state.kill_switch_engaged, (_("Engaged"), "danger"), (_("Free"), "success")
    )
    go_live = either(_("Go-live"), lambda state: state.go_live_enabled, (_("On"), "success"), (_("Off"), "warning"))

    @display(description=_("On this server"))
    def enforced(self, state: GoLiveState) -> str:
        """A sentence that says whether this server enforces go-live."""
        if settings.GO_LIVE_ENFORCE:
            return gettext("While go-live is off, this server starts no ladder and has no due list.")
        return gettext(
            "This server also works while go-live is off, since its setting GO_LIVE_ENFORCE is false. The kill switch stops "
            "it in any case."
        )

    def settings_of(self, record: Any) -> dict[str, str]:
        return {gettext("Kill switch"): self.kill_switch(record), gettext("Go-live"): self.go_live(record)}

    has_engage_permission = allowed("governance.engage_kill_switch")
    has_release_permission = allowed("governance.release_kill_switch")
    has_enable_permission = allowed("governance.enable_go_live")
    has_disable_permission = allowed("governance.disable_go_live")

    def get_actions_list(self, request: HttpRequest) -> list[Any]:
        return self._that_apply(super().get_actions_list(request))

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        return self._that_apply(super().get_actions_detail(request, object_id))

    def _that_apply(self, actions: list[Any]) -> list[Any]:
        """Return the buttons that would change the state. A missing row counts as engaged and not live."""
        verbs = self._verbs()
        return [a for a in actions if a.method.original_function_name in verbs]

    @staticmethod
    def _verbs() -> tuple[str, str]:
        """The names of the buttons that would change the state."""
        state = services.current_state() or GoLiveState()
        return "release" if state.kill_switch_engaged else "engage", "disable" if state.go_live_enabled else "enable"

    @button(_("Engage kill switch"), "engage", icon="emergency_home", variant=DANGER)
    def engage(self, request: HttpRequest, object_id: str | None = None) -> HttpResponse:
        """Show a page that asks for the reason, then engage the kill switch."""

        def act(reason: str) -> str:
            engaged = services.engage(Act.by(request.user, reason=reason))
            self.log_change(request, engaged.state, ENGAGED)
            return f"{ENGAGED} {STILL_ACTING}" if engaged.acts_in_flight else str(ENGAGED)

        return self._ask(
            request,
            "engage",
            act,
            title=gettext("Engage the kill switch"),
            explanation=gettext("%(engaged_stops)s It takes effect at once, for everybody, until somebody releases it.")
            % {"engaged_stops": ENGAGED_STOPS},
            button=gettext("Engage the kill switch"),
            danger=True,
        )

    @button(_("Release kill switch"), "release", icon="play_circle", variant=SUCCESS)
    def release(self, request: HttpRequest, object_id: str | None = None) -> HttpResponse:
        """Show a page that asks for the reason, then release the kill switch."""
        return self._toggle(
            request,
            "release",
            services.release_kill_switch,
            title=gettext("Release the kill switch"),
            explanation=gettext("Everything acts again at once. Make sure that what it was engaged for is over."),
            button=gettext("Release the kill switch"),
            done=_("The kill switch is released."),
        )

    @button(_("Enable go-live"), "enable", icon="rocket_launch", variant=SUCCESS)
    def enable(self, request: HttpRequest, object_id: str | None = None) -> HttpResponse:
        """Show a page with the runbook's findings that asks for the reason, then enable go-live if there is no blocker."""
        checklist = gate.go_live_checklist()
        return self._toggle(
            request,
            "enable",
            gate.enable_go_live,
            title=gettext("Enable go-live"),
            explanation=gettext(
                "From then on the system acts. The runbook must have no blocker; this is what it finds now."
            ),
            warning=""
            if checklist["ok_to_enable_go_live"]
            else gettext("It has a blocker: go-live stays off until that is mended."),
            details=render_to_string("admin/governance/findings.html", {"items": checklist["items"]}),
            button=gettext("Enable go-live"),
            done=_("Go-live is on."),
        )

    @button(_("Disable go-live"), "disable", icon="pause_circle", variant=DANGER)
    def disable(self, request: HttpRequest, object_id: str | None = None) -> HttpResponse:
        """Show a page that asks for the reason, then disable go-live."""
        return self._toggle(
            request,
            "disable",
            services.disable_go_live,
            title=gettext("Disable go-live"),
            explanation=gettext("Where go-live is enforced, no ladder starts any more and there is no due list."),
            button=gettext("Disable go-live"),
            done=_("Go-live is off."),
            danger=True,
        )

    def _toggle(
        self, request: HttpRequest, name: str, verb: Callable[..., GoLiveState], *, done: Words, **page: Any
    ) -> HttpResponse:
        def act(reason: str) -> str:
            state = verb(act=Act.by(request.user, reason=reason))
            self.log_change(request, state, done)
            return str(done)

        return self._ask(request, name, act, **page)

    def _ask(self, request: HttpRequest, name: str, act: Callable[[str], str], **page: Any) -> HttpResponse:
        idle = "" if name in self._verbs() else gettext("There is nothing to do: it is so already.")
        return act_with_reason(
            request, self, act, idle=idle, table=self._now(), then=reverse("admin:governance_golivestate_changelist"), **page
        )

    def _now(self) -> dict[str, Any] | None:
        """The table of the confirmation page: the state, who set it, when and why. None if the go-live row is missing."""
        state = services.current_state()
        if state is None:
            return None
        when = shown_time(state.updated_at)
        return {
            "headers": [
                gettext("Kill switch"),
                gettext("Go-live"),
                gettext("Last changed by"),
                gettext("When"),
                gettext("Why"),
            ],
            "rows": [[self.kill_switch(state), self.go_live(state), state.changed_by, when, state.reason or "-"]],
        }
