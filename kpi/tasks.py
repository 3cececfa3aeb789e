"""Background tasks of KPI, each safe to do twice."""

from django_tasks import task

from kpi.tripwire import evaluations
from kpi.tripwire.errors import PolicyNotFound
from kpi.tripwire.triggers import ACTOR
from wholesale.plumbing.act import Act
from wholesale.plumbing.work import periodic
from wholesale.plumbing.work.queues import Queue


@task(queue_name=Queue.PERIODIC)
def evaluate_tripwires() -> None:
    """The daily run: every enabled policy."""
    for _ in evaluations.evaluate_all(act=Act(ACTOR)):
        pass


@task(queue_name=Queue.PERIODIC)
def evaluate_tripwire(domain: str, metric: str) -> None:
    """One metric, whose events have arrived. A metric that nobody watches any more is none."""
    try:
        evaluations.evaluate(domain=domain, metric=metric, act=Act(ACTOR))
    except PolicyNotFound:
        return


def register() -> None:
    """Say when: after midnight in every zone of the country."""
    periodic.every("30 10 * * *", evaluate_tripwires)
