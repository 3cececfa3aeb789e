"""The admin of buyers: search, edit, import and export."""

from datetime import date
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminExpandableTextareaWidget, UnfoldAdminSelectWidget

from buyers.book import services
from buyers.book.boxes_admin import BoxInline, box_text, boxes_in
from buyers.book.fields import BOX_COLUMNS, SETTINGS, BuyerRow
from buyers.book.lists import imports
from buyers.book.lists.exports import BOX_FETCHED, BuyerResource
from buyers.book.lists.importer import BUYERS
from buyers.book.models import BuyBoxPlace, Buyer
from buyers.book.searching import listed
from buyers.liquidity.reliability import last_answers, reliability_of
from buyers.matching.fitting import fitting_html
from buyers.people.admin import BuyerPersonPages
from governance.lists.wishes import CONTACT_COLUMNS
from wholesale.plumbing.act import Act
from wholesale.plumbing.admin_base import Edited, Scoped, Uncounted
from wholesale.plumbing.admin_bulk import Bulk, bulk, one_by_one
from wholesale.plumbing.admin_forms import RowForm, typed
from wholesale.plumbing.admin_input import CheckedInput
from wholesale.plumbing.admin_parts import Colours, SinceFilter, StateFilter, WordFilter, column
from wholesale.plumbing.admin_questions import ReasonForm, of_row
from wholesale.plumbing.codes import place_text, property_text
from wholesale.plumbing.importing.pages import ImportPages
from wholesale.plumbing.showing import shown_day, shown_money, shown_number, shown_time
from wholesale.plumbing.vocabulary import Province

STATUS_COLOURS = Colours(
    {
        Buyer.Status.ACTIVE.label: "success",
        Buyer.Status.PAUSED.label: "warning",
        Buyer.Status.BLOCKED.label: "danger",
    }
)
_BOXES_SHOWN = 2  # in a line of the list


class BuyerForm(RowForm):
    """The form of a buyer. It applies the same checks as the API and imports."""

    row, settable = BuyerRow(), SETTINGS
    phone = typed(_("Phone"), placeholder=_("such as 416-555-0123"))
    second_phone = typed(_("Second phone"))
    email = typed(_("E-mail"), max_length=254, placeholder=_("such as name@example.ca"))
    second_email = typed(_("Second e-mail"), max_length=254)
    market = typed(_("Market"), help_text=_("ALL, or nothing, is the whole province."))

    class Meta:
        model = Buyer
        fields = ("buyer_id", *SETTINGS)
        labels = {"funds_amount": _("Amount"), "funds_proved_on": _("Date"), "funds_expire_on": _("Expires")}
        widgets = {"notes": UnfoldAdminExpandableTextareaWidget}


class BuyerStatusForm(ReasonForm):
    """The form to set the status of many buyers, with the reason."""

    status = forms.ChoiceField(label=_("New status"), choices=Buyer.Status.choices, widget=UnfoldAdminSelectWidget)
    field_order = ("status", "reason")


class FundsFilter(StateFilter):
    """A filter of the list of buyers by their proof of funds."""

    title = _("proof of funds")
    parameter_name = "funds"
    states = {
        "good": (_("Good today"), lambda now: Q(funds_expire_on__gte=now.date())),
        "expired": (_("Expired"), lambda now: Q(funds_expire_on__lt=now.date())),
        "none": (_("None"), Q(funds_amount__isnull=True)),
    }


class BuysInFilter(WordFilter):
    """A filter of the list of buyers by a province where they buy, by one of their boxes."""

    title = _("buys in")
    parameter_name = "buys_in"

    def words(self) -> Any:
        return Province.choices

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() not in Province.values:
            return queryset
        return queryset.filter(pk__in=BuyBoxPlace.objects.filter(province=self.value()).values("box__buyer"))


def _funds(buyer: Buyer) -> tuple[str, str]:
    """Return whether the proof of funds is good today, and its amount and its last day."""
    if buyer.funds_amount is None or buyer.funds_expire_on is None:
        return "", gettext("none")
    state = "good" if buyer.funds_expire_on >= _today() else "expired"
    return (
        state,
        (gettext("%(amount)s until %(day)s") if state == "good" else gettext("%(amount)s expired %(day)s"))
        % {"amount": shown_money(buyer.funds_amount), "day": shown_day(buyer.funds_expire_on)},
    )


def _today() -> date:
    return timezone.now().date()


