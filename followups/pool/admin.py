"""The admin of the pool: its agents, their shares of new ladders, and their pauses."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin
from django.db import models
from django.db.models import OuterRef, Subquery, Sum
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.widgets import INPUT_CLASSES

from followups.pool.agents import agents_to_choose
from followups.pool.models import WEIGHT_MAX, PoolAgent
from followups.pool.services import IS_INACTIVE, remove_agent, upsert_agent, working
from followups.pool.vendors.services import of_ended_vendor
from governance.governed_admin import GovernedForm, PlaceInput, RemovableAdmin, Removal
from wholesale.plumbing.act import Act
from wholesale.plumbing.admin_base import ButtonsByState
from wholesale.plumbing.admin_forms import SuggestingInput
from wholesale.plumbing.admin_parts import Colours, StateFilter, button, column
from wholesale.plumbing.admin_questions import Question, ReasonForm, asking, reason_field
from wholesale.plumbing.codes import place_text
from wholesale.plumbing.showing import shown_rate, shown_time

LOCAL_TIME = "%Y-%m-%dT%H:%M"


def _is_away(row: Any) -> bool:
    return row.paused_until is not None and row.paused_until > timezone.now()


class PoolAgentForm(PlaceInput, GovernedForm):
    """The form of an agent in a pool. The form cannot pause the agent: another button of the page does."""

    key = ("province", "market", "agent")

    weight = forms.IntegerField(
        label=_("Weight"),
        min_value=1,
        max_value=WEIGHT_MAX,
        initial=1,
        widget=forms.NumberInput(attrs={"class": " ".join(INPUT_CLASSES), "min": 1, "max": WEIGHT_MAX}),
        help_text=_("Of two agents, one of weight 2 gets twice as many ladders as one of weight 1."),
    )

    class Meta:
        model = PoolAgent
        fields = ("province", "market", "agent", "weight")
        widgets = {"agent": SuggestingInput(agents_to_choose)}
        help_texts = {
            "market": _("ALL takes the ladders of the province's markets in whose own pool nobody works."),
            "agent": _("The user name: it becomes the owner of the ladders."),
        }


class PauseForm(ReasonForm):
    """The form of a pause: its end and its reason."""

    until = forms.DateTimeField(
        label=_("Until"),
        input_formats=[LOCAL_TIME],
        widget=forms.DateTimeInput(
            attrs={"type": "datetime-local", "class": " ".join(INPUT_CLASSES)},
            format=LOCAL_TIME,
        ),
        help_text=_("Gets no new ladder before. Those that it has stay its own."),
    )
    reason = reason_field()

    field_order = ("until", "reason")

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        zone = timezone.get_current_timezone_name()
        self.fields["until"].label = gettext("Until, on the clock of %(zone)s") % {"zone": zone}

    def clean_until(self) -> Any:
        """Return the end of the pause. Refuse an end that has passed."""
        until = self.cleaned_data["until"]
        if until <= timezone.now():
            raise forms.ValidationError(gettext("Must lie in the future."))
        return until


class AgentStateFilter(StateFilter):
    """The list's filter by whether the agents get new ladders."""

    states = {
        "working": (_("Working"), working),
        "paused": (_("Paused, inactive or unregistered"), lambda now: ~working(now)),
    }


