"""The table of the organisation."""

from collections.abc import Mapping
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from governance.organisation.rules import Strictness
from governance.policies import Policy
from governance.signals import rules_changed
from wholesale.plumbing.act import Act
from wholesale.plumbing.envelope import Subject
from wholesale.plumbing.errors import RequiredParameter
from wholesale.plumbing.setting_fields import Choice, Day, Label, Note
from wholesale.plumbing.vocabulary import NOTE_MAX_LENGTH

STRICT_SETTINGS = ("consent", "identity", "scrub")


def strictness(what: str, **said: Any) -> Choice:
    """Make a setting that says whether a contact without `what` is refused, or allowed with a warning."""
    return Choice(what, max_length=7, choices=Strictness, default=Strictness.ENFORCE, **said)


class Organisation(Policy):
    """The row of the organisation that contacts people, and its strictness. If the row is missing, all is enforced."""

    name = Label(blank=True, help_text=_("as messages name the sender"), page_help=_("As messages name the sender."))
    mailing_address = Note(blank=True, page_help=_("Where post reaches you."))
    contact = Label(
        blank=True,
        help_text=_("a phone number, e-mail or web address"),
        page_help=_("A phone number, an e-mail address or a web address; it must answer for 60 days after a message."),
    )
    consent = strictness(
        "consent for text and e-mail",
        label=_("Text and e-mail without consent"),
        short=_("Messages without consent"),
        page_help="Refuse: without a consent on file that is in force, no text message and no e-mail. Allow: they may be "
        "sent, the gate's answer carries a warning, and the runbook warns. An opt-out refuses either way.",
    )
    identity = strictness(
        "identification in text and e-mail",
        label=_("Text and e-mail without identification"),
        short=_("Messages without identification"),
        page_help="Refuse: no text message and no e-mail to a known lead while the name, the mailing address or the contact "
        "above is missing. Allow: they may be sent, with a warning.",
    )
    scrub = strictness(
        "registration and scrub for calls",
        label=_("Calls without registration and scrub"),
        short=_("Calls without registration and scrub"),
        page_help="Refuse: no call unless the registration below is in force and the number was checked against the "
        "National Do Not Call List within 31 days, or is exempt by a consent for calls. Allow: calls may be made, with the "
        "same warnings.",
    )
    lenient_reason = models.CharField(
        max_length=NOTE_MAX_LENGTH, blank=True, editable=False, help_text=_("why a setting only warns")
    )
    registration_number = Label(
        "National DNCL registration",
        blank=True,
        short=_("Registration"),
        page_help=_("Every telemarketer registers with the operator of the National Do Not Call List."),
    )
    registration_expires_on = Day(
        short=_("Registered until"), empty=_("not on file"), page_help=_("Its last day. The runbook warns 30 days before.")
    )
    digest_key_mark = models.CharField(
        max_length=64,
        blank=True,
        editable=False,
        help_text=_("the mark of the CONTACT_DIGEST_KEY of the first contact point"),
    )

    hidden = ("id", "digest_key_mark")

    class Meta:
        default_permissions = ("view", "change")
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="governance_organisation_one_row"),
            models.CheckConstraint(
                condition=~Q(lenient_reason="")
                | Q(consent=Strictness.ENFORCE, identity=Strictness.ENFORCE, scrub=Strictness.ENFORCE),
                name="governance_organisation_leniency_has_reason",
            ),
        ]
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")

    def __str__(self) -> str:
        return self.name or gettext("The organisation")

    @property
    def lenient(self) -> list[str]:
        """The names of the strictness settings that are WARN: they allow, with a warning, what the law forbids."""
        return [name for name in STRICT_SETTINGS if getattr(self, name) == Strictness.WARN]

    @classmethod
    def key_of(cls, given: dict[str, Any]) -> dict[str, Any]:
        return {"id": 1}

    def prepared(self, changes: Mapping[str, Any], act: Act) -> Mapping[str, Any]:
        """Return the changes, with `lenient_reason`: why a setting is WARN. The reason is kept until no setting is WARN.

        Raises:
            RequiredParameter: a setting is changed to WARN, and no reason is given.

        """
        after = [name for name in STRICT_SETTINGS if changes.get(name, getattr(self, name)) == Strictness.WARN]
        if not after:
            return {**changes, "lenient_reason": ""}
        if set(after) <= set(self.lenient):
            return changes
        if not act.reason.strip():
            raise RequiredParameter(attr="reason")
        return {**changes, "lenient_reason": act.reason}

    def follow(self, act: Act) -> None:
        rules_changed(Organisation, Subject("organisation"), act=act)
