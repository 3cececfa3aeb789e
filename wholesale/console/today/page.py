"""The page Today: what it reads for a user, and what it shows of it."""

from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from followups.sla.by_day import SlaByDay, sla_by_day
from followups.tasks.figures import Contacts, DueTasks, contacts_of, due_by_province
from governance.gate import EngineRisk, caps_used, runbook_status
from governance.runbook.registry import one_status
from kpi.review.rules import share
from kpi.tripwire.levels import control_charts, watching
from wholesale.console.frame import Frame
from wholesale.console.pages import QUEUE, is_agent
from wholesale.console.today import alarms, figures, trends
from wholesale.console.today.alerts import Alert, in_order, verdict
from wholesale.console.today.links import Links
from wholesale.console.today.measures import map_of
from wholesale.console.today.tiles import FigureTile, count_tile, minutes_tile, rate_tile
from wholesale.plumbing.charts import Chart
from wholesale.plumbing.days import Compared
from wholesale.plumbing.showing import shown_money, shown_number, shown_rate

PERIODS = (7, 30, 90)  # days
TRIPWIRES_MAX = 6  # charts


def home(request: HttpRequest) -> HttpResponse:
    """Show Today to a user of the admin. An agent, whose work is the queue, is sent there."""
    if is_agent(request.user):
        return HttpResponseRedirect(QUEUE.link)
    return admin.site.index(request)


