"""Writing leads. No other module writes the columns that a file or a form may set.

Only one transaction writes leads at a time: on PostgreSQL it holds an advisory lock until it commits; SQLite needs none. So
no row is lost or doubled, the counts are exact, and two imports of one file cannot deadlock. The locks that follow are in
the usual order: points, lead rows, ladders, tasks. While a lead's points are locked, nobody else starts a ladder for it or
records an opt-out or an outcome.
"""

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from django.db import transaction
from django.utils.translation import gettext_noop

from followups.leads.events.statuses import keep_statuses
from followups.leads.fields import SETTINGS
from followups.leads.lookups import leads_by_id, points_of_lead
from followups.leads.models import Lead, LeadReopening, LeadReopeningWords
from followups.leads.signals import envelope_of, leads_changed
from followups.leads.statuses import is_back, is_reopening
from governance import gate
from governance.clocks.markets import one_markets
from governance.lists.kinds import StoreResult
from governance.people import Language
from wholesale.plumbing import locks
from wholesale.plumbing.act import Act
from wholesale.plumbing.errors import RequiredParameter
from wholesale.plumbing.vocabulary import Province

_WRITERS = 7_301_005  # the key of the advisory lock for writing leads (PostgreSQL)
_SIGNED = ("changed_by", "user", "updated_at")
FLAGS = {"phone": "phone_is_wrong", "email": "email_is_wrong"}
_WRONG = (*FLAGS.values(), "wrong_contacts")
NO_REASON = gettext_noop("A lead that is CLOSED or DEAD is reopened with a reason.")


class Stored(NamedTuple):
    """A lead as it is now, and the result of storing it."""

    lead: Lead
    outcome: StoreResult
    names: Collection[str] = ()  # the names of the settings that were stored
    status_refused: str = ""  # a status that was ignored because it would have moved the lead back


Settings = Mapping[str, Any]


@transaction.atomic
def store_file(given: Mapping[str, Settings], act: Act, *, dry_run: bool = False) -> dict[str, Stored]:
    """Store the leads of a file, by `lead_id`, in a few statements for any number of leads. No status moves back.

    With `dry_run` nothing is stored; the results are the same.
    """
    before = leads_by_id(given.keys()) if dry_run else _locked(given)
    stored = {lead.lead_id: lead for lead in before}
    given = _in_one_market(given, stored)
    results = {lead_id: _of_a_file(lead_id, stored.get(lead_id), settings) for lead_id, settings in given.items()}
    if not dry_run:
        _write(results.values(), stored, act)
    return results


@transaction.atomic
def store_one(lead_id: str, settings: Settings, act: Act) -> Stored:
    """Store one lead for a person. A person may move the status in any direction; a file only moves it forward.

    Raises:
        RequiredParameter: the lead is reopened (it was CLOSED or DEAD), and the act has no reason.

    """
    stored = {lead.lead_id: lead for lead in _locked({lead_id: settings})}
    before = stored.get(lead_id)
    result = _merged(lead_id, before, _in_one_market({lead_id: settings}, stored)[lead_id])
    if before and is_reopening(before.status, result.lead.status):
        if not act.reason:
            raise RequiredParameter(NO_REASON, attr="reason")
        _keep_reopening(before.status, result.lead, act)
    _write([result], stored, act)
    return result


def hold_writers() -> None:
    """Lock the writing of leads and all points until the caller's transaction ends."""
    locks.hold(_WRITERS)
    gate.lock_all_points()


def _locked(given: Mapping[str, Settings]) -> list[Lead]:
    """Lock these leads and their points, and return the leads that exist, as they are after locking."""
    if len(given) > 1:
        hold_writers()
    else:
        locks.hold(_WRITERS)
    for lead_id, settings in given.items() if len(given) == 1 else ():
        new = gate.points_of(phone=settings.get("phone") or "", email=settings.get("email") or "")
        gate.lock_points({*points_of_lead(lead_id), *new, (gate.LEAD, lead_id)})
    return list(leads_by_id(given.keys()).order_by("pk").select_for_update())


