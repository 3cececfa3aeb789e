"""The admin pages of ratio studies: the list, and a form that begins one. What came of each, the console's reports show."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from offers.studies import services, tasks
from offers.studies.models import RatioStudy
from offers.studies.tables import COLUMNS
from wholesale.plumbing.act import Act
from wholesale.plumbing.admin_base import GrowingAdmin
from wholesale.plumbing.admin_parts import button, column
from wholesale.plumbing.admin_questions import act_with_form
from wholesale.plumbing.codes import place_text
from wholesale.plumbing.days import WITHIN_RANGE
from wholesale.plumbing.showing import MISSING, shown_day
from wholesale.plumbing.texts import Words
from wholesale.plumbing.vocabulary import Province, normalise_word

State = RatioStudy.State
STATE_COLOURS = {State.WAITING.label: "info", State.DONE.label: "success", State.FAILED.label: "danger"}


def _day(label: Words) -> forms.DateField:
    widget = UnfoldAdminTextInputWidget(attrs={"type": "date"})
    return forms.DateField(label=label, required=False, validators=WITHIN_RANGE, widget=widget)


class StudyForm(forms.Form):
    """The form that begins a study."""

    province = forms.ChoiceField(
        label=_("Province"), choices=[("", _("All")), *Province.choices], required=False, widget=UnfoldAdminSelectWidget
    )
    market = forms.CharField(
        label=_("Market"), required=False, widget=UnfoldAdminTextInputWidget, help_text=_("Nothing: all markets.")
    )
    since = _day(_("Sold from"))
    until = _day(_("To the end of"))
    most = forms.IntegerField(
        label=_("Sales at most"),
        min_value=1,
        max_value=services.MOST_MAX,
        initial=services.MOST,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text=format_lazy(
            _("The newest ones. The worker takes studies of more than {at_once}."), at_once=services.AT_ONCE
        ),
    )

    def clean_market(self) -> str:
        market: str = self.cleaned_data["market"]
        try:
            return normalise_word(market) if market else ""
        except ValueError as error:
            raise forms.ValidationError(gettext("It %(error)s.") % {"error": error}) from error


@admin.register(RatioStudy)
class RatioStudyAdmin(GrowingAdmin):
    """The admin pages of ratio studies. The newest is first."""

    list_display = ("id", "about", "state_label", "sales", "median_error", "cod", "coverage", "actor", "created_at")
    list_display_links = ("id", "about")
    list_filter = ("state",)
    list_select_related = False
    search_fields = ("market__exact", "actor__exact")
    search_help_text = _("Market or actor, in full")
    actions_list = ("new_study",)

    state_label = column(_("State"), lambda study: study.get_state_display(), label=STATE_COLOURS)
    sales = column(_("Sales"), lambda study: _figure(study, "n"))
    median_error = column(_("Median error"), lambda study: _figure(study, "median_error"))
    cod = column(_("COD"), lambda study: _figure(study, "cod"))
    coverage = column(_("In the interval"), lambda study: _figure(study, "coverage"))

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Return the fields that the page shows. The results stand below them."""
        found = ("failure",) if obj.failure else ()
        return (
            (gettext("Study"), {"fields": (("about", "state_label"), *found)}),
            (gettext("Who and when"), {"fields": (("actor", "user"), ("created_at", "finished_at"), "correlation_id")}),
        )

    def has_run_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether the user may run a study."""
        return request.user.has_perm("offers.run_ratiostudy")

    @button(_("New study..."), "run", icon="add_chart", path="new-study")
    def new_study(self, request: HttpRequest) -> HttpResponse:
        """Ask what to study, and begin it."""

        def begin(**given: Any) -> str:
            study = services.begin_study(**given, act=Act.by(request.user))
            if services.is_large(study):
                tasks.carry_out.enqueue(study.pk)
                return gettext("The worker carries the study out. Reload this page to see what came of it.")
            services.carry_out(study.pk)
            return gettext("The study is done.")

        form = StudyForm(request.POST if request.method == "POST" else None)
        return act_with_form(
            request,
            self,
            form,
            begin,
            then=reverse("admin:offers_ratiostudy_changelist"),
            title=gettext("New ratio study"),
            explanation=gettext(
                "Each sale is estimated again from the sales before it, and compared with its price. So are the "
                "ARVs of offers whose house was sold later."
            ),
            button=gettext("Begin"),
        )

    @display(description=_("What was studied"))
    def about(self, study: RatioStudy) -> str:
        """The places and days of a study, as text."""
        place = place_text(study) or gettext("All markets")
        since = gettext("from %(since)s") % {"since": shown_day(study.since)} if study.since else ""
        until = gettext("to %(until)s") % {"until": shown_day(study.until)} if study.until else ""
        return " ".join(filter(None, (place, since, until)))


def _figure(study: RatioStudy, name: str) -> str:
    return COLUMNS[name].shown(study.results["sales"][0][name]) if study.results else MISSING
