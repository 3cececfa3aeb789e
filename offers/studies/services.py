"""Verbs of ratio studies."""

from datetime import date

from django.db import transaction
from django.utils import timezone

from governance.decisions import ExecutionClass, verb
from offers.studies.estimates import of_evidence, of_sales, sales_of
from offers.studies.models import RatioStudy
from offers.studies.ratios import RANGES, by_decile, groups, histogram
from wholesale.plumbing.act import Act
from wholesale.plumbing.vocabulary import NOTE_MAX_LENGTH

MOST, MOST_MAX = 2_000, 20_000
AT_ONCE = 100  # sales; the worker estimates more


@verb(ExecutionClass.RECORD)
@transaction.atomic
def begin_study(
    *,
    province: str = "",
    market: str = "",
    since: date | None = None,
    until: date | None = None,
    most: int = MOST,
    act: Act,
) -> RatioStudy:
    """Store a study that waits to be carried out."""
    return RatioStudy.objects.create(province=province, market=market, since=since, until=until, most=most, **act.signature)


def is_large(study: RatioStudy) -> bool:
    """Whether the study is left to the worker."""
    return sales_of(study).count() > AT_ONCE


@verb(ExecutionClass.RECORD)
def carry_out(study_id: int) -> RatioStudy:
    """Estimate the sales of a waiting study, and store its figures. A study that does not wait is left alone.

    It runs in no transaction of its own, since it may take minutes; the priors that it fits stay.
    """
    study = RatioStudy.objects.get(pk=study_id)
    if study.state != RatioStudy.State.WAITING:
        return study
    act = Act(study.actor, study.user, "", study.correlation_id)
    sales, evidence = list(of_sales(study, act)), list(of_evidence(study))
    study.results = {
        "ranges": {name: list(bounds) for name, bounds in RANGES.items()},
        "sales": groups(sales),
        "evidence": groups(evidence) if evidence else [],
        "histogram": histogram(sales),
        "deciles": by_decile(sales),
    }
    study.state, study.finished_at = RatioStudy.State.DONE, timezone.now()
    study.save(update_fields=["results", "state", "finished_at"])
    return study


def give_up(what_happened: str, study_id: int) -> None:
    """Mark a study as failed because its task failed."""
    waiting = RatioStudy.objects.filter(pk=study_id, state=RatioStudy.State.WAITING)
    waiting.update(state=RatioStudy.State.FAILED, failure=what_happened[:NOTE_MAX_LENGTH], finished_at=timezone.now())
