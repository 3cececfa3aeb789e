"""The admin of the go-live state: what it says, and the two buttons of the kill switch."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from unfold.decorators import action, display
from unfold.enums import ActionVariant

from governance.golive import services
from governance.golive.models import GoLiveState
from wholesale.admin_base import HistoryAdmin, ReadOnly, ReasonForm, confirmation, signature

ENGAGED_STOPS = "Nothing acts: no ladder starts, no due list, no offer is computed. What happened is still recorded."


@admin.register(GoLiveState)
class GoLiveStateAdmin(ReadOnly, HistoryAdmin):
    """The one row. It changes only by the two verbs behind its buttons."""

    list_display = ("kill_switch", "go_live", "changed_by", "reason", "updated_at")
    list_display_links = ("kill_switch",)
    list_select_related = False
    actions_list = ("engage", "release")
    actions_detail = ("engage", "release")
    fieldsets = (
        ("Now", {"fields": ("kill_switch", "go_live", "enforced")}),
        ("Last change", {"fields": ("changed_by", "user", "reason", "updated_at")}),
    )

    @display(description="Kill switch", label={"Engaged": "danger", "Free": "success"})
    def kill_switch(self, state: GoLiveState) -> str:
        """Whether everything stands still."""
        return "Engaged" if state.kill_switch_engaged else "Free"

    @display(description="Go-live", label={"On": "success", "Off": "warning"})
    def go_live(self, state: GoLiveState) -> str:
        """Whether the system is live."""
        return "On" if state.go_live_enabled else "Off"

    @display(description="On this server")
    def enforced(self, state: GoLiveState) -> str:
        """What go-live being off means here."""
        if settings.GO_LIVE_ENFORCE:
            return "Go-live is enforced: while it is off no ladder starts and there is no due list."
        return "Go-live is not enforced (GO_LIVE_ENFORCE is false); the kill switch always is."

    def settings_of(self, record: Any) -> dict[str, str]:
        return {"Kill switch": self.kill_switch(record), "Go-live": self.go_live(record)}

    def has_engage_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        """Who may stop everything."""
        return request.user.has_perm("governance.engage_kill_switch")

    def has_release_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        """Who may let it act again."""
        return request.user.has_perm("governance.release_kill_switch")

    def get_actions_list(self, request: HttpRequest) -> list[Any]:
        return self._that_apply(super().get_actions_list(request))

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        return self._that_apply(super().get_actions_detail(request, object_id))

    def _that_apply(self, actions: list[Any]) -> list[Any]:
        """The button that would change something. No row means engaged."""
        state = services.current_state()
        verb = "release" if state is None or state.kill_switch_engaged else "engage"
        return [a for a in actions if a.method.original_function_name == verb]

    @action(
        description="Engage kill switch",
        permissions=["engage"],
        icon="emergency_home",
        variant=ActionVariant.DANGER,
        url_path="engage",
    )
    def engage(self, request: HttpRequest, object_id: str | None = None) -> HttpResponse:
        """Stop everything that acts."""
        return self._toggle(
            request,
            services.engage_kill_switch,
            title="Engage the kill switch",
            explanation=f"{ENGAGED_STOPS} It takes effect at once, for everybody, until somebody releases it.",
            button="Engage the kill switch",
            done="The kill switch is engaged.",
            danger=True,
        )

    @action(
        description="Release kill switch",
        permissions=["release"],
        icon="play_circle",
        variant=ActionVariant.SUCCESS,
        url_path="release",
    )
    def release(self, request: HttpRequest, object_id: str | None = None) -> HttpResponse:
        """Let the system act again."""
        return self._toggle(
            request,
            services.release_kill_switch,
            title="Release the kill switch",
            explanation="Everything acts again at once. Make sure that what it was engaged for is over.",
            button="Release the kill switch",
            done="The kill switch is free.",
        )

    def _toggle(self, request: HttpRequest, verb: Callable[..., GoLiveState], **page: Any) -> HttpResponse:
        done = page.pop("done")
        form = ReasonForm(request.POST if request.method == "POST" else None)
        if not form.is_valid():
            return confirmation(request, self, form=form, **page)
        state = verb(**signature(request), reason=form.cleaned_data["reason"])
        self.log_change(request, state, done)
        messages.success(request, done)
        return HttpResponseRedirect(reverse("admin:governance_golivestate_changelist"))
