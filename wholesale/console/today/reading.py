"""What Today reads for one user: each figure once, if it is asked for at all."""

from collections.abc import Callable
from functools import cached_property

from django.http import HttpRequest
from django.utils import timezone

from followups.sla.by_day import FirstStepsByDay, SlaByDay, first_steps_by_day, sla_by_day
from followups.tasks.figures import DueTasks, due_by_province
from followups.tasks.reading import Contacts, contacts_of
from governance.gate import EngineRisk, caps_used
from wholesale.console.today import figures
from wholesale.console.today.links import Links
from wholesale.plumbing.days import Compared

PERIODS = (7, 30, 90)  # days


class TodayReading:
    """What one user may see of the figures: None of what it may not view.

    The period (`days`) and the measure of the map (`measure`) stand in the address.
    """

    def __init__(self, request: HttpRequest) -> None:
        self.links, self.now = Links(request.user), timezone.now()
        chosen = request.GET.get("days", "")
        self.days = int(chosen) if chosen in map(str, PERIODS) else PERIODS[0]
        self.measure = request.GET.get("measure", "")
        self.span = Compared.last(self.days, self.now, timezone.get_current_timezone())
        self.may: Callable[[str], bool] = request.user.has_perm

    @cached_property
    def due(self) -> dict[str, DueTasks] | None:
        """The due tasks by province. None if the user may not view tasks; so with all that follow."""
        return due_by_province(self.now) if self.may("followups.view_followuptask") else None

    @property
    def due_in_all(self) -> DueTasks:
        """The due tasks of all provinces."""
        whole = DueTasks()
        for some in (self.due or {}).values():
            whole = whole.plus(some)
        return whole

    @cached_property
    def sla(self) -> SlaByDay | None:
        """How many tasks are done in time."""
        return sla_by_day(self.span, self.now) if self.may("followups.view_sla") else None

    @cached_property
    def first_steps(self) -> FirstStepsByDay | None:
        """How late the first steps of ladders are."""
        return first_steps_by_day(self.span, self.now) if self.may("followups.view_sla") else None

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
        return caps_used(self.now) if self.may("governance.view_riskpolicy") else None

    @cached_property
    def waiting(self) -> list[figures.WaitingCount]:
        """What waits for somebody, and the buyers of the provinces if the map shows them."""
        return figures.waiting(
            self.now,
            self.span,
            inbox=self.may("followups.view_inboxitem"),
            work=self.may("django_tasks_database.view_dbtaskresult"),
            imports=[permission for permission in figures.IMPORTS if self.may(permission)],
            liquidity=self.measure == "liquidity" and self.may("buyers.view_buyerliquiditynode"),
        )
