"""The sources of traces, and what their rows say in words. The language is the active one."""

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from buyers.book.models import with_names
from buyers.liquidity.models import BuyerFeedbackEvent, DealSent
from followups.ladders.models import FollowupLadder
from followups.leads.events.models import LeadEvent
from followups.leads.inbound.models import InboundDecision, InboundMessage
from followups.leads.inbox.models import InboxItem
from followups.leads.models import LeadReopening
from followups.leads.replies.models import AdministrativeReply
from followups.sla.models import SlaBreach
from followups.tasks.completions.attempts import LABELS
from followups.tasks.models import ContactAttempt, TaskEvent
from followups.tasks.page_parts import reason_words
from governance.gate.events import HeimdallEvent, RiskEvent, RunbookRun
from governance.gate.ledger import ContactRecord
from kpi.models import KPIEvent, RegressionTrigger
from kpi.trace import deals
from kpi.trace.entries import TraceKind
from kpi.trace.sources import About, Finds, Traced, TraceSaid, TraceSource, by
from kpi.tripwire.models import policy_words
from offers.deals.life.models import Offer, OfferEvent
from offers.deals.models import OfferEvidence
from wholesale.plumbing.showing import shown_money, shown_time
from wholesale.plumbing.spoken import code_words, known_words

REQUEST: Finds = {About.REQUEST: by("correlation_id")}

# What happens to the open steps of a ladder at once. Their lines say the same, and are told once.
_OF_ALL_STEPS = (TaskEvent.Kind.REASSIGNED, TaskEvent.Kind.CANCELLED)


def _of_person(traced: Traced) -> Q:
    return Q(point__digest__in=traced.digests)


def _of_deal(traced: Traced) -> Q:
    return Q(deal_ref=traced.deal_ref) if traced.deal_ref else Q(pk__in=[])


_OF_BUYER: Finds = {About.BUYER: by("buyer_id"), About.OFFER: _of_deal, **REQUEST}


# What rows say ----------------------------------------------------------------------------------------------------------


def _kpi(row: KPIEvent) -> TraceSaid:
    outcome = {True: _("success"), False: _("failure"), None: ""}[row.success]
    about = f"{known_words(row.subject_type, 'subject_type')} {row.subject_id}".strip()
    detail = row.detail if isinstance(row.detail, dict) else {_("Detail"): row.detail}
    what = policy_words(row.domain, row.metric)
    return TraceSaid(what, "", {_("About"): about, _("Outcome"): outcome, _("Value"): row.value, **detail})


def _attempt(row: ContactAttempt) -> TraceSaid:
    outcome = row.task.get_outcome_display() if row.task.outcome else _("done")
    against = [LABELS.get(code, code) for code in row.reasons]
    what = _("%(channel)s: %(outcome)s") % {"channel": row.get_channel_display(), "outcome": outcome}
    return TraceSaid(what, row.task.note, {_("Step"): row.task.step, _("Against the rules"): against})


def _task_event(row: TaskEvent) -> TraceSaid:
    task = row.task
    details = {_("From"): row.detail.get("from"), _("To"): row.detail.get("to")}
    if row.kind in _OF_ALL_STEPS:
        return TraceSaid(_("Open steps: %(kind)s") % {"kind": row.get_kind_display()}, reason_words(row.reason), details)
    what = _("Step %(step)s, %(channel)s: %(kind)s") % {
        "step": task.step,
        "channel": task.get_channel_display(),
        "kind": row.get_kind_display(),
    }
    return TraceSaid(what, reason_words(row.reason), details)


def _ladder(row: FollowupLadder) -> TraceSaid:
    return TraceSaid(_("Ladder started"), row.reason, {_("Owner"): row.owner, _("Kind"): row.get_template_kind_display()})


def _message(row: InboundMessage) -> TraceSaid:
    channel = row.get_channel_display() or _("Message")
    meaning = row.get_meaning_display()
    return TraceSaid(_("%(channel)s received: %(meaning)s") % {"channel": channel, "meaning": meaning}, row.text)


def _decision(row: InboundDecision) -> TraceSaid:
    return TraceSaid(_("Message decided: %(meaning)s") % {"meaning": row.get_meaning_display()}, row.reason)


