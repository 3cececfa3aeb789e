"""The forms with which the admin writes ledger lines."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.functional import lazy
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminExpandableTextareaWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from governance import people
from governance.channels import Channel
from governance.grounds import ACCEPTED
from governance.ledger.admin.columns import EVERY_CHANNEL_LABEL
from governance.ledger.admin.proof import ProofFields
from governance.ledger.models import PERSONS
from governance.ledger.points import Point, person_point, points_of
from governance.ledger.who import number_or_address, of_person
from wholesale.plumbing.admin_questions import reason_field
from wholesale.plumbing.days import WITHIN_RANGE
from wholesale.plumbing.phones import e164
from wholesale.plumbing.showing import shown_number
from wholesale.plumbing.texts import Words
from wholesale.plumbing.vocabulary import NOTE_MAX_LENGTH

CHOOSE_ONE = ("", _("Choose one"))
NUMBERS_MAX = 10_000  # in one form
_MINUTE = "%Y-%m-%dT%H:%M"


def points_named(text: str) -> list[Point]:
    """The contact points that a typed text names. A person's id names person, number and address.

    Raises:
        ValidationError: the text is the id of no known lead or buyer, no phone number and no e-mail address.

    """
    text = text.strip()
    named = [point for kind in people.kinds() if people.load(kind, [text]) for point in of_person(kind, text)]
    return list(dict.fromkeys(named)) or number_or_address(text)


def searched(text: str) -> list[Point]:
    """Return the points that a typed text names, as `points_named` does. An unknown person counts too."""
    as_such = [person_point(kind, text.strip()) for kind in people.kinds()]
    try:
        named = points_named(text)
    except ValidationError:
        named = []
    return [*named, *filter(None, as_such)]


def _moment_field(label: Words, **options: Any) -> forms.DateTimeField:
    """A form field for a time in the user's zone, to the minute. Its initial value is the present time."""
    widget = UnfoldAdminTextInputWidget(attrs={"type": "datetime-local"})
    return forms.DateTimeField(
        label=label,
        widget=widget,
        initial=lambda: f"{timezone.localtime():{_MINUTE}}",
        **options,
    )


def _day_field(label: Words, **options: Any) -> forms.DateField:
    widget = UnfoldAdminTextInputWidget(attrs={"type": "date"})
    return forms.DateField(label=label, validators=WITHIN_RANGE, widget=widget, **options)


def _evidence_field(**options: Any) -> forms.CharField:
    return forms.CharField(label=_("Evidence"), max_length=NOTE_MAX_LENGTH, widget=UnfoldAdminTextInputWidget, **options)


def _note_field(label: Words) -> forms.CharField:
    return forms.CharField(
        label=label, required=False, max_length=NOTE_MAX_LENGTH, widget=UnfoldAdminExpandableTextareaWidget
    )


class WhoForm(forms.Form):
    """A form that asks for a phone number, an e-mail address, or the id of a lead or a buyer."""

    points = forms.CharField(
        label=_("Who"),
        max_length=254,
        widget=UnfoldAdminTextInputWidget(attrs={"placeholder": _("416 555 0123, name@example.ca or a person's id")}),
        help_text=_("A phone number, an e-mail address, a lead's or a buyer's id: then number and address both count."),
    )

    def clean_points(self) -> list[Point]:
        """The contact points that the typed text names. Of a person: the person, number and address."""
        return points_named(self.cleaned_data["points"])


class ChannelForm(WhoForm):
    """A form that asks for a person and a channel."""

    channel = forms.ChoiceField(
        label=_("Channel"),
        choices=[("", EVERY_CHANNEL_LABEL), *Channel.choices],
        required=False,
        widget=UnfoldAdminSelectWidget,
    )


class ConsentingForm(ChannelForm):
    """The base of forms that write ledger lines about numbers and addresses, never about a person as such."""

    def clean_points(self) -> list[Point]:
        """The numbers and addresses that the typed text names. A person who has neither is refused, and so is an id that a
        lead and a buyer share."""
        named = super().clean_points()
        points = [point for point in named if point[0] not in PERSONS]
        if len(named) - len(points) > 1:
            raise ValidationError(gettext("A lead and a buyer have this id: give the phone number or the e-mail address."))
        if not points:
            raise ValidationError(gettext("This person has neither a phone number nor an e-mail address."))
        return points


class ConsentForm(ProofFields, ConsentingForm):
    """The form that records a consent."""

    basis = forms.ChoiceField(
        label=_("Ground"),
        choices=[CHOOSE_ONE, *ACCEPTED],
        widget=UnfoldAdminSelectWidget,
        help_text=_(
            "It decides when the consent expires. A published address, an address that was given to us and a referral "
            "are no ground for calls. The first two count only for a lead in a business role. A purchase or a lease counts "
            "if the person bought or leased from us, not if we buy from them. It is doubtful whether a homeowner's inquiry "
            "to a buyer counts."
        ),
    )
    obtained_at = _moment_field(_("Obtained"), help_text=_("When the person agreed, bought, signed or asked."))
    ended_on = _day_field(_("Ended on"), required=False, help_text=_("Of a contract that is no longer in force."))
    evidence = _evidence_field(help_text=_("Required. Where the proof is: a form, a recording, a page with its date."))
    reason = _note_field(_("Note"))


class ContractEndForm(ConsentingForm):
    """The form that records the end of a contract."""

    ended_on = _day_field(_("Ended on"), help_text=_("Its last day. Contracts that were made after it stay in force."))
    evidence = _evidence_field(help_text=_("Required. Where the proof is: a notice, the contract itself."))
    reason = _note_field(_("Note"))


class OptOutForm(ChannelForm):
    """The form that records an opt-out."""

    said_at = _moment_field(_("When they said so"))
    evidence = _evidence_field(required=False, help_text=_("Where it was said: a message, a call."))
    reason = _note_field(_("Note"))


class LiftForm(ChannelForm):
    """The form that lifts an opt-out."""

    reason = reason_field()


class NumbersForm(forms.Form):
    """A form that asks for many phone numbers."""

    points = forms.CharField(
        label=_("Phone numbers"),
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 8, "placeholder": "416 555 0123\n902 555 0199"}),
        help_text=format_lazy(_("One a line, at most {numbers_max}."), numbers_max=lazy(shown_number, str)(NUMBERS_MAX)),
    )

    def clean_points(self) -> list[Point]:
        """The contact points of the typed numbers, one number a line. The error names the first line that is no number."""
        lines = [line.strip() for line in self.cleaned_data["points"].splitlines() if line.strip()]
        if len(lines) > NUMBERS_MAX:
            raise ValidationError(
                gettext("%(lines)s numbers are more than %(numbers_max)s.")
                % {"lines": shown_number(len(lines)), "numbers_max": shown_number(NUMBERS_MAX)}
            )
        points = []
        for line in lines:
            try:
                points += points_of(phone=e164(line))
            except ValueError as error:
                raise ValidationError(
                    gettext("“%(line)s” is no phone number with its area code.") % {"line": line[:40]}
                ) from error
        return points


class ScrubForm(NumbersForm):
    """The form that records a scrub of numbers."""

    checked_at = _moment_field(_("Version of the list"), help_text=_("It counts for 31 days from then."))
    evidence = _evidence_field(help_text=_("Required. Where the proof is: the file and its date."))


class DoNotCallForm(NumbersForm):
    """The form that puts numbers on the internal do-not-call list."""

    said_at = _moment_field(_("When they said so"))
    reason = _note_field(_("Note"))
