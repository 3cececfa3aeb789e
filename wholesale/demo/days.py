"""A day of the simulated business, through the services that a real one goes through, each told the time.

What a day needs of the days before it is in the database, and its chances follow from the seed and its number alone: so a
simulation that was interrupted goes on as if it had not been.
"""

import math
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from itertools import cycle, islice
from random import Random
from typing import Any

from buyers.liquidity import Event
from buyers.services import record_feedback
from followups.due.services import DueTask, claim_due, release_leases
from followups.errors import LeadOptedOut
from followups.inbound.rules import Meaning
from followups.inbound.services import decide_inbound, record_inbound, undecided
from followups.leads.models import Lead
from followups.leads.services import upsert_leads
from followups.models import FollowupLadder, FollowupTask
from followups.outcomes.rules import Outcome
from followups.pool.services import upsert_agent
from followups.services import complete_task, start_ladder
from followups.transitions import cancel_ladder, reassign_ladder, restart_ladder, skip_task, snooze_task
from governance import gate
from governance.channels import Channel
from governance.compliance.rules import Basis
from governance.compliance.services import (
    Point,
    points_of,
    record_consent,
    record_scrub,
    set_closed_day,
    upsert_organisation,
)
from governance.golive.services import engage_kill_switch, release_kill_switch
from governance.market import services as market
from governance.market.rules import SAFE_RULES, WINDOWS
from governance.risk.models import RiskReservation
from governance.risk.services import risk_settle
from governance.runbook.services import store_run
from kpi.models import Domain, RegressionTrigger
from kpi.services import emit_kpi
from kpi.tripwire import services as tripwire
from offers.services import make_offer, upsert_policy
from wholesale.demo import worker
from wholesale.demo.agenda import Agenda
from wholesale.demo.houses import houses
from wholesale.demo.people import (
    BUYER_MARKETS,
    MARKER,
    REPLIES,
    Agent,
    BuyerMarket,
    LeadPlan,
    correlation_of,
    dice,
    lead,
    team,
)
from wholesale.vocabulary import Province

ACTOR = "simulation"
OFFERS_AT = Province.ON, "WINDSOR"  # where the offers are made
QUARTER, TURN = timedelta(minutes=15), timedelta(minutes=30)
DAY = timedelta(days=1)

_ENGINE = "WHOLESALE"
_LEASE = TURN // timedelta(minutes=1)
_DRILL = timedelta(minutes=30)
_OFFERS_EVERY = 1_000  # leads: so many more, and all houses are offered for once more
_CHARTERS = ("WHOLESALE_OFFER", "BUYER_MATCH", "FOLLOWUP_NEXT_ACTION", "CAPITAL_ROUTE")
# Of a hundred calls. A warm lead agrees to an appointment more often.
_CALLS: dict[str, float] = {
    Outcome.NO_ANSWER: 40,
    Outcome.LEFT_MESSAGE: 24,
    Outcome.REACHED: 18,
    Outcome.NOT_INTERESTED: 9,
    Outcome.WRONG_NUMBER: 3,
    Outcome.OPTED_OUT: 1.5,
}
_APPOINTMENTS = 22  # of a hundred calls to a lead that could not be warmer
_TEXTS: dict[str, float] = {"": 95, Outcome.REPLIED: 4, Outcome.WRONG_NUMBER: 1}
_REPLIES: dict[str, float] = {"": 86, "interest": 9, "stop": 3, "doubtful": 2}
_STATUSES = {
    Outcome.REACHED: Lead.Status.CONTACTED,
    Outcome.REPLIED: Lead.Status.CONTACTED,
    Outcome.APPOINTMENT: Lead.Status.APPOINTMENT,
    Outcome.NOT_INTERESTED: Lead.Status.DEAD,
    Outcome.WRONG_NUMBER: Lead.Status.DEAD,
    Outcome.OPTED_OUT: Lead.Status.DEAD,
}
_NOTES = (
    "Asked about the roof.",
    "Wants to talk to a sister first.",
    "Sounds motivated.",
    "Prefers evenings.",
    "Moving soon.",
)
_GOOD = (Event.RESPONDED, Event.RESPONDED, Event.RESPONDED, Event.BOUGHT)
_BAD = (Event.NO_RESPONSE, Event.NO_RESPONSE, Event.PASSED)
_WEIGHT_OF_A_WEEKDAY = (10, 10, 10, 10, 9, 5, 3)  # how many leads come in


