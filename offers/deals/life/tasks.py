"""Background work of offers, safe to do twice."""

from django_tasks import task

from offers.deals.life import services
from wholesale.plumbing.act import Act
from wholesale.plumbing.correlation import correlated
from wholesale.plumbing.work import periodic
from wholesale.plumbing.work.queues import Queue


@task(queue_name=Queue.PERIODIC)
def expire_offers() -> None:
    """Let offers expire, and tell the outcomes that were waited for in vain. Runs every ten minutes."""
    with correlated():
        services.expire_offers(act=Act())


def register() -> None:
    """Register the periodic job."""
    periodic.every("*/10 * * * *", expire_offers)
