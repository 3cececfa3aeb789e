"""The weekly work of the Friday review. It may safely run twice."""

from django_tasks import task

from kpi.review import services, studies
from wholesale.plumbing.act import Act
from wholesale.plumbing.correlation import correlated
from wholesale.plumbing.work import periodic
from wholesale.plumbing.work.queues import Queue

ACTOR = "friday_review"


@task(queue_name=Queue.PERIODIC)
def review_the_week() -> None:
    """Begin the week's ratio study from Friday noon on, and keep and mail its review from 16:00 on, once each."""
    with correlated():
        studies.begin_weekly(act=Act(ACTOR))
        services.keep_review(act=Act(ACTOR))


def register() -> None:
    """Register the job. It runs each half hour, since it depends on the organisation's zone when Friday 16:00 is, and so
    that a review is made up for when no worker ran then."""
    periodic.every("*/30 * * * *", review_the_week)
