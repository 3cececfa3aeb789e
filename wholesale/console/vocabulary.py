"""What the names and codes of all apps are called on pages. Taught once, when the console is ready."""

from django.utils.translation import gettext_lazy as _

from buyers.liquidity.figures import Event
from followups.tasks.completions.attempts import REASONS
from followups.tasks.outcomes.rules import Outcome
from governance.channels import Channel
from kpi.models import Domain
from offers.deals.life.states import State
from offers.deals.shown.words import FACTS
from wholesale.plumbing import spoken
from wholesale.plumbing.texts import Words

NAMES: dict[str, Words] = {
    **FACTS,
    "acceptance": _("Chance that the seller accepts"),
    "action": _("What to do"),
    "basis": _("Rests on"),
    "demo": _("For the demonstration"),
    "evidence_id": _("Offer evidence"),
    "event": _("What the buyer did"),
    "lead_id": _("Lead"),
    "buyer_id": _("Buyer"),
    "level": _("Level of confidence"),
    "lotsize": _("Lot size"),
    "n": _("Answered offers"),
    "needed": _("Answered offers that are needed"),
    "notes": _("Notes"),
    "offer_id": _("Offer"),
    "outcome": _("Outcome"),
    "prices": _("Prices"),
    "profit": _("Profit"),
    "rule": _("Rule"),
    "sales": _("Sales"),
    "share": _("Share of the ARV"),
    "slope": _("Slope"),
    "sold": _("Sold on"),
    "step": _("Step"),
    "suggested_opening": _("First offer to make"),
    "task_id": _("Task"),
    "tasks": _("Tasks"),
}
# The engines are the domains of the KPI log, and GLOBAL.
DOMAINS: list[tuple[str, Words]] = [
    *Domain.choices,
    ("WHOLESALE_OFFER", _("Wholesale offers")),
    ("FOLLOWUP_NEXT_ACTION", _("Next step of follow-up")),
    ("CAPITAL_ROUTE", _("Where capital goes")),
    ("GLOBAL", _("All engines together")),
]
SUBJECTS: list[tuple[str, Words]] = [
    ("buyer", _("Buyer")),
    ("evidence", _("Offer evidence")),
    ("feedback", _("Buyer's answer")),
    ("ladder", _("Ladder")),
    ("lead", _("Lead")),
    ("offer", _("Offer")),
    ("task", _("Task")),
]
METRICS: list[tuple[str, Words]] = [
    ("ladder_created", _("Ladder started")),
    ("followup_completed", _("Follow-up done")),
    ("followup_breached", _("Follow-up later than the SLA allows")),
    ("followup_lapsed", _("Follow-up lapsed")),
    ("contact_outside_rules", _("Contact against the rules")),
    ("buyer_feedback", _("Buyer's answer")),
    ("match_success", _("Contract closed with a buyer")),
    ("offer_generated", _("Offer computed")),
    ("offer_accept_rate", _("Offer accepted")),
    ("contract_rate", _("Accepted offer came to a contract")),
    ("roi_event", _("Gain of a deal")),
]
# The answers of the gate to AI advice and to requests for risk.
GATE: list[tuple[str, Words]] = [
    ("gate_pass", _("The advice may be used.")),
    ("no_policy", _("There is no policy for it.")),
    ("policy_disabled", _("Its policy is switched off.")),
    ("prod_use_disabled", _("Use in production is switched off for this domain.")),
    ("confidence_below_threshold", _("The confidence is below what the charter asks for.")),
    ("insufficient_sandbox_trials", _("There are fewer trials than the charter asks for.")),
    ("sandbox_success_rate_below_threshold", _("The trials succeed less often than the charter asks for.")),
    ("reserved", _("Reserved")),
]
TASKS: list[tuple[str, Words]] = [
    ("buyers.book.lists.tasks.forget_files", _("Forget old files of buyers")),
    ("buyers.book.lists.tasks.work_on_import", _("Import buyers")),
    ("buyers.liquidity.tasks.fit_priors", _("Learn how buyers answer")),
    ("buyers.liquidity.tasks.record_silence", _("Record that buyers were silent")),
    ("followups.leads.lists.tasks.forget_files", _("Forget old files of leads")),
    ("followups.leads.lists.tasks.work_on_import", _("Import leads")),
    ("followups.sla.tasks.find_breaches", _("Find tasks that are later than the SLA allows")),
    ("followups.tasks.held.tasks.do_held_acts", _("Record what agents said, after the time to take it back")),
    ("followups.tasks.minutes.tasks.lapse", _("Let steps lapse that wait for a consent")),
    ("followups.tasks.minutes.tasks.recompute_leads", _("Find again when leads may be contacted")),
    ("followups.tasks.minutes.tasks.recompute_missing", _("Find when leads may be contacted, where it is not known")),
    ("followups.tasks.minutes.tasks.recompute_places", _("Find again when leads of some places may be contacted")),
    ("followups.tasks.minutes.tasks.recompute_watched", _("Find again what an SLA watches")),
    ("followups.tasks.minutes.tasks.roll", _("Go on to the next minutes in which leads may be contacted")),
    ("kpi.review.tasks.review_the_week", _("Write the Friday review")),
    ("kpi.tasks.evaluate_tripwire", _("Look at one tripwire")),
    ("kpi.tasks.evaluate_tripwires", _("Look at all tripwires")),
    ("kpi.tripwire.expectations.simulate_policy", _("Simulate a tripwire")),
    ("offers.comps.lists.tasks.forget_files", _("Forget old files of sales")),
    ("offers.comps.lists.tasks.work_on_import", _("Import sales")),
    ("offers.comps.tasks.fit_market_priors", _("Learn what markets pay for")),
    ("offers.deals.life.tasks.expire_offers", _("Let offers expire")),
    ("offers.studies.tasks.carry_out", _("Carry out a study")),
    ("wholesale.console.notices.tasks.send_mails", _("Send the notices by e-mail")),
    ("wholesale.console.notices.tasks.write_notices", _("Write the notices")),
    ("wholesale.plumbing.work.tasks.clear_expired", _("Clear away what has expired")),
    ("wholesale.plumbing.work.tasks.requeue_lost", _("Take up tasks whose worker was lost")),
]


def teach() -> None:
    """Teach these words to the pages."""
    spoken.teach(
        NAMES,
        channel=Channel.choices,
        domain=DOMAINS,
        engine=DOMAINS,
        event=Event.choices,
        gate_reason=GATE,
        metric=METRICS,
        outcome=Outcome.choices,
        reason=REASONS,
        reasons=REASONS,
        state=[*State.choices, ("overdue", _("Overdue"))],
        subject_type=SUBJECTS,
        task_path=TASKS,
    )
