"""The report of the agents: what each did in some days, how fast, and how late; for whom may see the numbers of others."""

from collections.abc import Mapping
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _

from followups.models import FollowupTask
from followups.sla.by_agent import SlaByAgent, sla_by_agent
from followups.tasks.admin.tasks import FollowupTaskAdmin
from followups.tasks.numbers import COUNTS, AgentNumbers, OwnSpan, numbers_of_agents
from followups.tasks.outcomes.rules import Outcome
from wholesale.console.reports.pages import report_page
from wholesale.console.reports.periods import PeriodForm
from wholesale.console.reports.sla import sla_page
from wholesale.plumbing.charts import Series, chart
from wholesale.plumbing.reports import Column, Figure, ReportDocument, ReportTable, Section, ValueKind

admin.site.unregister(FollowupTask)
BARS_MAX = 40  # agents in a chart; if there are more, those who did the most
_GOT_TO = (
    ("good", (Outcome.REPLIED, Outcome.APPOINTMENT)),
    ("main", (Outcome.REACHED,)),
    ("soft", (Outcome.NO_ANSWER, Outcome.LEFT_MESSAGE)),
    ("red", (Outcome.NOT_INTERESTED, Outcome.WRONG_NUMBER, Outcome.OPTED_OUT)),
)


@admin.register(FollowupTask)
class TaskPages(FollowupTaskAdmin):
    """The pages of tasks, with the reports that are made of them beside."""

    def get_urls(self) -> list[Any]:
        """Add the reports of the SLA and of the agents."""
        reports = (("sla", self.sla), ("agents", self.agents))
        page = self.admin_site.admin_view
        own = [path(f"{at}/", page(report), name=f"followups_followuptask_{at}") for at, report in reports]
        return [*own, *super().get_urls()]

    def sla(self, request: HttpRequest) -> HttpResponse:
        """Show the report of the SLA."""
        return sla_page(request, self)

    def agents(self, request: HttpRequest) -> HttpResponse:
        """Show the report of the agents."""
        return agents_page(request, self)


def agents_page(request: HttpRequest, model_admin: Any) -> HttpResponse:
    """Show the report. By default it covers the last 7 days, today included. Who sees only own numbers has another page."""
    if not request.user.has_perm("followups.view_agent_numbers"):
        raise PermissionDenied
    now = timezone.now()
    form = PeriodForm(request.GET.dict(), now)

    def make(given: dict[str, Any]) -> ReportDocument:
        since, until = form.span()
        agents = numbers_of_agents(since=since, until=until, now=now)
        return report_of(agents, sla_by_agent(since, until, now), form.period())

    return report_page(request, model_admin, form, make, title=_("Agents"))


def report_of(agents: list[AgentNumbers], sla: SlaByAgent, period: str) -> ReportDocument:
    """Return what was found as a report."""
    if not agents:
        return ReportDocument(
            "agents", _("Agents"), period, [Section(_("Work"), note=_("Nobody completed a task in these days."))]
        )
    whole = OwnSpan(
        {name: sum(agent.done.counts[name] for agent in agents) for name in COUNTS},
        [took for agent in agents for took in agent.done.first_contacts],
        sum(agent.done.spans for agent in agents),
    )
    return ReportDocument(
        "agents", _("Agents"), period, [_work(agents, whole), _outcomes(agents), _pace(agents, whole, sla)], _note()
    )


def _work(agents: list[AgentNumbers], whole: OwnSpan) -> Section:
    titles = {
        "completed": _("Tasks done"),
        "calls": _("Calls"),
        "texts": _("Texts"),
        "emails": _("E-mails"),
        "reached": _("Reached"),
        "appointments": _("Appointments"),
    }
    rows = [[agent.name, *(agent.done.counts[name] for name in titles), agent.claims] for agent in agents]
    total = [_("All"), *(whole.counts[name] for name in titles), sum(agent.claims for agent in agents)]
    columns = [Column(_("Agent")), *(Column(title, ValueKind.COUNT) for title in titles.values())]
    figures = [Figure(titles[name], whole.counts[name]) for name in ("completed", "reached", "appointments")]
    table = ReportTable([*columns, Column(_("Claimed now"), ValueKind.COUNT)], [*rows, total], total=True)
    return Section(_("Work"), table, figures=[Figure(_("Agents"), len(agents)), *figures])


def _outcomes(agents: list[AgentNumbers]) -> Section:
    def row(name: str, outcomes: Mapping[str, int], completed: int) -> list[Any]:
        return [name, *(outcomes[outcome] for outcome in Outcome), completed - sum(outcomes.values())]

    rows = [row(agent.name, agent.outcomes, agent.done.counts["completed"]) for agent in agents]
    total = [_("All"), *map(sum, zip(*(each[1:] for each in rows), strict=True))]
    most = sorted(agents, key=lambda agent: -agent.done.counts["completed"])[:BARS_MAX]
    drawn = [agent for agent in agents if agent in most]
    named = {"good": _("Replied or appointment"), "main": _("Reached"), "soft": _("Not reached")}
    series = [
        Series(
            named.get(tone, _("Said no, or wrong number")),
            [sum(agent.outcomes[outcome] for outcome in outcomes) for agent in drawn],
            tone,
        )
        for tone, outcomes in _GOT_TO
    ]
    columns = [Column(_("Agent")), *(Column(Outcome(outcome).label, ValueKind.COUNT) for outcome in Outcome)]
    return Section(
        _("Outcomes"),
        ReportTable([*columns, Column(_("No outcome"), ValueKind.COUNT)], [*rows, total], total=True),
        charts=[
            chart(_("Outcomes by agent"), [agent.name for agent in drawn], series, by=_("Agent"), stacked=True, across=True)
        ],
    )


def _pace(agents: list[AgentNumbers], whole: OwnSpan, sla: SlaByAgent) -> Section:
    columns = [
        Column(_("Agent")),
        Column(_("Days with work"), ValueKind.COUNT),
        Column(_("Tasks a day"), ValueKind.NUMBER, 1),
        Column(_("Speed to first contact"), ValueKind.MINUTES),
        Column(_("SLA kept"), ValueKind.RATE, 1),
        Column(_("In 30 min"), ValueKind.RATE, 1),
        Column(_("In 2 h"), ValueKind.RATE, 1),
        Column(_("Late, p50"), ValueKind.MINUTES),
        Column(_("Late, p90"), ValueKind.MINUTES),
    ]

    def row(name: str, done: OwnSpan, figures: Mapping[str, Any]) -> list[Any]:
        late = (figures[each] for each in ("within_30m", "within_2h", "p50", "p90"))
        return [name, done.spans, done.number("completed"), done.speed, done.kept, *late]

    rows = [row(agent.name, agent.done, sla.agents[agent.name]) for agent in agents]
    table = ReportTable(columns, [*rows, row(_("All"), whole, sla.every)], total=True)
    return Section(_("Pace and SLA"), table)


def _note() -> str:
    return _(
        "The report counts the tasks that were completed in these days, by the name of who completed each. A day with work "
        "is one on which the agent completed a task. Speed to first contact is the median time from the start of a ladder "
        "to its first contact, nights included. The SLA is kept where no breach is on record. Lateness counts permitted "
        "minutes only. What an agent has claimed is as of now."
    )
