"""The buy boxes on a buyer's page."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import StackedInline

from buyers.book.boxes import values_of
from buyers.book.fields import BOX_COLUMNS, RANGES, BoxRow
from buyers.book.lists.words import BETWEEN
from buyers.book.models import BuyBox
from wholesale.plumbing.admin_forms import CheckedForm, typed
from wholesale.plumbing.admin_parts import allowed
from wholesale.plumbing.codes import place_name, property_text
from wholesale.plumbing.showing import shown_money
from wholesale.plumbing.vocabulary import NOTE_MAX_LENGTH


class BoxForm(CheckedForm):
    """The form of a buy box. Places and property types are texts, as in a file."""

    row = BoxRow()
    places = typed(
        _("Places"),
        max_length=10 * NOTE_MAX_LENGTH,
        placeholder=_("such as ON Toronto; QC"),
        help_text=_("Nothing: the place where the buyer lives."),
    )
    property_types = typed(
        _("Property types"),
        max_length=NOTE_MAX_LENGTH,
        placeholder=_("such as SFR; DUPLEX"),
        help_text=_("Nothing: any type."),
    )

    class Meta:
        model = BuyBox
        fields = ("name", *(name for name in BOX_COLUMNS if name != "places"))
        labels = {"max_arv_share": _("Max share of ARV")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["places"] = BETWEEN.join(map(str, values_of(self.instance)["places"]))
            self.initial["property_types"] = BETWEEN.join(self.instance.property_types)


class BoxInline(StackedInline):
    """The buy boxes on a buyer's page. The buyer's admin stores them together with the buyer."""

    model = BuyBox
    form = BoxForm
    extra = 0
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "name",
                    ("places", "property_types"),
                    ("exit", "financing"),
                    ("max_arv_share", "max_repairs"),
                    *((f"min_{what}", f"max_{what}") for what in RANGES),
                )
            },
        ),
    )
    has_view_permission = allowed("buyers.view_buyer")
    has_add_permission = has_change_permission = has_delete_permission = allowed("buyers.change_buyer")

    def formfield_for_choice_field(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs["choices"] = db_field.get_choices(blank_choice=[("", gettext("Any"))])
        return super().formfield_for_choice_field(db_field, request, **kwargs)

    def get_queryset(self, request: HttpRequest) -> QuerySet[BuyBox]:
        return super().get_queryset(request).prefetch_related("places")

    def places(self, box: BuyBox) -> str:
        """Return the places as text, for a user who only reads them."""
        return "; ".join(place_name(*place) for place in values_of(box)["places"])


def boxes_in(formset: Any) -> list[dict[str, Any]]:
    """Return the boxes of the page's valid forms, without those that are marked for removal."""
    kept = (form for form in formset.forms if form not in formset.deleted_forms and form.checked is not None)
    return [{"name": "", **form.checked} for form in kept]


def box_text(box: BuyBox) -> str:
    """Return on one line what a buyer buys: where, what, and up to which price."""
    values = values_of(box)
    where = "; ".join(place_name(*place) for place in values["places"])
    parts = [
        where,
        ", ".join(map(property_text, values["property_types"])),
        gettext("up to %(amount)s") % {"amount": shown_money(box.max_price)} if box.max_price else "",
    ]
    return " · ".join(filter(None, parts))
