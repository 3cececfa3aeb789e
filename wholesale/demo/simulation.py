"""The run of the simulation: the check that it may use this database, the days one by one, and the summary."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.db import connection, models, transaction
from django.db.models import Count

from buyers.models import BuyerFeedbackEvent
from followups.ladders.models import FollowupLadder
from followups.models import Lead
from followups.sla.snapshot import sla_snapshot
from followups.tasks.models import ContactAttempt, FollowupTask
from governance import gate
from governance.gate import GLOBAL, disable_go_live, exposure_used, go_live_state, open_risk
from governance.gate.ledger import count_refusals
from governance.policies import Governed
from kpi.tripwire.triggers import ACTOR as TRIPWIRE
from offers.deals.life.states import State
from offers.models import Offer, OfferEvidence
from wholesale.demo import agents, intake, market, offering, office, practice, sales, worker
from wholesale.demo.day import ACTOR, SimulatedDay
from wholesale.demo.models import Simulation
from wholesale.demo.people import MARKER
from wholesale.demo.plan import Fall, SimulationPlan
from wholesale.plumbing import correlation
from wholesale.plumbing.act import Act
from wholesale.plumbing.seeds import SEEDED_BY
from wholesale.plumbing.texts import iso_utc

LEADS_A_DAY_MAX = 1_000  # each lead takes some locks in the day's transaction
_APPS = ("governance", "followups", "buyers", "offers", "kpi")
_SIGNED_BY = (ACTOR, SEEDED_BY, TRIPWIRE)


class SimulationRefused(Exception):
    """The simulation cannot be stored in this database. The message says why."""


def stored() -> Any:
    """Return the simulation in this database, finished or not. None if there is none."""
    return Simulation.objects.first()


def others() -> dict[str, int]:
    """Return the numbers of rows that neither the simulation nor the seeding wrote, by the model's name."""
    counts = {
        model._meta.verbose_name_plural: rows.count()
        for app in _APPS
        for model in apps.get_app_config(app).get_models()
        if (rows := _not_ours(model)) is not None
    }
    return {str(name): count for name, count in counts.items() if count}


def _not_ours(model: type[models.Model]) -> "models.QuerySet[Any] | None":
    """Return rows that neither the simulation nor the seeding wrote. None if the model's rows do not tell who wrote them."""
    names = {field.name for field in model._meta.get_fields()}
    rows = model._default_manager.order_by()
    # Every database has the go-live row. A history is checked by the rows that it belongs to.
    if model._meta.label == "governance.GoLiveState" or "history_id" in names:
        return None
    if "correlation_id" in names:
        return rows.exclude(correlation_id__startswith=MARKER)
    if model is Lead:  # its last change may be by an agent, whose outcome moved it
        followed = FollowupLadder.objects.filter(correlation_id__startswith=MARKER).values("lead_id")
        return rows.exclude(changed_by__in=_SIGNED_BY).exclude(lead_id__in=followed)
    if issubclass(model, Governed) or "changed_by" in names:
        return rows.exclude(changed_by__in=_SIGNED_BY)
    return None


def is_missing(plan: SimulationPlan) -> bool:
    """Whether some days of the plan are not in this database yet.

    Raises:
        SimulationRefused: the database holds another simulation, or rows that are not simulated.

    """
    simulation = stored()
    if simulation is not None:
        if plan_of(simulation) != plan:
            raise SimulationRefused(
                f"This database holds another simulation: {simulation}, until {iso_utc(simulation.until)}."
            )
        if simulation.is_finished:
            return False
    found = ", ".join(f"{count:,} {name}" for name, count in others().items())
    if found:
        raise SimulationRefused(f"This database holds rows that are not the simulation's ({found}); it is for an empty one.")
    return True


def plan_of(simulation: Any) -> SimulationPlan:
    """Return the plan of a stored simulation."""
    fall = Fall(simulation.fall_province, simulation.fall_day) if simulation.fall_province else None
    return SimulationPlan(simulation.seed, simulation.leads, simulation.days, simulation.until, fall)


