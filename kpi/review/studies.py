"""The ratio study of the week: of the sales of the last five weeks, since sales are reported late."""

from datetime import timedelta

from kpi.review.rules import WEEKS_BEFORE, last_friday
from kpi.review.services import LATE_AT_MOST, zone
from offers.comps.models import Sale
from offers.studies import services, tasks
from offers.studies.models import RatioStudy
from wholesale.plumbing.act import Act

BEFORE_REVIEW = timedelta(hours=4)  # for the worker, so that the review can show it
SOLD_WITHIN = timedelta(weeks=1 + WEEKS_BEFORE)


def begin_weekly(*, act: Act) -> RatioStudy | None:
    """Begin the study of the week, from Friday noon on, unless it has begun, or no sale of its days is known."""
    began = last_friday(act.now + BEFORE_REVIEW, zone()) - BEFORE_REVIEW
    until = began.astimezone(zone()).date()
    since = until - SOLD_WITHIN
    has_sales = Sale.objects.filter(sold_on__gte=since, sold_on__lte=until).exists()
    has_begun = RatioStudy.objects.filter(province="", market="", actor=act.actor, until=until).exists()
    if has_begun or not has_sales or act.now - began > LATE_AT_MOST:
        return None
    study = services.begin_study(since=since, until=until, act=act)
    tasks.carry_out.enqueue(study.pk)
    return study
