"""The page Today: what it reads for a user, and what it shows of it."""

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from governance.gate import runbook_status
from governance.runbook.registry import one_status
from kpi.tripwire.levels import control_charts, watching
from wholesale.console.frame import Frame
from wholesale.console.pages import QUEUE, is_agent
from wholesale.console.today import alarms, figures, trends
from wholesale.console.today.alerts import Alert, in_order, verdict
from wholesale.console.today.measures import map_of
from wholesale.console.today.parts import places
from wholesale.console.today.reading import PERIODS, TodayReading
from wholesale.console.today.tiles import FigureTile, count_tile
from wholesale.plumbing.showing import shown_money, shown_number, shown_rate
from wholesale.plumbing.spoken import code_words

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


class Today(TodayReading):
    """What Today shows one user at once. What counts everything of a period comes later (`parts`)."""

    def __init__(self, request: HttpRequest, frame: Frame) -> None:
        super().__init__(request)
        self._frame = frame

    def context(self) -> dict[str, Any]:
        """Return what the template shows."""
        alerts = in_order(self._alerts())
        shown_map = map_of(self)
        return {
            "stop_is_shown": True,
            "verdict": verdict(alerts) if self._sees_something else None,
            "alerts": alerts,
            "engage": self.links.page("governance_golivestate_engage", "governance.engage_kill_switch")
            if self._frame.stop is None
            else "",
            "days": self.days,
            "periods": [(days, f"?days={days}&measure={self.measure}") for days in PERIODS],
            "tiles": [*self._tiles()],
            "places": places(self),
            "tripwires": self._tripwires(),
            "risk": self._risk(),
            "map": shown_map,
            "agents": self.may("followups.view_followuptask") and reverse("today_agents"),
        }

    @property
    def _sees_something(self) -> bool:
        return any(map(self.may, ("governance.view_golivestate", "governance.view_runbook", "followups.view_followuptask")))

    # What is shown ------------------------------------------------------------------------------------------------------

    def _alerts(self) -> Iterator[Alert]:
        if self.may("governance.view_golivestate"):
            yield from alarms.of_standstill(self._frame.stop)
        if self.may("governance.view_runbook"):
            yield from alarms.of_runbook(runbook_status(self.now), self.links)
        if self.may("kpi.view_regressiontrigger"):
            yield from alarms.of_tripwires(watching(), self.links)
        if self.due is not None:
            yield from alarms.of_tasks(self.due_in_all, self.links)
        if self.engines is not None:
            yield from alarms.of_risk(self.engines, self.links)
        yield from alarms.of_waiting(self.waiting, self.links)

    def _tiles(self) -> Iterator[FigureTile]:
        """Yield the tiles of what is so now, and of the leads, whom the map counts too."""
        of = self.links.list_of
        if self.due is not None:
            due = self.due_in_all
            blocked = _("%(n)s more are due, and not permitted now") % {"n": shown_number(due.due - due.permitted)}
            link = of("followups.followuptask", state="permitted")
            yield FigureTile(_("Due and permitted now"), shown_number(due.permitted), blocked, link)
        inbox = [one for one in self.waiting if one.what in (figures.INBOX, figures.DOUBTFUL)]
        if self.may("followups.view_inboxitem"):
            late = _("%(n)s of them late") % {"n": shown_number(sum(one.of_these for one in inbox))}
            yield FigureTile(_("Inbox"), shown_number(sum(one.number for one in inbox)), late, of("followups.inboxitem"))
        if self.leads is not None:
            link = of("followups.lead", days=str(self.days))
            yield count_tile(_("New leads"), self.leads.by_province.total(), self.leads.previous, link)

    def _tripwires(self) -> list[dict[str, Any]]:
        if not self.may("kpi.view_regressionstate"):
            return []
        link = self.links.list_of("kpi.regressionstate")
        seen = [policy for policy in watching() if policy.enabled][:TRIPWIRES_MAX]
        return [
            {
                "chart": trends.control_chart(one),
                "note": one.state.note,
                "judged_at": one.state.evaluated_at,
                "state": _state(one.policy, one.state),
                "link": link,
            }
            for one in control_charts(seen)
        ]

    def _risk(self) -> list[dict[str, Any]]:
        return [
            {
                "engine": code_words(engine.engine, "engine"),
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


def _state(policy: Any, state: Any) -> str:
    """The state of a tripwire in the words of the first lines of the page."""
    if policy.waiting:
        return _("Red: it went off")
    return _("Amber: past its line") if state.triggered else _("Amber: near its line") if state.amber else _("Quiet")
