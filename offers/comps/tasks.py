"""Background work of comps, safe to do twice."""

from django_tasks import task

from offers.comps import priors
from wholesale.plumbing.act import Act
from wholesale.plumbing.correlation import correlated
from wholesale.plumbing.work import periodic
from wholesale.plumbing.work.queues import Queue


@task(queue_name=Queue.PERIODIC)
def fit_market_priors() -> None:
    """Fit the priors of markets whose newest is a quarter old. Runs every night."""
    with correlated():
        priors.fit_market_priors(act=Act())


def register() -> None:
    """Register the periodic job."""
    periodic.every("27 5 * * *", fit_market_priors)