def days(plan: SimulationPlan) -> Iterator[int]:
    """Simulate the missing days, each in its own transaction. After each day, yield how many days are finished.

    Raises:
        SimulationRefused: the database holds another simulation, or rows that are not simulated.
        KillSwitchEngaged: the kill switch is engaged.
        ChecklistFailed: go-live is enforced, and the runbook has blockers.

    """
    if not is_missing(plan):
        return
    fall = {"fall_province": plan.fall.province, "fall_day": plan.fall.day} if plan.fall else {}
    simulation = stored() or Simulation(id=1, seed=plan.seed, leads=plan.leads, days=plan.days, until=plan.until, **fall)
    waiting = worker.queued()
    for number in range(simulation.days_done, plan.days):
        with _statements_unlogged(), transaction.atomic(), correlation.correlated(f"{MARKER}day-{number + 1}"):
            _go_live(simulation, plan.starts(number))
            _simulate(SimulatedDay(plan, number), waiting)
            simulation.days_done = number + 1
            if simulation.is_finished and simulation.went_live:
                disable_go_live(act=Act(ACTOR, reason="the simulation is over", at=plan.until))
            simulation.save()
        yield simulation.days_done


def _simulate(day: SimulatedDay, others: Collection[UUID]) -> None:
    worker.put(day, others)
    for part in (office, sales, intake, market, offering, agents, practice):
        part.put(day)
    day.agenda.carry_out()
    intake.keep_statuses(day, day.end)
    worker.keep_up(others, day.end)


@contextmanager
def _statements_unlogged() -> Iterator[None]:
    """Keep Django from recording SQL within this block. With DEBUG, that would take half of the time on SQLite."""
    connection.make_debug_cursor = connection.make_cursor  # type: ignore[method-assign, assignment]
    try:
        yield
    finally:
        del connection.make_debug_cursor


def _go_live(simulation: Any, now: datetime) -> None:
    """If go-live is enforced and off, enable it for the time of the simulation."""
    state = go_live_state()
    if settings.GO_LIVE_ENFORCE and not (state and state.go_live_enabled):
        gate.enable_go_live(act=Act(ACTOR, reason="for the time of the simulation", at=now))
        simulation.went_live = True


def contacts() -> dict[tuple[str, str], int]:
    """Return how many contacts by each channel had each outcome."""
    counts = FollowupTask.objects.completed().order_by().values_list("channel", "outcome").annotate(Count("id"))
    return {(channel, outcome): count for channel, outcome, count in counts}


def figures(now: datetime) -> dict[str, str]:
    """Return the other figures of the rows in this database at the time `now`, as text by their names."""
    by_status = dict(Lead.objects.order_by().values_list("status").annotate(Count("id")))
    by_state = dict(Offer.objects.order_by().values_list("state").annotate(Count("id")))
    ladders = FollowupLadder.objects.order_by()
    still_open = ladders.filter(closed_at__isnull=True).count()
    counts = {
        **{f"Leads: {label.lower()}": by_status.get(status, 0) for status, label in Lead.Status.choices},
        "Ladders open": still_open,
        "Ladders closed": ladders.count() - still_open,
        "Tasks due at the end": FollowupTask.objects.due(now).count(),
        "Contacts outside the rules": ContactAttempt.objects.filter(allowed=False).count(),
        "Opt-outs on file": count_refusals(),
        "Buyers' answers": BuyerFeedbackEvent.objects.count(),
        "Offers computed": OfferEvidence.objects.count(),
        **{f"Offers: {label.lower()}": by_state.get(state, 0) for state, label in State.choices},
    }
    sla = sla_snapshot(window=FollowupTask.objects.completed().count() or 1)
    return {
        **{name: f"{count:,}" for name, count in counts.items()},
        "Done within 30 permitted minutes": _rate(sla["within_30m_permitted"]),
        "Done within 2 permitted hours": _rate(sla["within_2h_permitted"]),
        "Put at stake, CAD": f"{exposure_used(GLOBAL):,.2f}",
        "Still at stake, CAD": f"{open_risk(GLOBAL):,.2f}",
    }


def _rate(fraction: float | None) -> str:
    return "-" if fraction is None else f"{fraction:.0%}"
