"""How the admin asks for the content of a consent (form fields), and how it shows the content (columns)."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.template.defaultfilters import linebreaksbr
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.widgets import UnfoldAdminExpandableTextareaWidget, UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from governance.ledger.models import ContactRecord
from governance.ledger.proof import PROOF_FIELDS, WORDING_MAX_LENGTH, GivenHow, Proof, missing_of
from governance.ledger.proof_lines import content_of, lacking, proof_of
from wholesale.plumbing.texts import Words
from wholesale.plumbing.vocabulary import LABEL_MAX_LENGTH, NOTE_MAX_LENGTH

# The groups of the form: title, explanation, names of the fields.
_GROUPS = (
    (
        _("What the person agreed to"),
        _("For an express consent. What is left empty is stored as not on file, and each page of the line says so."),
        ("wording", "purpose", "on_behalf_of", "withdrawal_statement", "given_how", "given_where"),
    ),
    (_("Who referred the person"), _("For a referral alone."), ("referrer_name", "referrer_to_lead", "referrer_to_us")),
)


def _text(name: Words, help_text: Words, *, longest: int = NOTE_MAX_LENGTH, is_long: bool = False) -> forms.CharField:
    widget = UnfoldAdminExpandableTextareaWidget if is_long else UnfoldAdminTextInputWidget
    return forms.CharField(label=name, required=False, max_length=longest, widget=widget, help_text=help_text)


class ProofFields(forms.Form):
    """A form with the fields for the content of a consent, in groups."""

    wording = _text(_("Wording"), _("As it was shown or read out."), longest=WORDING_MAX_LENGTH, is_long=True)
    purpose = _text(_("Purpose"), _("What the person agreed to receive."))
    on_behalf_of = _text(_("On behalf of"), _("Who asked, and for whom."))
    withdrawal_statement = _text(_("Withdrawal statement"), _("How the request said that the consent can be withdrawn."))
    given_how = forms.ChoiceField(
        label=_("Given how"),
        choices=[("", _("not known")), *GivenHow.choices],
        required=False,
        widget=UnfoldAdminSelectWidget,
    )
    given_where = _text(_("Given where"), _("A web address, a place, a file or a recording."))
    referrer_name = _text(_("Referrer"), _("The full name."), longest=LABEL_MAX_LENGTH)
    referrer_to_lead = _text(_("Referrer and the person"), _("What their relationship is."))
    referrer_to_us = _text(_("Referrer and us"), _("What our relationship is."))

    def groups(self) -> list[tuple[Words, Words, list[forms.BoundField]]]:
        """The fields as the page groups them (title, explanation, fields). The fields of the ledger line come first."""
        own = [self[name] for name in self.fields if name not in PROOF_FIELDS]
        return [("", "", own), *((title, said, [self[name] for name in names]) for title, said, names in _GROUPS)]

    def clean(self) -> dict[str, Any]:
        """Return the cleaned fields, with one `Proof` named `proof` in place of the fields of the consent's content."""
        cleaned = super().clean() or {}
        given = {name: cleaned.pop(name) for name in PROOF_FIELDS if name in cleaned}
        return {**cleaned, "proof": Proof(**given)}


class ProofColumns:
    """A mixin with two admin columns: the content of a consent, and the parts of it that are missing."""

    @display(description=_("Content"))
    def content(self, record: ContactRecord) -> str | SafeString:
        """What the person agreed to, as a list; "not on file" if nothing is known."""
        parts = [(title, linebreaksbr(text, autoescape=True)) for title, text in content_of(proof_of(record))]
        return _listed("{}: {}", parts) if parts else gettext("not on file")

    @display(description=_("Missing"))
    def missing(self, record: ContactRecord) -> str | SafeString:
        """The parts of a consent's content that the law asks for and that are not on file."""
        return _listed("{} ({})", lacking(missing_of(record.basis, proof_of(record)))) or gettext("nothing that is known")


def _listed(shape: str, pairs: Iterable[tuple[str, str]]) -> SafeString:
    rows = format_html_join("", f"<li>{shape}</li>", pairs)
    return format_html("<ul>{}</ul>", rows) if rows else rows
