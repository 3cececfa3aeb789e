"""Background work of liquidity, safe to do twice."""

from django_tasks import task

from buyers.liquidity import deals, fitting
from wholesale.plumbing.act import Act
from wholesale.plumbing.correlation import correlated
from wholesale.plumbing.work import periodic
from wholesale.plumbing.work.queues import Queue


@task(queue_name=Queue.PERIODIC)
def record_silence() -> None:
    """Record that buyers stayed silent about deals. Runs every ten minutes."""
    with correlated():
        deals.record_silence(act=Act())


@task(queue_name=Queue.PERIODIC)
def fit_priors() -> None:
    """Fit the priors of the rates to what was heard. Runs every night."""
    with correlated():
        fitting.fit_priors(act=Act())


def register() -> None:
    """Register the periodic jobs."""
    periodic.every("*/10 * * * *", record_silence)
    periodic.every("17 5 * * *", fit_priors)