def _reply(row: AdministrativeReply) -> TraceSaid:
    sent = _("sent by %(who)s") % {"who": row.sent_by} if row.sent_at else _("not sent yet")
    return TraceSaid(_("Our answer: %(kind)s") % {"kind": row.get_kind_display()}, row.text, {_("State"): sent})


def _inbox(row: InboxItem) -> TraceSaid:
    return TraceSaid(_("Inbox item done: %(kind)s") % {"kind": row.get_kind_display()}, row.done_reason)


def _note(row: LeadEvent) -> TraceSaid:
    meets_at = shown_time(row.meets_at) if row.meets_at else ""
    return TraceSaid(row.get_kind_display(), row.text, {_("When"): meets_at})


def _moved(row: Any) -> str:
    return _("Status: %(before)s to %(after)s") % {
        "before": row.get_status_before_display(),
        "after": row.get_status_after_display(),
    }


def _status(row: LeadEvent) -> TraceSaid:
    return TraceSaid(_moved(row), row.text)


def _reopening(row: LeadReopening) -> TraceSaid:
    return TraceSaid(_moved(row), row.reason)


def _record(row: ContactRecord) -> TraceSaid:
    channel = row.get_channel_display() or _("every channel")
    what = _("%(entry)s: %(channel)s") % {"entry": row.get_entry_display(), "channel": channel}
    details = {
        _("About"): str(row.point),
        _("Ground"): row.get_basis_display(),
        _("Since"): shown_time(row.effective_at),
        _("Until"): shown_time(row.expires_at) if row.expires_at else "",
        _("Evidence"): row.evidence,
    }
    return TraceSaid(what, row.reason, details)


def _breach(row: SlaBreach) -> TraceSaid:
    details = {_("Due"): shown_time(row.due_at), _("Owner"): row.owner}
    return TraceSaid(_("Later than the SLA allows: step %(step)s") % {"step": row.step}, "", details)


def _offer(row: Offer) -> TraceSaid:
    return TraceSaid(_("Offer %(id)s drafted") % {"id": row.pk})


def _offer_event(row: OfferEvent) -> TraceSaid:
    what = _("Offer %(id)s: %(before)s to %(after)s") % {
        "id": row.offer_id,
        "before": row.get_from_state_display(),
        "after": row.get_to_state_display(),
    }
    asked = shown_money(row.asked) if row.asked is not None else ""
    documents = "; ".join(row.documents)
    return TraceSaid(
        what,
        row.reason,
        {_("On the table"): shown_money(row.amount), _("The seller asked"): asked, _("Documents"): documents},
    )


def _evidence(row: OfferEvidence) -> TraceSaid:
    return TraceSaid(
        _("Offer computed"),
        "",
        {
            _("ARV"): shown_money(row.arv),
            _("Repairs"): shown_money(row.repairs),
            _("Recommended"): shown_money(row.recommended_offer),
        },
    )


def _risk(row: RiskEvent) -> TraceSaid:
    what = _("Risk of %(engine)s: %(kind)s") % {"engine": code_words(row.engine, "engine"), "kind": row.get_kind_display()}
    loss = shown_money(row.realized_loss) if row.realized_loss else ""
    return TraceSaid(
        what, row.reason or known_words(row.message, "gate_reason"), {_("Amount"): shown_money(row.amount), _("Loss"): loss}
    )


def _advice(row: HeimdallEvent) -> TraceSaid:
    what = _("Advice in %(domain)s: %(kind)s") % {"domain": code_words(row.domain, "domain"), "kind": row.get_kind_display()}
    return TraceSaid(what, known_words(row.message, "gate_reason"), {_("Confidence"): row.confidence})


def _run(row: RunbookRun) -> TraceSaid:
    verdict = _("go-live may be enabled") if row.ok_to_enable_go_live else _("go-live is blocked")
    return TraceSaid(_("Runbook stored: %(verdict)s") % {"verdict": verdict}, row.reason)


def _trigger(row: RegressionTrigger) -> TraceSaid:
    return TraceSaid(
        _("Tripwire acted: %(act)s") % {"act": row.action_taken},
        row.note,
        {_("Engine"): code_words(row.engine, "engine") if row.engine else ""},
    )


# The sources ------------------------------------------------------------------------------------------------------------

