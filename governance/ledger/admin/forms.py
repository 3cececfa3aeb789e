"""What the pages of the ledger's acts ask."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
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
from governance.ledger.models import ContactPoint
from governance.ledger.points import Point, lead_point, points_of
from governance.ledger.who import number_or_address, of_lead
from wholesale.plumbing.admin_base import reason_field
from wholesale.plumbing.days import WITHIN_RANGE
from wholesale.plumbing.phones import e164
from wholesale.plumbing.vocabulary import NOTE_MAX_LENGTH

CHOOSE_ONE = ("", "Choose one")
NUMBERS_MAX = 10_000  # in one form
_MINUTE = "%Y-%m-%dT%H:%M"


def points_named(text: str) -> list[Point]:
    """The points of a lead's id, a phone number or an e-mail address; of a lead also the lead as such.

    Raises:
        ValidationError: it is none of these.

    """
    text = text.strip()
    lead = people.load(people.LEAD, [text]).get(text)
    if lead is not None:
        return of_lead(text)
    return number_or_address(text)


def searched(text: str) -> list[Point]:
    """What may be on file under this text: also a lead that nobody knows."""
    as_lead = lead_point(text.strip())
    try:
        named = points_named(text)
    except ValidationError:
        named = []
    return [*named, *([as_lead] if as_lead else [])]


def _moment_field(label: str, **options: Any) -> forms.DateTimeField:
    """A time to the minute, now until somebody says otherwise."""
    widget = UnfoldAdminTextInputWidget(attrs={"type": "datetime-local"})
    return forms.DateTimeField(
        label=f"{label} (UTC)", widget=widget, initial=lambda: f"{timezone.now():{_MINUTE}}", **options
    )


def _day_field(label: str, **options: Any) -> forms.DateField:
    widget = UnfoldAdminTextInputWidget(attrs={"type": "date"})
    return forms.DateField(label=label, validators=WITHIN_RANGE, widget=widget, **options)


def _evidence_field(**options: Any) -> forms.CharField:
    return forms.CharField(label="Evidence", max_length=NOTE_MAX_LENGTH, widget=UnfoldAdminTextInputWidget, **options)


def _note_field(label: str) -> forms.CharField:
    return forms.CharField(
        label=label, required=False, max_length=NOTE_MAX_LENGTH, widget=UnfoldAdminExpandableTextareaWidget
    )


class WhoForm(forms.Form):
    """Whom it is about."""

    points = forms.CharField(
        label="Who",
        max_length=254,
        widget=UnfoldAdminTextInputWidget(attrs={"placeholder": "416 555 0123, name@example.ca or a lead's id"}),
        help_text="A phone number, an e-mail address, or a lead's id: then its number and its address both count.",
    )

    def clean_points(self) -> list[Point]:
        """The number, the address, or the lead and what it has of both."""
        return points_named(self.cleaned_data["points"])


class ChannelForm(WhoForm):
    """Whom it is about, and by which channel."""

    channel = forms.ChoiceField(
        choices=[("", EVERY_CHANNEL_LABEL), *Channel.choices], required=False, widget=UnfoldAdminSelectWidget
    )


class ConsentingForm(ChannelForm):
    """A number or an address, never a lead as such."""

    def clean_points(self) -> list[Point]:
        """Those of the lead, where it has any."""
        points = [point for point in super().clean_points() if point[0] != ContactPoint.Kind.LEAD]
        if not points:
            raise ValidationError("This lead has neither a phone number nor an e-mail address.")
        return points


class ConsentForm(ProofFields, ConsentingForm):
    """A consent."""

    basis = forms.ChoiceField(
        label="Ground",
        choices=[CHOOSE_ONE, *ACCEPTED],
        widget=UnfoldAdminSelectWidget,
        help_text="It says when the consent expires. A published address, one that was given to us and a referral are no "
        "ground for calls; the first two are one for a lead in a business role alone. Bought or leased means from us: that "
        "we buy from a seller is no such purchase. Whether a homeowner's inquiry to somebody who buys counts is doubtful.",
    )
    obtained_at = _moment_field("Obtained", help_text="When the person agreed, bought, signed or asked.")
    ended_on = _day_field("Ended on", required=False, help_text="Of a contract that is no longer in force.")
    evidence = _evidence_field(help_text="Required. Where the proof is: a form, a recording, a page with its date.")
    reason = _note_field("Note")


class ContractEndForm(ConsentingForm):
    """The end of a contract."""

    ended_on = _day_field("Ended on", help_text="Its last day. Contracts that were made after it stay in force.")
    evidence = _evidence_field(help_text="Required. Where the proof is: a notice, the contract itself.")
    reason = _note_field("Note")


class OptOutForm(ChannelForm):
    """An opt-out."""

    said_at = _moment_field("Said")
    evidence = _evidence_field(required=False, help_text="Where it was said: a message, a call.")
    reason = _note_field("Note")


class LiftForm(ChannelForm):
    """An opt-out that was a mistake."""

    reason = reason_field()


class NumbersForm(forms.Form):
    """Many numbers."""

    points = forms.CharField(
        label="Phone numbers",
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 8, "placeholder": "416 555 0123\n902 555 0199"}),
        help_text=f"One a line, at most {NUMBERS_MAX:,}.",
    )

    def clean_points(self) -> list[Point]:
        """Each line as a number; the first that is none is named."""
        lines = [line.strip() for line in self.cleaned_data["points"].splitlines() if line.strip()]
        if len(lines) > NUMBERS_MAX:
            raise ValidationError(f"{len(lines):,} numbers are more than {NUMBERS_MAX:,}.")
        points = []
        for line in lines:
            try:
                points += points_of(phone=e164(line))
            except ValueError as error:
                raise ValidationError(f"“{line[:40]}” is no phone number with its area code.") from error
        return points


class ScrubForm(NumbersForm):
    """Numbers that are not on the national list."""

    checked_at = _moment_field("Version of the list", help_text="It counts for 31 days from then.")
    evidence = _evidence_field(help_text="Required. Where the proof is: the file and its date.")


class DoNotCallForm(NumbersForm):
    """Numbers of the internal list."""

    said_at = _moment_field("Said")
    reason = _note_field("Note")