@admin.register(PoolAgent)
class PoolAgentAdmin(ButtonsByState, RemovableAdmin):
    """The admin pages of the agents of all pools."""

    form = PoolAgentForm
    save_verb = upsert_agent
    remove_verb = remove_agent
    key_title = _("Agent")
    settings_fieldsets = ((_("Share"), {"fields": ("weight", "share", "state")}),)
    readonly_fields = ("share", "state")
    list_display = ("agent", "place", "weight", "share", "state", "changed_by", "updated_at")
    list_display_links = ("agent",)
    list_filter = (AgentStateFilter, "province")
    list_select_related = False
    search_fields = ("agent", "market", "province", "changed_by", "reason")
    search_help_text = _("Agent, market, province, who changed it, or why")
    actions_detail = ("pause", "resume", "remove")

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        """Return the agents with the sum of their pool's weights, and flags for inactive users and unregistered vendors."""
        pool = PoolAgent.objects.filter(working(timezone.now()), province=OuterRef("province"), market=OuterRef("market"))
        weights = pool.order_by().values("market").annotate(total=Sum("weight")).values("total")
        states = {"is_inactive": IS_INACTIVE, "is_unregistered": of_ended_vendor(timezone.now())}
        return super().get_queryset(request).annotate(pool_weight=Subquery(weights), **states)

    def get_fieldsets(self, request: HttpRequest, obj: models.Model | None = None) -> Any:
        fieldsets = super().get_fieldsets(request, obj)
        if obj is not None:
            return fieldsets
        return tuple((title, {"fields": ("weight",)} if title == _("Share") else options) for title, options in fieldsets)

    place = column(_("Pool"), place_text, ordering="province")

    @display(description=_("Share of new ladders"))
    def share(self, row: Any) -> str:
        """The agent's share of the pool's new ladders, in percent, or why the agent gets none."""
        if not self._works(row):
            return gettext("none while %(paused)s") % {
                "paused": gettext("inactive")
                if row.is_inactive
                else gettext("unregistered")
                if row.is_unregistered
                else gettext("paused")
            }
        return shown_rate(Decimal(row.weight) / row.pool_weight)

    @display(description=_("State"), label=Colours({_("Working"): "success"}))
    def state(self, row: Any) -> str:
        """Whether the agent gets new ladders now, or why not, in words."""
        if row.is_inactive:
            return gettext("Inactive: its user may not sign in")
        if row.is_unregistered:
            return gettext("Its vendor's registration ended")
        if self._works(row) or row.paused_until is None:
            return gettext("Working")
        return gettext("Paused until %(time)s") % {"time": shown_time(row.paused_until)}

    def _works(self, row: Any) -> bool:
        return not (row.is_inactive or row.is_unregistered or _is_away(row))

    def settings_of(self, record: Any) -> dict[str, str]:
        until = record.paused_until
        return {
            gettext("Weight"): str(record.weight),
            gettext("Paused until"): shown_time(until) if until else gettext("not paused"),
        }

    @button(_("Pause..."), "change", icon="pause", when=lambda row: not (row.is_inactive or row.is_unregistered))
    @asking
    def pause(self, request: HttpRequest, row: Any) -> Question:
        """Pause the agent, after a page that asks until when and why."""

        def act(until: datetime, reason: str) -> str:
            paused = upsert_agent(**self.key_of(row), paused_until=until, act=Act.by(request.user, reason=reason))
            self.log_change(request, paused, "Paused.")
            return gettext("%(agent)s gets no new ladder of %(place_text)s for now.") % {
                "agent": row.agent,
                "place_text": place_text(row),
            }

        return Question(
            act,
            form=PauseForm,
            title=gettext("Pause %(agent)s in %(place_text)s") % {"agent": row.agent, "place_text": place_text(row)},
            explanation=gettext(
                "Until then the others of this pool get their share of the ladders. It changes nothing in their other pools."
            ),
            button=gettext("Pause"),
        )

    @button(_("Resume..."), "change", icon="play_arrow", when=_is_away)
    @asking
    def resume(self, request: HttpRequest, row: Any) -> Question:
        """End the agent's pause, after a page that asks why."""

        def act(reason: str) -> str:
            resumed = upsert_agent(**self.key_of(row), paused_until=None, act=Act.by(request.user, reason=reason))
            self.log_change(request, resumed, "Resumed.")
            return gettext("%(agent)s gets ladders of %(place_text)s again.") % {
                "agent": row.agent,
                "place_text": place_text(row),
            }

        return Question(
            act,
            title=gettext("Resume %(agent)s in %(place_text)s") % {"agent": row.agent, "place_text": place_text(row)},
            explanation=gettext("They get their share of new ladders from now on."),
            button=gettext("Resume"),
        )

    def removal(self, row: PoolAgent) -> Removal:
        return Removal(
            title=gettext("Remove %(agent)s from the pool of %(place_text)s")
            % {"agent": row.agent, "place_text": place_text(row)},
            explanation=gettext("They get no new ladders there. The ladders that they have stay theirs."),
            button=gettext("Remove"),
            done=gettext("%(agent)s is in the pool of %(place_text)s no more.")
            % {"agent": row.agent, "place_text": place_text(row)},
        )
