"""The admin of ladder templates. Steps are edited as rows, never as JSON, and can be previewed before they are saved."""

from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from followups.ladders.templates.forms import LadderTemplateForm, PreviewForm, StepFormSet
from followups.ladders.templates.guide_steps import GUIDE_STEPS
from followups.ladders.templates.models import LadderTemplate
from followups.ladders.templates.preview import preview, zones_of
from followups.ladders.templates.steps import delay_text, doubts
from followups.ladders.templates.timeline import timeline
from governance.channels import Channel
from governance.gate.rules import hours_of
from governance.policies_admin import PlacePolicyAdmin
from wholesale.plumbing.admin_parts import column
from wholesale.plumbing.codes import place_name
from wholesale.plumbing.differences import Said
from wholesale.plumbing.showing import shown_pair
from wholesale.plumbing.users import label_of
from wholesale.plumbing.vocabulary import ALL

KIND_WORDS = {LadderTemplate.Kind.STANDARD: _("Standard"), LadderTemplate.Kind.COLD: _("Cold")}
KIND_COLOURS = {_("Standard"): "", _("Cold"): "info"}


def step_text(step: Mapping[str, Any]) -> str:
    """A step in a few words: "Call after 30 minutes"."""
    delay = delay_text(step["delay_minutes"])
    after = delay if step["delay_minutes"] == 0 else gettext("after %(delay)s") % {"delay": delay}
    return f"{Channel(step['channel']).label} {after}"


@admin.register(LadderTemplate)
class LadderTemplateAdmin(PlacePolicyAdmin):
    """The pages of ladder templates: the steps of ladders, and their scripts."""

    form = LadderTemplateForm
    key_title = _("Place and kind")
    settings_title = _("Between two contacts")
    change_form_template = "admin/followups/laddertemplate/change_form.html"
    list_filter = ("kind", *PlacePolicyAdmin.list_filter)
    list_display = ("place", "which_kind", "enabled", "number_of_steps", "in_words", "version", "changed_by", "updated_at")

    which_kind = column(
        _("Kind"), lambda template: KIND_WORDS[LadderTemplate.Kind(template.kind)], ordering="kind", label=KIND_COLOURS
    )
    number_of_steps = column(_("Steps"), lambda template: len(template.steps))
    in_words = column(_("Which"), lambda template: ", ".join(step_text(step) for step in template.steps))

    def get_fieldsets(self, request: HttpRequest, obj: models.Model | None = None) -> Any:
        place, *rest = super().get_fieldsets(request, obj)
        return (place, (gettext("Steps"), {"fields": ()}), *rest)  # the template fills it

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponseBase:
        """Show the form, and the steps as a line."""
        answer = super().changeform_view(request, object_id, form_url, extra_context)
        context = getattr(answer, "context_data", None)
        if context is not None and "adminform" in context:
            template = context["original"] or LadderTemplate(steps=GUIDE_STEPS)
            context["timeline"] = timeline(template.steps, _hours(template.province, template.market))
        return answer

    def settings_of(self, record: Any) -> dict[str, Said]:
        settings = {
            **super().settings_of(record),
            gettext("Number of steps"): str(len(record.steps)),
        }
        for number, step in enumerate(record.steps, start=1):
            settings[gettext("Step %(number)s") % {"number": number}] = step_text(step)
            settings[gettext("Step %(number)s, English") % {"number": number}] = step["script_en"] or gettext("none")
            settings[gettext("Step %(number)s, French") % {"number": number}] = step["script_fr"] or gettext("none")
        return settings

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        found = list(doubts(form.cleaned_data["steps"], obj.province))
        if found:
            lines = format_html_join(
                "",
                "<li>{} {}</li>",
                ((gettext("Step %(number)s") % {"number": doubt.step + 1}, doubt.detail) for doubt in found),
            )
            messages.warning(request, format_html("{} <ul>{}</ul>", gettext("Saved, but look at it again:"), lines))

    # The preview --------------------------------------------------------------------------------------------------------

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        return [
            path("preview/", view(self.preview_view), name="followups_laddertemplate_preview"),
            path("timeline/", view(self.timeline_view), name="followups_laddertemplate_timeline"),
            *super().get_urls(),
        ]

    def timeline_view(self, request: HttpRequest) -> HttpResponse:
        """Show the steps in the form that was sent as a line. While a row is half typed, the line stays as it is."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        form: Any = PreviewForm(request.POST)
        formset: Any = StepFormSet(request.POST, prefix="steps")
        steps = formset.checked()
        if steps is None:
            return HttpResponse(status=204)
        form.is_valid()
        hours = _hours(form.cleaned_data.get("province", ""), form.cleaned_data.get("market") or ALL)
        context = {"timeline": timeline(steps, hours)}
        return TemplateResponse(request, "admin/followups/laddertemplate/timeline.html", context)

    def preview_view(self, request: HttpRequest) -> HttpResponse:
        """Show the dates and texts of the steps in the form that was sent; store nothing. Steps are too long for a GET."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        form = PreviewForm(request.POST)
        formset: Any = StepFormSet(request.POST, prefix="steps")
        steps = formset.checked()
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Preview of a ladder"),
            "opts": self.opts,
            "errors": [
                *_errors_of(form),
                *formset.non_form_errors(),
                *_errors_of(*formset.forms, place=gettext("Row {}, ")),
            ],
        }
        if form.is_valid() and steps is not None:
            context |= self._previewed(request, steps, **form.cleaned_data)
        return TemplateResponse(request, "admin/followups/laddertemplate/preview.html", context)

    def _previewed(
        self, request: HttpRequest, steps: list[dict[str, Any]], *, province: str, market: str, preview_start: Any
    ) -> dict[str, Any]:
        zones = zones_of(province, market)
        zone = zones[0]
        start = preview_start.replace(tzinfo=zone) if preview_start else timezone.now()
        user: Any = request.user
        agent = user.get_full_name() or label_of(user)
        return {
            "place": place_name(province, market),
            "zones": [known.key for known in zones],
            "start": start.astimezone(zone),
            "steps": preview(steps, province=province, market=market, start=start, zone=zone, agent=agent),
        }


def _hours(province: str, market: str) -> dict[str, str]:
    """When each channel may be used in the place, in words. In the form of a new template the province may be missing."""
    return hours_of(province, market) if province else dict.fromkeys(Channel.values, gettext("choose a province"))


def _errors_of(*asked: forms.Form, place: str = "") -> Iterator[str]:
    """The errors of forms as text, each after `place` (where `{}` stands for the form's number) and its field's label."""
    for number, form in enumerate(asked, start=1):
        for name, errors in form.errors.items():
            label = form.fields[name].label or name.capitalize() if name in form.fields else gettext("in all")
            yield from (shown_pair(f"{place.format(number)}{label}", error) for error in errors)
