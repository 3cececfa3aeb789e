"""What a button of an inbox item's card does, and the sentence that says so. Each calls a service."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from followups.leads.inbound.decisions import decide_inbound
from followups.leads.inbound.rules import Meaning
from followups.leads.inbox.services import close_item, opt_out_from
from followups.tasks.admin.forms import MomentThereField, ThereForm
from followups.tasks.admin.inbox.cards import InboxCard
from followups.tasks.admin.inbox.presses import DECISIONS, READ, kept
from followups.tasks.answers import put_off_next_step, record_appointment
from wholesale.plumbing.act import Act
from wholesale.plumbing.errors import RequiredParameter
from wholesale.plumbing.showing import shown_time
from wholesale.plumbing.vocabulary import NOTE_MAX_LENGTH

_KEPT = NOTE_MAX_LENGTH - 100  # characters of a note, so that the usual answer fits beside it


class NoteForm(forms.Form):
    """The form of a card: what was answered, in words."""

    note = forms.CharField(required=False, max_length=_KEPT)


class AnsweredForm(NoteForm):
    """The form of a usual answer. Without one, the note says what was answered."""

    answer = forms.CharField(required=False, max_length=20)


class DecisionForm(NoteForm):
    """The form of a decision about a doubtful message."""

    meaning = forms.ChoiceField(choices=[(one.meaning.value, one.words) for one in DECISIONS])


class LaterForm(NoteForm, ThereForm):
    """The form that puts the next step off: until when, on the lead's clock."""

    until = MomentThereField()


FORMS: dict[str, type[forms.Form]] = {
    "answered": AnsweredForm,
    "decide": DecisionForm,
    "opt_out": NoteForm,
    "appointment": NoteForm,
    "later": LaterForm,
}


def form_of(act: str, card: InboxCard, data: Any) -> forms.Form:
    """Return the form of the button `act`, filled in."""
    return LaterForm(data, zone=card.zone) if act == "later" else FORMS[act](data)


def _answered(card: InboxCard, user: Any, *, note: str, answer: str) -> str:
    reason = kept(card.item.kind, answer, note)
    if not reason:
        raise RequiredParameter(_("Say what was answered."), attr="note")
    close_item(card.item.pk, act=Act.by(user, reason=reason))
    return _("%(name)s: done.") % {"name": card.name}


def _decide(card: InboxCard, user: Any, *, note: str, meaning: str) -> str:
    assert card.item.message_id is not None
    recorded = decide_inbound(card.item.message_id, meaning, act=Act.by(user, reason=note or READ))
    said = {"name": card.name, "meaning": Meaning(meaning).label, "steps": recorded.cancelled_steps}
    if recorded.cancelled_steps:
        return _("%(name)s: %(meaning)s. Steps cancelled: %(steps)s.") % said
    return _("%(name)s: %(meaning)s.") % said


def _opt_out(card: InboxCard, user: Any, *, note: str) -> str:
    opt_out_from(card.item.pk, act=Act.by(user, reason=": ".join(filter(None, ("wants no more contact", note)))))
    return _("%(name)s wants no more contact: recorded.") % {"name": card.name}


def _appointment(card: InboxCard, user: Any, *, note: str) -> str:
    record_appointment(card.item.pk, act=Act.by(user, reason=": ".join(filter(None, ("appointment made", note)))))
    return _("%(name)s: the appointment is recorded, and the ladder is closed.") % {"name": card.name}


def _later(card: InboxCard, user: Any, *, note: str, until: datetime) -> str:
    reason = ": ".join(filter(None, ("answered, another time suits better", note)))
    put_off_next_step(card.item.pk, until, act=Act.by(user, reason=reason))
    return _("%(name)s: the next step is put off until %(time)s.") % {"name": card.name, "time": shown_time(until)}


ACTS: dict[str, Callable[..., str]] = {
    "answered": _answered,
    "decide": _decide,
    "opt_out": _opt_out,
    "appointment": _appointment,
    "later": _later,
}
