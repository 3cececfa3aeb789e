"""Background tasks of KPI. Running a task twice does no harm."""

from django_tasks import task

from kpi.tripwire import evaluations
from kpi.tripwire.errors import PolicyNotFound
from kpi.tripwire.triggers import ACTOR
from wholesale.plumbing.act import Act
from wholesale.plumbing.work import periodic
from wholesale.plumbing.work.queues import Queue


@task(queue_name=Queue.PERIODIC)
def evaluate_tripwires() -> None:
    """Evaluate every enabled regression policy. It runs daily."""
    for _ in evaluations.evaluate_all(act=Act(ACTOR)):
        pass


@task(queue_name=Queue.PERIODIC)
def evaluate_tripwire(domain: str, metric: str, province: str | None = None) -> None:
    """Evaluate one metric, in a province or in all of Canada, after new events. Without a policy nothing happens."""
    try:
        evaluations.evaluate(domain=domain, metric=metric, province=province, act=Act(ACTOR))
    except PolicyNotFound:
        return


def register() -> None:
    """Register the daily job `evaluate_tripwires`, at a time after midnight in every zone of Canada."""
    periodic.every("30 10 * * *", evaluate_tripwires)
