"""The forms of what happens to an offer, as the buttons of its page ask."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminDecimalFieldWidget, UnfoldAdminTextInputWidget

from offers.bounds import ARV_MAX
from offers.deals.life.models import DOCUMENTS_MAX
from wholesale.plumbing.admin_forms import SuggestingInput
from wholesale.plumbing.admin_questions import ReasonForm
from wholesale.plumbing.texts import Words
from wholesale.plumbing.vocabulary import LABEL_MAX_LENGTH


def _amount(label: Words, *, at_least: Any = 0, **options: Any) -> forms.DecimalField:
    bounds = {"min_value": at_least, "max_value": ARV_MAX, "max_digits": 14, "decimal_places": 2}
    return forms.DecimalField(label=label, widget=UnfoldAdminDecimalFieldWidget, **bounds, **options)


class MoveForm(ReasonForm):
    """The form of whatever happens to an offer: the reason, and references of documents."""

    documents = forms.CharField(
        label=_("Documents"),
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("References, such as a contract's number, with a semicolon between them."),
    )

    def clean_documents(self) -> list[str]:
        documents = [text for part in self.cleaned_data["documents"].split(";") if (text := part.strip())]
        if len(documents) > DOCUMENTS_MAX or any(len(text) > LABEL_MAX_LENGTH for text in documents):
            raise forms.ValidationError(
                gettext("At most %(documents_max)s references of %(label_max_length)s characters each.")
                % {"documents_max": DOCUMENTS_MAX, "label_max_length": LABEL_MAX_LENGTH}
            )
        return documents


class CounterForm(MoveForm):
    """The form of a counter."""

    asked = _amount(_("The seller asks, CAD"), required=False)
    amount = _amount(_("We offer now, CAD"), required=False, help_text=_("At most what the evidence recommends."))


class AssignForm(MoveForm):
    """The form that assigns the contract. It proposes the buyers who may take it, by their ids."""

    buyer_id = forms.CharField(
        label=_("Buyer"),
        max_length=LABEL_MAX_LENGTH,
        help_text=_("The buyer's id. The list has those who were asked about this deal; if nobody was, all buyers by name."),
    )

    def __init__(self, data: Any = None, *, takers: Sequence[tuple[str, str]] = ()) -> None:
        super().__init__(data)
        self.fields["buyer_id"].widget = SuggestingInput(takers)


class CloseForm(MoveForm):
    """The form of a deal that closed."""

    realized_profit = _amount(_("Profit, CAD"), at_least=-ARV_MAX, help_text=_("Below 0 for a loss."))


class FailForm(MoveForm):
    """The form of an offer that fell through."""

    realized_loss = _amount(_("Loss, CAD"), initial=0, help_text=_("Such as a deposit."))