@dataclass(frozen=True, slots=True)
class Plan:
    """A simulation: what its rows follow from."""

    seed: int
    leads: int
    days: int
    until: datetime

    def starts(self, day: int) -> datetime:
        """When the n-th day begins, counted from 0."""
        return self.until - DAY * (self.days - day)

    def arriving(self, day: int) -> range:
        """The numbers of the leads that come in on a day."""
        shares = [_WEIGHT_OF_A_WEEKDAY[self.starts(n).weekday()] for n in range(self.days)]
        before, after = sum(shares[:day]), sum(shares[: day + 1])
        return range(self.leads * before // sum(shares), self.leads * after // sum(shares))

    def on(self, fraction: float) -> int:
        """The day at a fraction of the span."""
        return min(int(self.days * fraction), self.days - 1)


class Day:
    """One day: its agenda, its chances, and what is known only within it."""

    def __init__(self, plan: Plan, number: int, others: Collection[Any]) -> None:
        self._plan, self._number, self._others = plan, number, others
        self._random = dice(plan.seed, "day", number)
        self._start = plan.starts(number)
        self._team = team(plan.seed, plan.leads / plan.days, plan.days)
        self._agenda = Agenda(self._start + DAY)
        self._correlation_id = f"{MARKER}day-{number + 1}"
        self._taken: set[int] = set()  # tasks that an agent has claimed and will do, as far as they are still open
        self._said: dict[str, str] = {}  # lead_id -> its new status
        self._is_stopped = False

    def run(self) -> None:
        """Do all of it, within the caller's transaction."""
        if self._number == 0:
            self._agenda.put(self._start, self._set_up)
        for hour in range(24):
            self._agenda.put(self._start + timedelta(hours=hour), self._see_to_tasks)
        self._put_office_hours()
        self._put_arrivals()
        self._put_buyers()
        self._put_offers()
        self._put_shifts()
        self._agenda.carry_out()
        end = self._start + DAY
        self._keep_statuses(end)
        self._see_to_tasks(end)

    def _is_at_work(self, agent: Agent, when: datetime) -> bool:
        into_the_day = when - timedelta(hours=agent.starts)
        is_hour = into_the_day.hour < agent.hours
        return is_hour and into_the_day.weekday() in agent.weekdays and self._number not in agent.away

    def _at(self, hour: int, minute: int = 0) -> datetime:
        """When a clock of UTC shows this within the day."""
        when = self._start.replace(hour=hour, minute=minute, second=0, microsecond=0)
        return when if when >= self._start else when + DAY

    def _sometime(self, random: Random) -> datetime:
        """A second of the day, mostly while the country is awake."""
        quarters = range(DAY // QUARTER)
        starts = [self._start + QUARTER * quarter for quarter in quarters]
        weights = [1.0 if start.hour >= 13 or start.hour < 2 else 0.1 for start in starts]
        return random.choices(starts, weights)[0] + timedelta(seconds=random.randrange(int(QUARTER.total_seconds())))

    def _signed(self, now: datetime, reason: str) -> dict[str, Any]:
        return {"changed_by": ACTOR, "reason": reason, "now": now}

    def _see_to_tasks(self, now: datetime) -> None:
        worker.work_off(self._others, now)
        worker.every_hour(now)

    # The office -------------------------------------------------------------------------------------------------------

    def _set_up(self, now: datetime) -> None:
        """Before the first lead: who we are, who works where, what is watched, where offers are made."""
        upsert_organisation(
            name="Maple Key Homes (simulated)",
            mailing_address="100 Example Street, Windsor ON N9A 1A1",
            contact="519-555-0100",
            registration_number="SIMULATED",
            registration_expires_on=(self._plan.until + timedelta(days=365)).date(),
            **self._signed(now, "simulation: who contacts"),
        )
        for agent in self._team:
            for province, place in agent.pools:
                upsert_agent(agent=agent.name, province=province, market=place, **self._signed(now, "simulation: the team"))
        province, place = OFFERS_AT
        upsert_policy(
            province=province,
            market=place,
            enabled=True,
            expected_version=0,
            **self._signed(now, "simulation: offers on real house sales of 1987; not for real offers"),
        )
        tripwire.upsert_policy(
            domain=Domain.BUYER_MATCH,
            metric="match_success",
            enabled=True,
            **self._signed(now, "simulation: buyers' answers are watched"),
        )

    def _put_office_hours(self) -> None:
        number, plan = self._number, self._plan
        self._agenda.put(self._at(10, 30), worker.every_day)
        self._agenda.put(self._at(13), self._open_the_office)
        self._agenda.put(self._at(15), self._advise)
        if number % 7 == 0:
            self._agenda.put(self._at(14), self._look_at_the_runbook)
        if number == plan.on(0.3):
            self._agenda.put(self._at(12), self._close_quebec_earlier)
        if number == plan.on(0.45):
            self._agenda.put(self._at(16) if self._at(17) < self._start + DAY else self._at(19), self._stop)
        if number == plan.on(0.6):
            self._agenda.put(self._at(12), self._close_quebec_as_before)
        if number == plan.on(0.7):
            self._agenda.put(self._at(9), self._announce_a_closed_day)

    def _open_the_office(self, now: datetime) -> None:
        """The morning's round: vacations, doubtful messages, what waits too long, deals and reservations of days ago."""
        for agent in self._team:
            if agent.away and self._number == agent.away[0]:
                back = self._plan.starts(agent.away[-1] + 1)
                for province, place in agent.pools:
                    signed = self._signed(now, "vacation")
                    upsert_agent(agent=agent.name, province=province, market=place, paused_until=back, **signed)
            elif self._number in agent.away:
                self._hand_over(agent, now)
        for message in list(undecided().order_by("id")[:50]):
            as_ = Meaning.REPLY if "stop by" in message.text.lower() else Meaning.OPT_OUT
            decide_inbound(message.pk, as_, "read by the office", actor=ACTOR, correlation_id=self._correlation_id, now=now)
        self._steer_ladders(now)
        self._bring_deals_on(now)
        self._settle(now)
        for trigger in RegressionTrigger.objects.filter(undone_at__isnull=True).order_by("id"):
            signed = self._signed(now, "a buyers' list with old addresses; mended")
            tripwire.undo_trigger(trigger.pk, **signed)

    def _hand_over(self, agent: Agent, now: datetime) -> None:
        """Somebody else takes what has been due for a day."""
        late = FollowupTask.objects.permitted(now).filter(owner=agent.name, due_at__lt=now - DAY)
        ladders = sorted(set(late.values_list("ladder_id", flat=True)[:20]))
        present = [one.name for one in self._team if self._number not in one.away]
        for ladder_id, name in zip(ladders, cycle(present), strict=False):
            said = {"actor": ACTOR, "correlation_id": self._correlation_id, "now": now}
            reassign_ladder(ladder_id, name, f"{agent.name} is on vacation", **said)

    def _steer_ladders(self, now: datetime) -> None:
        """A few ladders are cancelled, and a few begin anew."""
        said: dict[str, Any] = {"actor": ACTOR, "correlation_id": self._correlation_id, "now": now}
        still_open = FollowupLadder.objects.open().order_by("pk")
        older = list(still_open.filter(created_at__lt=now - 3 * DAY).values_list("pk", flat=True)[:100])
        a_day = self._plan.leads / self._plan.days
        for pk in self._random.sample(older, min(len(older), math.ceil(a_day / 80))):
            cancel_ladder(pk, "sold through an agent", **said)
        since = now - 2 * DAY
        closed = FollowupLadder.objects.filter(closed_at__range=(since, since + DAY), lead__status=Lead.Status.CONTACTED)
        for ladder in islice(closed.order_by("pk"), 1 if a_day < 100 else 3):
            with suppress(LeadOptedOut):
                restart_ladder(ladder.pk, "asked to be contacted again", **said)

    def _bring_deals_on(self, now: datetime) -> None:
        """What became of appointments three days ago, and of contracts three weeks ago."""
        waiting = Lead.objects.filter(status=Lead.Status.APPOINTMENT, updated_at__lt=now - 3 * DAY).order_by("pk")
        for lead_id, province, place in waiting.values_list("lead_id", "province", "market"):
            is_contract = self._random.random() < 0.4
            self._said[lead_id] = Lead.Status.UNDER_CONTRACT if is_contract else Lead.Status.DEAD
            self._count(Domain.WHOLESALE, "contract_rate", is_contract, now, lead_id, province=province, market=place)
        signed = Lead.objects.filter(status=Lead.Status.UNDER_CONTRACT, updated_at__lt=now - 5 * DAY).order_by("pk")
        for lead_id in signed.values_list("lead_id", flat=True):
            if self._random.random() < 0.15:
                self._said[lead_id] = Lead.Status.CLOSED

    def _count(
        self, domain: str, metric: str, success: bool, now: datetime, subject: str, correlation_id: str = "", **place: str
    ) -> None:
        """A KPI row that other systems of the business would send."""
        emit_kpi(
            domain,
            metric,
            success=success,
            subject_type="simulation",
            subject_id=subject,
            correlation_id=correlation_id or correlation_of(subject),
            actor=ACTOR,
            now=now,
            **place,
        )

    def _settle(self, now: datetime) -> None:
        """Deposits of two days ago come back, but for some."""
        older = RiskReservation.objects.filter(settled_at__isnull=True, created_at__lt=now - 2 * DAY).order_by("pk")
        for reservation in older:
            loss = min(reservation.amount, Decimal(50)) if self._random.random() < 0.08 else Decimal(0)
            reason = "the seller kept a part of the deposit" if loss else "the deposit came back"
            said = {"actor": ACTOR, "correlation_id": reservation.correlation_id, "now": now}
            risk_settle(reservation.pk, loss, reason=reason, **said)

    def _advise(self, now: datetime) -> None:
        """The AI's trials in the sandbox, and some advice of it."""
        for domain in _CHARTERS:
            for n in range(self._random.randrange(1, 4)):
                said: dict[str, Any] = {
                    "domain": domain,
                    "confidence": Decimal(self._random.randrange(70, 100)) / 100,
                    "actor": "heimdall",
                    "correlation_id": self._correlation_id,
                    "now": now + timedelta(minutes=n),
                }
                gate.heimdall_trial(success=self._random.random() < 0.85, **said)
            if self._random.random() < 0.5:
                advice = {"action": self._random.choice(("raise the offer", "call in the evening", "ask another buyer"))}
                kept = gate.heimdall_recommend(recommendation=advice, evidence={"trials": "sandbox"}, **said)
                if self._random.random() < 0.5:
                    signed = {"actor": ACTOR, "correlation_id": self._correlation_id}
                    gate.heimdall_use(kept.pk, now=now + timedelta(minutes=10), **signed)

    def _look_at_the_runbook(self, now: datetime) -> None:
        self._see_to_tasks(now)
        store_run(correlation_id=self._correlation_id, **self._signed(now, "the week's look"))

    def _close_quebec_earlier(self, now: datetime) -> None:
        windows = [{**window, "end": min(window["end"], "19:00")} for window in SAFE_RULES[WINDOWS]]
        self._change_quebec(windows, now, "complaints about calls in the evening")

    def _close_quebec_as_before(self, now: datetime) -> None:
        self._change_quebec(SAFE_RULES[WINDOWS], now, "no complaints since; as before")

    def _change_quebec(self, windows: list[dict[str, Any]], now: datetime, reason: str) -> None:
        market.upsert_policy(province=Province.QC, rules={**SAFE_RULES, WINDOWS: windows}, **self._signed(now, reason))

    def _announce_a_closed_day(self, now: datetime) -> None:
        day = (now + DAY).date()
        set_closed_day(day=day, province=Province.NS, name="The Halifax office moves", **self._signed(now, "no phones"))

    def _stop(self, now: datetime) -> None:
        """The drill of the kill switch."""
        engage_kill_switch(**self._signed(now, "a drill of the kill switch"))
        self._is_stopped = True
        self._agenda.put(now + _DRILL, self._go_on)

    def _go_on(self, now: datetime) -> None:
        release_kill_switch(**self._signed(now, "the drill is over; everything stood still"))
        self._is_stopped = False

    def _unless_stopped(self, act: Callable[[datetime], object]) -> Callable[[datetime], None]:
        """The act; while the kill switch is engaged it waits."""

        def carry_out(now: datetime) -> None:
            if self._is_stopped:
                self._agenda.put(now + _DRILL, carry_out)
            else:
                act(now)

        return carry_out

    # Leads ------------------------------------------------------------------------------------------------------------

    def _put_arrivals(self) -> None:
        for number in self._plan.arriving(self._number):
            coming = lead(self._plan.seed, number)
            self._agenda.put(self._sometime(self._random), self._unless_stopped(partial(self._arrive, coming)))

    def _arrive(self, coming: LeadPlan, now: datetime) -> None:
        """A lead comes in, with its consent or checked against the National DNCL, and its ladder starts."""
        self._bring([coming.row], now)
        points = points_of(phone=coming.row["phone"], email=coming.row.get("email", ""))
        said = {"actor": ACTOR, "correlation_id": correlation_of(coming.lead_id), "now": now}
        if coming.basis:
            evidence = f"{coming.source} of {now:%Y-%m-%d}"
            record_consent(points=points, basis=coming.basis, obtained_at=now, evidence=evidence, **said)
        else:
            self._write_to_who_is_published(points, now, said)
        if coming.is_worked:
            place = coming.place
            with suppress(LeadOptedOut):  # somebody else at the same number said no
                start_ladder(lead_id=coming.lead_id, province=place.province, market=place.market, **said)

    def _write_to_who_is_published(self, points: list[Point], now: datetime, said: dict[str, Any]) -> None:
        """Somebody whose number stands on a sign: it may be texted, and called once it is checked."""
        record_consent(points=points, basis=Basis.PUBLICATION, obtained_at=now, evidence="a sign before the house", **said)
        record_scrub(points=points, checked_at=now, evidence="the month's list", **said)

    def _receive(self, task: DueTask, kind: str, now: datetime) -> None:
        """A lead answers a text message."""
        assert task.lead_id
        row = lead(self._plan.seed, int(task.lead_id[1:]) - 1).row
        received = record_inbound(
            channel=Channel.SMS,
            text=self._random.choice(REPLIES[kind, row["language"]]),
            lead_id=task.lead_id,
            phone=row["phone"],
            actor="sms gateway",
            correlation_id=correlation_of(task.lead_id),
            now=now,
        )
        if received.opted_out_channels:
            self._said[task.lead_id] = Lead.Status.DEAD
            self._look_again(now)
        elif kind == "interest":
            self._said.setdefault(task.lead_id, Lead.Status.CONTACTED)

    def _keep_statuses(self, now: datetime) -> None:
        """What the day has shown of the leads, as the list of the evening brings it."""
        rows = [{"lead_id": lead_id, "status": status} for lead_id, status in sorted(self._said.items())]
        self._bring(rows, now)

    def _bring(self, rows: list[dict[str, Any]], now: datetime) -> None:
        refused = upsert_leads(rows, actor=ACTOR, now=now).refused_rows
        assert not refused, refused[0].reason

    # Agents -----------------------------------------------------------------------------------------------------------

    def _put_shifts(self) -> None:
        """Each half hour an agent at work takes tasks, one half of the team at the quarters between."""
        for n, agent in enumerate(self._team):
            for turn in range(DAY // TURN):
                when = self._start + TURN * turn + QUARTER * (n % 2)
                if self._is_at_work(agent, when):
                    self._agenda.put(when, partial(self._take_tasks, agent))

    def _take_tasks(self, agent: Agent, now: datetime) -> None:
        """An agent claims what is due and permitted, and does one after the other. What does not fit is given back."""
        if self._is_stopped:
            return
        left = []
        when = now
        for claimed in claim_due(owner=agent.name, limit=agent.at_once, lease_minutes=_LEASE, now=now):
            task = claimed.task
            began, took = when, self._takes(agent, task.channel)
            if self._random.random() < agent.forgets:
                continue  # its lease runs out
            when = began + took
            if when >= now + TURN or (task.open_until and when > task.open_until):
                left.append(task.id)
                continue
            self._taken.add(task.id)
            self._agenda.put(when, partial(self._contact, agent, task, began))
        if left:
            release_leases(task_ids=left, owner=agent.name, now=now)

    def _takes(self, agent: Agent, channel: str) -> timedelta:
        shortest, longest = (90, 360) if channel == Channel.CALL else (40, 150)
        return timedelta(seconds=round(self._random.uniform(shortest, longest) * agent.pace))

    def _contact(self, agent: Agent, task: DueTask, began: datetime, now: datetime) -> None:
        """The contact is over and told: when it began, and what came of it."""
        if task.id not in self._taken:
            return  # closed or put off in the meantime
        self._taken.discard(task.id)
        said: dict[str, Any] = {"actor": agent.name, "correlation_id": correlation_of(task.lead_id or ""), "now": now}
        chance = self._random.random()
        if chance < 0.015:
            snooze_task(task.id, now + DAY * self._random.randrange(2, 8), "asked for another day", **said)
            return
        if chance < 0.02:
            skip_task(task.id, "spoke to the neighbour instead", **said)
            return
        outcome = self._outcome(task)
        # Who says no says it at the end; whoever was reached before that was reached lawfully.
        contacted_at = now if outcome == Outcome.OPTED_OUT else began
        note = self._random.choice(_NOTES) if outcome in (Outcome.REACHED, Outcome.APPOINTMENT) else ""
        complete_task(task.id, contacted_at=contacted_at, outcome=outcome or None, note=note, **said)
        if task.lead_id and outcome in _STATUSES:
            self._said[task.lead_id] = _STATUSES[Outcome(outcome)]
        if outcome:
            self._look_again(now)
        elif task.channel == Channel.SMS:
            self._await_reply(task, now)

    def _outcome(self, task: DueTask) -> str:
        if task.channel != Channel.CALL:
            return self._random.choices(list(_TEXTS), list(_TEXTS.values()))[0]
        assert task.lead_id
        warmth = lead(self._plan.seed, int(task.lead_id[1:]) - 1).warmth
        chances = {**_CALLS, Outcome.APPOINTMENT: _APPOINTMENTS * warmth}
        return self._random.choices(list(chances), list(chances.values()))[0]

    def _await_reply(self, task: DueTask, now: datetime) -> None:
        (kind,) = self._random.choices(list(_REPLIES), list(_REPLIES.values()))
        if kind:
            after = timedelta(seconds=60 + round(self._random.expovariate(1 / 2400)))
            self._agenda.put(now + after, partial(self._receive, task, kind))

    def _look_again(self, now: datetime) -> None:
        """Which of the tasks on the agents' desks are still to be done, after something that may have closed some."""
        still = FollowupTask.objects.due(now).filter(pk__in=self._taken)
        self._taken.intersection_update(still.values_list("pk", flat=True))

    # Buyers and offers ------------------------------------------------------------------------------------------------

    def _put_buyers(self) -> None:
        """What buyers answer; for some days in the middle, hardly anything good."""
        heard = 14 + self._plan.leads // (2 * self._plan.days)
        bad_days = range(self._plan.on(0.62), self._plan.on(0.62) + max(2, self._plan.days // 20))
        for _ in range(heard):
            (where,) = self._random.choices(BUYER_MARKETS, [one.share for one in BUYER_MARKETS])
            good = where.good / 3 if self._number in bad_days else where.good
            self._agenda.put(self._sometime(self._random), partial(self._hear, where, good))

    def _hear(self, where: BuyerMarket, good: float, now: datetime) -> None:
        is_good = self._random.random() < good
        buyer = f"{where.market[:3]}-B{self._random.randrange(where.buyers) + 1:02}"
        place = {"province": where.province, "market": where.market}
        recorded = record_feedback(
            **place,
            property_type=where.property_type,
            event=self._random.choice(_GOOD if is_good else _BAD),
            buyer_id=buyer,
            correlation_id=self._correlation_id,
            actor=ACTOR,
            now=now,
        )
        subject = str(recorded.pk)
        self._count(Domain.BUYER_MATCH, "match_success", is_good, now, subject, self._correlation_id, **place)

    def _put_offers(self) -> None:
        """Offers on the real sales, spread over the days."""
        sales = list(houses())
        rounds = 1 + self._plan.leads // _OFFERS_EVERY
        first, last = (len(sales) * rounds * day // self._plan.days for day in (self._number, self._number + 1))
        for n in range(first, last):
            offer = partial(self._offer, sales[n % len(sales)], n + 1)
            self._agenda.put(self._sometime(self._random), self._unless_stopped(offer))

    def _offer(self, house: Any, number: int, now: datetime) -> None:
        """An offer, the deposit put at stake for it, and whether the seller accepts."""
        province, place = OFFERS_AT
        correlation_id = f"{MARKER}offer-{number}"
        evidence = make_offer(
            province=province,
            market=place,
            arv=house.arv,
            repairs=house.repairs,
            comps=house.comps,
            assumptions=house.assumptions,
            correlation_id=correlation_id,
            actor=ACTOR,
            now=now,
        )
        decision, _ = gate.risk_reserve(
            engine=_ENGINE,
            amount=Decimal(self._random.randrange(100, 400, 25)),
            actor=ACTOR,
            reason="the deposit of an offer",
            correlation_id=correlation_id,
            now=now,
        )
        if decision.allowed:
            is_accepted = self._random.random() < 0.3
            subject = str(evidence.pk)
            where = {"province": province, "market": place}
            self._count(Domain.WHOLESALE, "offer_accept_rate", is_accepted, now, subject, correlation_id, **where)