def _in_one_market(given: Mapping[str, Settings], stored: Mapping[str, Lead]) -> dict[str, Settings]:
    """Return the leads' values. A market's other name, such as GTA, is replaced by the market's name, such as TORONTO."""
    places = {
        lead_id: (settings.get("province") or (stored[lead_id].province if lead_id in stored else None), settings["market"])
        for lead_id, settings in given.items()
        if "market" in settings
    }
    own_names = one_markets(set(places.values()))
    return {
        lead_id: {**settings, "market": own_names[places[lead_id]]} if lead_id in places else settings
        for lead_id, settings in given.items()
    }


def _of_a_file(lead_id: str, stored: Lead | None, settings: Settings) -> Stored:
    """Merge a file's settings into a lead. A status that would move the lead back is ignored: the file may be older."""
    status = settings.get("status")
    if stored is None or status is None or not is_back(stored.status, status):
        return _merged(lead_id, stored, settings)
    rest = {name: value for name, value in settings.items() if name != "status"}
    return _merged(lead_id, stored, rest)._replace(status_refused=status)


def _merged(lead_id: str, stored: Lead | None, settings: Settings) -> Stored:
    if stored is None:
        language = Language.FR if settings.get("province") == Province.QC else Language.EN  # DOMAIN 1.3
        made = Lead(lead_id=lead_id, **{"language": language, **settings})
        outcome = StoreResult.CREATED if "province" in settings else StoreResult.NO_PROVINCE
        return Stored(_flagged(made, settings), outcome, settings.keys())
    if all(getattr(stored, name) == value for name, value in settings.items()):
        return Stored(stored, StoreResult.UNCHANGED)
    # Without the primary key, so one statement writes new and changed rows; the conflict on `lead_id` finds the row.
    kept = {name: getattr(stored, name) for name in (*SETTINGS, *_WRONG, "created_at")}
    changed = Lead(lead_id=lead_id, **{**kept, **settings})
    return Stored(_flagged(changed, settings), StoreResult.UPDATED, settings.keys())


def _flagged(lead: Lead, settings: Settings) -> Lead:
    """Set the flags that mark the lead's number and address as wrong, from the settings and from known wrong contacts."""
    if not lead.wrong_contacts and settings.keys().isdisjoint(FLAGS.values()):
        return lead
    wrong = set(lead.wrong_contacts)
    for name, flag in FLAGS.items():
        contact = getattr(lead, name)
        if contact and flag in settings:
            (wrong.add if settings[flag] else wrong.discard)(contact)
        setattr(lead, flag, contact in wrong)
    lead.wrong_contacts = sorted(wrong)
    return lead


def _keep_reopening(status_before: str, lead: Lead, act: Act) -> None:
    reopening = LeadReopening.objects.create(
        lead_id=lead.lead_id,
        status_before=status_before,
        status_after=lead.status,
        **act.signature,
    )
    LeadReopeningWords.objects.create(reopening=reopening, reason=act.reason)


def _write(results: Collection[Stored], stored: Mapping[str, Lead], act: Act) -> None:
    """Write the new and changed leads and send `leads_changed`. For changed leads only the given columns are written."""
    taken = [one for one in results if one.outcome in (StoreResult.CREATED, StoreResult.UPDATED)]
    if not taken:
        return
    for lead, *_ in taken:
        lead.changed_by, lead.user, lead.updated_at = act.actor, act.user, act.now
        lead.created_at = lead.created_at or act.now
    names = {name for one in taken if one.outcome is StoreResult.UPDATED for name in one.names}
    wrong = _WRONG if names & {*FLAGS, *_WRONG} else ()
    Lead.objects.bulk_create(
        [one.lead for one in taken],
        update_conflicts=True,
        unique_fields=["lead_id"],
        update_fields=sorted({*names, *wrong, *_SIGNED}),
    )
    moved = [(before, one.lead) for one in taken if (before := stored.get(one.lead.lead_id)) is not None]
    keep_statuses(
        (
            (lead.lead_id, before.status, lead.status)
            for before, lead in moved
            if before.status != lead.status and not is_reopening(before.status, lead.status)
        ),
        act,
    )
    changed = [envelope_of("lead_changed", lead, act, before=stored.get(lead.lead_id), lead=lead) for lead, *_ in taken]
    leads_changed.send(sender=Lead, envelopes=changed)