@admin.register(Buyer)
class BuyerAdmin(CheckedInput, Uncounted, Edited, Scoped, ImportPages, BuyerPersonPages):
    """The admin pages of buyers. The list shows the newest first and never counts all buyers: there are too many."""

    form = BuyerForm
    left_open = _("not known")
    resource_classes = (BuyerResource,)
    importer = BUYERS
    begin_import, confirm_import = staticmethod(imports.begin_import), staticmethod(imports.confirm_import)
    columns_shown = [
        (_("Buyers"), ["buyer_id", *SETTINGS]),
        (_("Buy box"), list(BOX_COLUMNS)),
        (_("Contact"), CONTACT_COLUMNS),
    ]
    list_display = ("buyer_id", "who", "phone", "place", "status_label", "buys", "funds", "updated_at")
    list_display_links = ("buyer_id", "who")
    list_filter = ("status", "province", BuysInFilter, FundsFilter, "language", SinceFilter)
    list_select_related = False
    list_per_page = 50
    search_fields = ("buyer_id",)  # `listed` searches
    search_help_text = _("Beginnings of the name or company; phone, e-mail, buyer id or market")
    inlines = (BoxInline,)
    actions = ("set_status",)
    actions_list = ("import_file",)
    actions_detail: tuple[str, ...] = ("answers", "export_person", "erase")
    fieldsets = (
        (_("Buyer"), {"fields": (("buyer_id", "status"), ("name", "company"), ("language", "source"), "notes")}),
        (_("Contact"), {"fields": (("phone", "second_phone"), ("email", "second_email"))}),
        (_("Place"), {"fields": (("province", "market"), "zone")}),
        (_("Proof of funds"), {"fields": ("funds_amount", ("funds_proved_on", "funds_expire_on"))}),
    )
    _known = (
        (_("What the buyer did"), {"fields": ("reliability", "last_answers")}),
        (_("What fits the buyer"), {"fields": ("fitting",)}),
        (_("Last change"), {"fields": (("changed_by", "updated_at"), "created_at")}),
    )
    readonly_fields = ("reliability", "last_answers", "fitting", "changed_by", "updated_at", "created_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).prefetch_related(BOX_FETCHED)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fieldsets if obj is None else (*self.fieldsets, *self._known)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("buyer_id", *self.readonly_fields) if obj else self.readonly_fields

    def get_search_results(self, request: HttpRequest, queryset: QuerySet[Any], search_term: str) -> tuple[Any, bool]:
        return (listed(queryset, search_term) if search_term else queryset), False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Do nothing: `save_related` stores the buyer together with its boxes."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Store the buyer and its boxes with the service `upsert_buyer`."""
        (boxes,) = formsets
        settings = form.settings() | ({"boxes": boxes_in(boxes)} if boxes.has_changed() else {})
        stored, _created = services.upsert_buyer(buyer_id=form.instance.buyer_id, act=Act.by(request.user), **settings)
        form.instance.pk = stored.pk

    def construct_change_message(self, request: HttpRequest, form: Any, formsets: Any, add: bool = False) -> Any:
        """Return the names of what changed, for the admin's log. No formset was saved, so none can say what it saved."""
        changed = [gettext_noop("buy boxes")] if any(formset.has_changed() for formset in formsets) else []
        form.changed_data = [*form.changed_data, *changed]
        return super().construct_change_message(request, form, [], add)

    @display(description=_("Name"), header=True)
    def who(self, buyer: Buyer) -> tuple[str, str]:
        """Return the name of the buyer, and of the company below it."""
        return buyer.name or buyer.company, buyer.company if buyer.name else ""

    place = column(_("Lives in"), place_text)
    status_label = column(_("Status"), lambda buyer: buyer.get_status_display(), label=STATUS_COLOURS)
    funds = column(_("Proof of funds"), _funds, label={"good": "success", "expired": "danger"})

    @display(description=_("Buys"))
    def buys(self, buyer: Buyer) -> str:
        """Return what the buyer buys, a line for each of the first boxes."""
        boxes = list(buyer.boxes.all())
        lines = [box_text(box) for box in boxes[:_BOXES_SHOWN]]
        if more := len(boxes) - len(lines):
            lines.append(gettext("and %(more)s more") % {"more": more})
        return format_html_join("", "<div>{}</div>", ((line,) for line in lines)) or gettext("no buy box")

    @display(description=_("Deals"))
    def reliability(self, buyer: Buyer) -> str:
        """Return how reliable the buyer is, as text."""
        known = reliability_of([buyer.buyer_id])[buyer.buyer_id]
        days = known.median_days_to_close
        taken = (
            ""
            if days is None
            else gettext(", %(days)s days from the first sending to the purchase at the median")
            % {"days": shown_number(days, 1)}
        )
        return gettext("%(deals_closed)s closed, %(deals_fell_through)s fell through%(taken)s") % {
            "deals_closed": shown_number(known.deals_closed),
            "deals_fell_through": shown_number(known.deals_fell_through),
            "taken": taken,
        }

    @display(description=_("Last answers"))
    def last_answers(self, buyer: Buyer) -> str:
        """Return the buyer's last answers, a line for each."""
        lines = (
            (shown_time(one.created_at), one.get_event_display(), " · ".join(filter(None, about)))
            for one in last_answers(buyer.buyer_id)
            if (about := (one.deal_ref, property_text(one.property_type), place_text(one)))
        )
        return format_html_join("", '<div class="leading-relaxed">{} <b>{}</b> {}</div>', lines) or gettext("none")

    fitting = column(_("Markets and deals"), fitting_html)

    @bulk(_("Set the status..."), "change")
    def set_status(self, request: HttpRequest) -> Bulk:
        """Set the status of the chosen buyers."""

        def act(buyer: Buyer, status: str, reason: str) -> None:
            services.upsert_buyer(buyer_id=buyer.buyer_id, status=status, act=Act.by(request.user, reason=reason))

        return Bulk(
            title=gettext("Set the status of %(count)s buyers"),
            explanation=gettext("Deals are offered to active buyers only; to blocked ones never."),
            button=gettext("Set it"),
            form=BuyerStatusForm,
            act=one_by_one(act),
            done=_("Status set."),
        )

    @action(description=_("Answers"), icon="forum", url_path="answers")
    @of_row
    def answers(self, request: HttpRequest, buyer: Any) -> HttpResponse:
        """Redirect to the list of this buyer's feedback."""
        listed = reverse("admin:buyers_buyerfeedbackevent_changelist", query={"q": buyer.buyer_id})
        return HttpResponseRedirect(listed)
