"""The simulated office: its set-up, its decisions each morning, changes of policies, and the drill of the kill switch."""

import math
from contextlib import suppress
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from itertools import cycle
from typing import Any

from followups.ladders.errors import NoLadder
from followups.ladders.models import FollowupLadder
from followups.ladders.services import cancel_ladder, reassign_ladder, restart_ladder
from followups.leads.inbound.decisions import decide_inbound, undecided
from followups.leads.inbound.rules import Meaning
from followups.leads.models import Lead
from followups.pool.services import upsert_agent
from followups.tasks.models import FollowupTask
from governance import gate
from governance.gate import engage_kill_switch, release_kill_switch, store_run
from governance.gate.rules import SAFE_RULES, WINDOWS, MarketPolicy, Organisation, Strictness, set_closed_day, subscribe
from governance.policies import upsert
from kpi.models import Domain, RegressionTrigger
from kpi.tripwire import triggers
from kpi.tripwire.models import RegressionPolicy
from wholesale.demo.day import DRILL, SimulatedDay
from wholesale.demo.people import PLACES, Agent
from wholesale.demo.plan import DAY
from wholesale.plumbing.vocabulary import Province

_HANDED_OVER = 100  # ladders at most that an agent on vacation gives to others
_CHARTERS = ("WHOLESALE_OFFER", "BUYER_MATCH", "FOLLOWUP_NEXT_ACTION", "CAPITAL_ROUTE")

_CAUSES = {  # of a tripwire that went off, by its domain
    Domain.BUYER_MATCH: "a buyers' list with old addresses; mended",
    Domain.WHOLESALE: "sellers there accept less than before; our prices are looked at",
}


def put(day: SimulatedDay) -> None:
    """Add the office's daily work to the agenda, and on certain days an event such as the drill of the kill switch."""
    number, plan = day.number, day.plan
    if number == 0:
        day.agenda.put(day.start, partial(_set_up, day))
    day.agenda.put(day.at(13), partial(_open_the_office, day))
    day.agenda.put(day.at(15), partial(_advise, day))
    if number % 7 == 0:
        day.agenda.put(day.start + timedelta(hours=2), partial(_look_at_the_runbook, day))
    if number == plan.on(0.3):
        day.agenda.put(day.at(12), partial(_close_quebec_earlier, day))
    if number == plan.on(0.45):
        day.agenda.put(drill_at(day), partial(_stop, day))
    if number == plan.on(0.6):
        day.agenda.put(day.at(12), partial(_close_quebec_as_before, day))
    if number == plan.on(0.7):
        day.agenda.put(day.at(9), partial(_announce_a_closed_day, day))


def _set_up(day: SimulatedDay, now: datetime) -> None:
    """Set up the business before the first lead: organisation, area codes, pools and a tripwire."""
    upsert(
        Organisation,
        name="Maple Key Homes (simulated)",
        mailing_address="100 Example Street, Windsor ON N9A 1A1",
        contact="519-555-0100",
        consent=Strictness.ENFORCE,
        identity=Strictness.ENFORCE,
        scrub=Strictness.ENFORCE,
        registration_number="SIMULATED",
        registration_expires_on=(day.plan.until + timedelta(days=365)).date(),
        act=day.act(now, reason="simulation: who contacts"),
    )
    last_day = (day.plan.until + timedelta(days=365)).date()
    area_codes = {area_code for place in PLACES for area_code in place.area_codes}
    subscribe(expiries=dict.fromkeys(area_codes, last_day), act=day.act(now, reason="simulation: who is called"))
    for agent in day.team:
        for province, place in agent.pools:
            upsert_agent(agent=agent.name, province=province, market=place, act=day.act(now, reason="simulation: the team"))
    upsert(
        RegressionPolicy,
        domain=Domain.BUYER_MATCH,
        metric="match_success",
        enabled=True,
        act=day.act(now, reason="simulation: buyers' answers are watched"),
    )


def _open_the_office(day: SimulatedDay, now: datetime) -> None:
    """Do the morning's work: vacations, doubtful messages, old ladders, deals and triggers."""
    for agent in day.team:
        if agent.away and day.number == agent.away[0]:
            _leave(day, agent, now)
    for message in list(undecided().order_by("id")[:50]):
        as_ = Meaning.REPLY if "before noon" in message.text else Meaning.OPT_OUT
        decide_inbound(message.pk, as_, act=day.act(now, reason="read by the office"))
    _steer_ladders(day, now)
    _bring_deals_on(day, now)
    undo_triggers(day, now)
    day.look_again(now)


def undo_triggers(day: SimulatedDay, now: datetime) -> None:
    """Undo what tripwires have done, after somebody has looked."""
    for trigger in RegressionTrigger.objects.filter(undone_at__isnull=True).select_related("policy").order_by("id"):
        triggers.undo_trigger(trigger.pk, act=day.act(now, reason=_CAUSES[trigger.policy.domain]))


