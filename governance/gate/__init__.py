"""The gate: what other apps import from governance to ask whether they may act. A missing answer counts as a refusal.

One module for each question:

    standing     may anything act: the kill switch, go-live
    contacts     may this person be contacted by this channel
    minutes      at which minutes may the contact be made
    changes      what would a market policy permit if it were saved so
    opted_out    which of very many people opted out
    risk         how much may we put at stake
    advice       may production use what an AI advises
    control      what a monitoring program may stop

How a contact is decided, in this order:

    contacts     takes the question and returns the answer
    reading      reads the switches, the mark and what is on file, in one SQL statement with the verb's own question
    governed     keeps the rows that govern contact, such as policies, until one of them changes
    situations   makes of both, for each contact, the facts that decide it (`facts`)
    verdict      finds every refusal reason, in order (`reasons`)
    obstacles    the refusals that do not come from the calendar: an opt-out, a missing consent
    calendar     the minutes that the policy, holidays and the law permit in a place
    permission   the times of the calendar at which no obstacle refuses, so when contact is allowed next

Other apps import the names below. From `ledger` and `rules` they import what they record, show or set.
"""

from governance.gate.advice import (
    heimdall_recommend,
    heimdall_require_known,
    heimdall_require_prod_eligible,
    heimdall_trial,
    heimdall_use,
)
from governance.gate.changes import (
    Both,
    ChannelEffect,
    Effects,
    MeantPolicy,
    WhereDue,
    effects_of,
    judge_both,
    register_waiting,
)
from governance.gate.contacts import (
    ContactAnswer,
    Judged,
    MessageUnknown,
    contact_without_step,
    decide_contact,
    decide_contacts,
    decide_lead,
    decide_person,
    is_contact_allowed,
    judge_contact,
    known_lead,
    known_person,
    note_use,
    require_readable,
)
from governance.gate.control import Stop, lift_stop_of_all, lift_throttle, stop_all, throttle_engine
from governance.gate.facts import Contact
from governance.gate.minutes import Asked, Minutes, asked_about, permitted_minutes
from governance.gate.opted_out import LedgerUnreadable, opted_out_points
from governance.gate.reading import GateFacts, asking_facts, facts_in, read_facts, read_with_facts
from governance.gate.reasons import Reason
from governance.gate.risk import risk_change, risk_record, risk_reserve, risk_reserve_or_raise
from governance.gate.situations import subjects_of
from governance.gate.standing import (
    ChecklistFailed,
    GoLiveDisabled,
    KillSwitchEngaged,
    enable_go_live,
    go_live_checklist,
    require,
    require_standing,
)
from governance.golive.services import current_state as go_live_state
from governance.golive.services import (
    disable_go_live,
    engage_kill_switch,
    kill_switch_toggles,
    release_kill_switch,
)
from governance.heimdall.rules import wilson_lower_bound
from governance.law import VERSION as LAW_VERSION
from governance.ledger.holds import release_points, write_hold
from governance.ledger.opt_outs import lift_opt_out, record_opt_out, write_opt_out
from governance.ledger.points import (
    HeldPoints,
    Point,
    channels_of,
    contact_points,
    hold,
    lead_point,
    lock_all_points,
    lock_points,
    lock_points_known_by,
    person_point,
    point_of,
    points_of,
    store_new,
    taking_points,
)
from governance.ledger.reading import OnFile, filed_in, filing
from governance.ledger.reading import is_opted_out as is_opted_out_at
from governance.ledger.writing import note_contact
from governance.organisation.rules import Sender
from governance.organisation.services import sender
from governance.people import BUYER, LEAD
from governance.risk.figures import (
    CapUsed,
    EngineRisk,
    WouldDeny,
    caps_used,
    exposure_used,
    risk_used,
    unsettled,
    would_deny,
)
from governance.risk.figures import policy_of as risk_policy_of
from governance.risk.ledgers import open_risk
from governance.risk.reservations import risk_settle
from governance.risk.rules import GLOBAL
from governance.runbook.services import status as runbook_status
from governance.runbook.services import store_run