def fill(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Add what Today shows to the context of the admin's first page (Unfold's DASHBOARD_CALLBACK)."""
    with one_status():
        return context | Today(request, context.get("frame") or Frame(request)).context()


class Today:
    """What Today reads and shows for one user: nothing of what the user may not view. Each figure is read once, if at all.

    The period (`days`) and the measure of the map (`measure`) stand in the address.
    """

    def __init__(self, request: HttpRequest, frame: Frame) -> None:
        self._frame, self._links, self._now = frame, Links(request.user), timezone.now()
        chosen = request.GET.get("days", "")
        self.days = int(chosen) if chosen in map(str, PERIODS) else PERIODS[0]
        self.measure = request.GET.get("measure", "")
        self.span = Compared.last(self.days, self._now, timezone.get_current_timezone())
        self.may: Callable[[str], bool] = request.user.has_perm

    def context(self) -> dict[str, Any]:
        """Return what the template shows."""
        alerts = in_order(self._alerts())
        shown_map = map_of(self)
        return {
            "stop_is_shown": True,
            "verdict": verdict(alerts) if self._sees_something else None,
            "alerts": alerts,
            "engage": self._links.page("governance_golivestate_engage", "governance.engage_kill_switch")
            if self._frame.stop is None
            else "",
            "days": self.days,
            "periods": [(days, f"?days={days}&measure={self.measure}") for days in PERIODS],
            "tiles": [*self._tiles()],
            "charts": [*self._charts()],
            "tripwires": self._tripwires(),
            "risk": self._risk(),
            "map": shown_map,
            "agents": self.may("followups.view_followuptask") and reverse("today_agents"),
        }

    # What is read -------------------------------------------------------------------------------------------------------

    @cached_property
    def due(self) -> dict[str, DueTasks] | None:
        """The due tasks by province. None if the user may not view tasks; so with all that follow."""
        return due_by_province(self._now) if self.may("followups.view_followuptask") else None

    @cached_property
    def sla(self) -> SlaByDay | None:
        """How late tasks are."""
        return sla_by_day(self.span, self._now) if self.may("followups.view_sla") else None

    @cached_property
    def contacts(self) -> Contacts | None:
        """The contacts of these days."""
        return contacts_of(self.span) if self.may("followups.view_followuptask") else None

    @cached_property
    def leads(self) -> figures.NewLeads | None:
        """The leads that came."""
        return figures.new_leads(self.span) if self.may("followups.view_lead") else None

    @cached_property
    def offers(self) -> list[figures.SentOffer] | None:
        """The offers that were sent or answered."""
        return figures.offers_of(self.span) if self.may("offers.view_offer") else None

    @cached_property
    def engines(self) -> list[EngineRisk] | None:
        """What is used of the caps."""
        return caps_used(self._now) if self.may("governance.view_riskpolicy") else None

    @cached_property
    def waiting(self) -> list[figures.WaitingCount]:
        """What waits for somebody, and the buyers of the provinces if the map shows them."""
        return figures.waiting(
            self._now,
            self.span,
            inbox=self.may("followups.view_inboxitem"),
            work=self.may("django_tasks_database.view_dbtaskresult"),
            imports=[permission for permission in figures.IMPORTS if self.may(permission)],
            liquidity=self.measure == "liquidity" and self.may("buyers.view_buyerliquiditynode"),
        )

    @property
    def _sees_something(self) -> bool:
        return any(map(self.may, ("governance.view_golivestate", "governance.view_runbook", "followups.view_followuptask")))

    @property
    def links(self) -> Links:
        """The links that the user may open."""
        return self._links

    # What is shown ------------------------------------------------------------------------------------------------------

    def _alerts(self) -> Iterator[Alert]:
        if self.may("governance.view_golivestate"):
            yield from alarms.of_standstill(self._frame.stop)
        if self.may("governance.view_runbook"):
            yield from alarms.of_runbook(runbook_status(self._now), self._links)
        if self.may("kpi.view_regressiontrigger"):
            yield from alarms.of_tripwires(watching(), self._links)
        if self.due is not None:
            yield from alarms.of_tasks(self._due_in_all, self._links)
        if self.engines is not None:
            yield from alarms.of_risk(self.engines, self._links)
        yield from alarms.of_waiting(self.waiting, self._links)

    @property
    def _due_in_all(self) -> DueTasks:
        whole = DueTasks()
        for some in (self.due or {}).values():
            whole = whole.plus(some)
        return whole

    def _tiles(self) -> Iterator[FigureTile]:
        days, of = str(self.days), self._links.list_of
        if self.due is not None:
            due = self._due_in_all
            blocked = _("%(n)s more are due, and not permitted now") % {"n": shown_number(due.due - due.permitted)}
            link = of("followups.followuptask", state="permitted")
            yield FigureTile(_("Due and permitted now"), shown_number(due.permitted), blocked, link)
        if self.leads is not None:
            came = self.leads.by_province.total()
            yield count_tile(_("New leads"), came, self.leads.previous, of("followups.lead", days=days))
        if self.contacts is not None:
            link = of("followups.followuptask", state="completed", days=days)
            yield count_tile(_("Contacts"), self.contacts.current, self.contacts.previous, link)
        if self.sla is not None:
            now, before = self.sla.current, self.sla.previous
            link = self._links.page("followups_followuptask_sla", "followups.view_sla")
            yield minutes_tile(_("Speed to lead, median"), now.first["p50"], before.first["p50"], link)
            yield rate_tile(_("Done within 2 permitted hours"), now.every["within_2h"], before.every["within_2h"], link)
        if self.offers is not None:
            yield from self._tiles_of_offers(self.offers, of("offers.offer", days=days))
        inbox = [one for one in self.waiting if one.what in (figures.INBOX, figures.DOUBTFUL)]
        if self.may("followups.view_inboxitem"):
            late = _("%(n)s of them late") % {"n": shown_number(sum(one.of_these for one in inbox))}
            yield FigureTile(_("Inbox"), shown_number(sum(one.number for one in inbox)), late, of("followups.inboxitem"))

    def _tiles_of_offers(self, offers: list[figures.SentOffer], link: str) -> Iterator[FigureTile]:
        current, before = (
            [offer for offer in offers if is_in(offer.sent_at)] for is_in in (self.span.holds, self.span.held_before)
        )
        yield count_tile(_("Offers sent"), len(current), len(before), link)
        now, then = (
            [offer.accepted for offer in offers if is_in(offer.told_at)]
            for is_in in (self.span.holds, self.span.held_before)
        )
        rates = [share(sum(accepted), len(accepted))["rate"] for accepted in (now, then)]
        yield rate_tile(_("Offers accepted"), rates[0], rates[1], link)

    def _charts(self) -> Iterator[Chart]:
        if self.sla is not None:
            yield trends.speed_to_lead(self.sla)
            yield trends.sla_trend(self.sla)
        if self.contacts is not None:
            yield trends.contacts_by_hour(self.contacts.by_hour, self.span.zone)
        if self.leads is not None:
            yield trends.funnel(self.leads.by_status, self.offers or [], self.span)
        if self.offers is not None:
            yield trends.offers_sent(self.offers, self.span)
            yield trends.acceptance(self.offers, self.span)

    def _tripwires(self) -> list[dict[str, Any]]:
        if not self.may("kpi.view_regressionstate"):
            return []
        link = self._links.list_of("kpi.regressionstate")
        seen = [policy for policy in watching() if policy.enabled][:TRIPWIRES_MAX]
        return [
            {"chart": trends.control_chart(one), "note": one.state.note, "state": _state(one.state), "link": link}
            for one in control_charts(seen)
        ]

    def _risk(self) -> list[dict[str, Any]]:
        return [
            {
                "engine": engine.engine,
                "cap": alarms.cap_name(cap.cap),
                "used": _amount(cap.cap, cap.used),
                "limit": _amount(cap.cap, cap.limit),
                "share": shown_rate(cap.share),
                "filled": min(100, round(cap.share * 100)),
                "tone": "red" if cap.share >= 1 else "amber" if cap.share >= alarms.NEARLY_FULL else "well",
            }
            for engine in self.engines or []
            if engine.enabled
            for cap in engine.caps
        ]


def _amount(cap: str, value: Any) -> str:
    return shown_number(value) if cap == "max_actions_per_day" else shown_money(value)


def _state(state: Any) -> str:
    return _("Red: it went off") if state.triggered else _("Amber") if state.amber else _("Quiet")