def _leave(day: SimulatedDay, agent: Agent, now: datetime) -> None:
    """Send an agent on vacation: it gets no new ladders, and present agents take over most of its tasks due in that time."""
    back = day.plan.starts(agent.away[-1] + 1)
    for province, place in agent.pools:
        act = day.act(now, reason="vacation")
        upsert_agent(agent=agent.name, province=province, market=place, paused_until=back, act=act)
    due = FollowupTask.objects.open().filter(owner=agent.name, due_at__lt=back)
    ladders = sorted(set(due.values_list("ladder_id", flat=True)))[:_HANDED_OVER]
    present = [one.name for one in day.team if day.number not in one.away]
    for ladder_id, name in zip(ladders, cycle(present), strict=False):
        reassign_ladder(ladder_id, name, act=day.act(now, reason=f"{agent.name} is on vacation"))


def _steer_ladders(day: SimulatedDay, now: datetime) -> None:
    """Cancel a few ladders and restart a few others."""
    still_open = FollowupLadder.objects.open().order_by("pk")
    older = list(still_open.filter(created_at__lt=now - 3 * DAY).values_list("pk", flat=True)[:100])
    a_day = day.plan.leads / day.plan.days
    for pk in day.random.sample(older, min(len(older), math.ceil(a_day / 80))):
        cancel_ladder(pk, act=day.act(now, reason="sold through an agent"))
    since = now - 2 * DAY
    closed = FollowupLadder.objects.filter(closed_at__range=(since, since + DAY), lead__status=Lead.Status.CONTACTED)
    for ladder in closed.order_by("pk")[: math.ceil(a_day / 100)]:
        with suppress(NoLadder):
            restart_ladder(ladder.pk, act=day.act(now, reason="asked to be contacted again"))


def _bring_deals_on(day: SimulatedDay, now: datetime) -> None:
    """Decide what becomes of appointments after three days, and of contracts after five days."""
    waiting = Lead.objects.filter(status=Lead.Status.APPOINTMENT, updated_at__lt=now - 3 * DAY).order_by("pk")
    for lead_id in waiting.values_list("lead_id", flat=True):
        is_contract = day.random.random() < 0.4
        day.statuses[lead_id] = Lead.Status.UNDER_CONTRACT if is_contract else Lead.Status.DEAD
    signed = Lead.objects.filter(status=Lead.Status.UNDER_CONTRACT, updated_at__lt=now - 5 * DAY).order_by("pk")
    for lead_id in signed.values_list("lead_id", flat=True):
        if day.random.random() < 0.15:
            day.statuses[lead_id] = Lead.Status.CLOSED


def _advise(day: SimulatedDay, now: datetime) -> None:
    """Record trials of the AI in the sandbox, and some recommendations of the AI. Some of these are used."""
    for domain in _CHARTERS:
        for n in range(day.random.randrange(1, 4)):
            confidence = Decimal(day.random.randrange(70, 100)) / 100
            by = day.act(now + timedelta(minutes=n), "heimdall")
            gate.heimdall_trial(domain=domain, confidence=confidence, success=day.random.random() < 0.85, act=by)
        if day.random.random() < 0.5:
            advice = {"action": day.random.choice(("raise the offer", "call in the evening", "ask another buyer"))}
            kept = gate.heimdall_recommend(domain=domain, confidence=confidence, recommendation=advice, act=by)
            if day.random.random() < 0.5:
                gate.heimdall_use(kept.pk, act=day.act(now + timedelta(minutes=10)))


def _look_at_the_runbook(day: SimulatedDay, now: datetime) -> None:
    store_run(act=day.act(now, reason="the week's look"))


def _close_quebec_earlier(day: SimulatedDay, now: datetime) -> None:
    windows = [{**window, "end": min(window["end"], "19:00")} for window in SAFE_RULES[WINDOWS]]
    _change_quebec(day, windows, now, "complaints about calls in the evening")


def _close_quebec_as_before(day: SimulatedDay, now: datetime) -> None:
    _change_quebec(day, SAFE_RULES[WINDOWS], now, "no complaints since; as before")


def _change_quebec(day: SimulatedDay, windows: list[dict[str, Any]], now: datetime, reason: str) -> None:
    upsert(MarketPolicy, province=Province.QC, rules={**SAFE_RULES, WINDOWS: windows}, act=day.act(now, reason=reason))


def _announce_a_closed_day(day: SimulatedDay, now: datetime) -> None:
    tomorrow = (now + DAY).date()
    set_closed_day(day=tomorrow, province=Province.NS, name="The Halifax office moves", act=day.act(now, reason="no phones"))


def drill_at(day: SimulatedDay) -> datetime:
    """Return when the drill of the kill switch begins: in the afternoon, early enough to catch up on the same day."""
    return next(when for hour in (16, 19) if (when := day.at(hour)) + 2 * DRILL < day.end)


def _stop(day: SimulatedDay, now: datetime) -> None:
    """Engage the kill switch for the drill, and plan its release."""
    engage_kill_switch(act=day.act(now, reason="a drill of the kill switch"))
    day.is_stopped = True
    day.taken.clear()  # planned contacts do not happen
    day.agenda.put(now + DRILL, partial(_go_on, day))


def _go_on(day: SimulatedDay, now: datetime) -> None:
    release_kill_switch(act=day.act(now, reason="the drill is over; everything stood still"))
    day.is_stopped = False