_K = TraceKind
# The order is that of lines of the same time. A mark names its source by the place here, so a new source comes last.
SOURCES: tuple[TraceSource, ...] = (
    # A contact is also the event COMPLETED of its task, which a trace of a request shows.
    TraceSource(
        ContactAttempt,
        _K.CONTACT,
        {About.LEAD: by("lead_id")},
        _attempt,
        at="contacted_at",
        related=("task",),
        leads="lead_id",
    ),
    TraceSource(
        TaskEvent,
        _K.LADDER,
        {About.LEAD: lambda traced: Q(task__lead_id=traced.id) & ~Q(kind=TaskEvent.Kind.COMPLETED), **REQUEST},
        _task_event,
        related=("task", "words"),
        leads="task__lead_id",
        is_of_task=True,
    ),
    TraceSource(FollowupLadder, _K.LADDER, {About.LEAD: by("lead_id")}, _ladder, who="created_by", is_of_task=True),
    TraceSource(SlaBreach, _K.LADDER, {About.LEAD: by("task__lead_id")}, _breach, at="found_at", who="", is_of_task=True),
    TraceSource(InboundMessage, _K.MESSAGE, {About.LEAD: by("lead_id"), **REQUEST}, _message, leads="lead_id"),
    TraceSource(
        InboundDecision,
        _K.MESSAGE,
        {About.LEAD: by("message__lead_id"), **REQUEST},
        _decision,
        related=("message", "words"),
        leads="message__lead_id",
    ),
    TraceSource(
        AdministrativeReply, _K.MESSAGE, {About.LEAD: by("lead_id"), **REQUEST}, _reply, who="sent_by", leads="lead_id"
    ),
    TraceSource(
        InboxItem,
        _K.MESSAGE,
        {About.LEAD: by("lead_id")},
        _inbox,
        at="done_at",
        who="done_by",
        only=Q(done_at__isnull=False),
    ),
    TraceSource(
        LeadEvent,
        _K.NOTE,
        {About.LEAD: by("lead_id"), **REQUEST},
        _note,
        related=("words",),
        leads="lead_id",
        only=~Q(kind=LeadEvent.Kind.STATUS),
    ),
    TraceSource(
        LeadEvent,
        _K.STATUS,
        {About.LEAD: by("lead_id"), **REQUEST},
        _status,
        related=("words",),
        leads="lead_id",
        only=Q(kind=LeadEvent.Kind.STATUS),
    ),
    TraceSource(
        LeadReopening, _K.STATUS, {About.LEAD: by("lead_id"), **REQUEST}, _reopening, related=("words",), leads="lead_id"
    ),
    TraceSource(
        ContactRecord,
        _K.CONSENT,
        {About.LEAD: _of_person, About.BUYER: _of_person, **REQUEST},
        _record,
        related=("point", "words"),
    ),
    TraceSource(
        OfferEvent,
        _K.OFFER,
        {About.LEAD: by("offer__lead_id"), About.OFFER: by("offer"), **REQUEST},
        _offer_event,
        at="at",
        related=("offer", "words"),
        leads="offer__lead_id",
    ),
    TraceSource(
        Offer, _K.OFFER, {About.LEAD: by("lead_id"), About.OFFER: by("pk")}, _offer, at="drafted_at", leads="lead_id"
    ),
    TraceSource(OfferEvidence, _K.OFFER, {About.OFFER: lambda traced: Q(pk=traced.evidence_id), **REQUEST}, _evidence),
    TraceSource(DealSent, _K.DEAL, _OF_BUYER, deals.sent, with_names=deals.with_buyers, says_of_own=deals.sent_to_own),
    TraceSource(
        BuyerFeedbackEvent,
        _K.DEAL,
        _OF_BUYER,
        deals.feedback,
        with_names=with_names,
        says_of_own=deals.own_feedback,
    ),
    TraceSource(RiskEvent, _K.RISK, {About.OFFER: lambda traced: Q(reservation=traced.reservation_id), **REQUEST}, _risk),
    TraceSource(HeimdallEvent, _K.CONTROL, REQUEST, _advice),
    TraceSource(RunbookRun, _K.CONTROL, REQUEST, _run, who="changed_by"),
    TraceSource(RegressionTrigger, _K.CONTROL, REQUEST, _trigger, who=""),
    TraceSource(KPIEvent, _K.KPI, REQUEST, _kpi, at="occurred_at", related=("words",), leads="lead_id"),
)
