"""What a review says of a week: per province, against the four weeks before."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from pytest_django import Settings

from kpi.models import KPIEvent
from kpi.review import reading
from kpi.review.rendering import as_html, as_markdown, sections
from kpi.review.services import friday_review, span_of
from offers.deals.life.states import State
from offers.studies.models import RatioStudy
from tests.factories import (
    NOON,
    KpiFactory,
    OfferEventFactory,
    OfferFactory,
    RatioStudyFactory,
    RegressionPolicyFactory,
    RiskDayFactory,
    RiskPolicyFactory,
    SentOfferFactory,
    TaskFactory,
    TriggerFactory,
)
from tests.query_counts import queries
from wholesale.plumbing.vocabulary import Province

pytestmark = pytest.mark.django_db

DAY, WEEK = timedelta(days=1), timedelta(days=7)
UNTIL = NOON + 3 * DAY
SINCE = UNTIL - WEEK
BEFORE = SINCE - 4 * WEEK
MOMENT = timedelta(microseconds=1)


def review(until: datetime = UNTIL, now: datetime = UNTIL) -> dict[str, Any]:
    return friday_review(until=until, now=now)


def place(province: str | None, found: dict[str, Any] | None = None) -> dict[str, Any]:
    (one,) = [one for one in (found or review())["places"] if one["province"] == province]
    return one


def told(metric: str, outcomes: list[bool], **values: Any) -> None:
    """Record one KPI event for each outcome, in Ontario and in the week unless the values differ."""
    values = {"province": "ON", "occurred_at": UNTIL - DAY, **values}
    KPIEvent.objects.bulk_create([KpiFactory.build(metric=metric, success=one, **values) for one in outcomes])


# The week ----------------------------------------------------------------------------------------------------------------


def test_the_week_ends_now_unless_another_end_is_given() -> None:
    assert friday_review(now=NOON)["until"] == "2026-12-15T18:00:00Z"
    found = review()
    assert (found["since"], found["before"]) == ("2026-12-11T18:00:00Z", "2026-11-13T18:00:00Z")


def test_weeks_are_counted_by_the_clock_of_the_business_zone(settings: Settings) -> None:
    settings.RISK_BUSINESS_ZONE = "America/Toronto"
    found = review(until=datetime(2026, 11, 6, 21, tzinfo=UTC))
    assert (found["zone"], found["since"]) == ("America/Toronto", "2026-10-30T20:00:00Z")  # before the clock went back


def test_the_places_are_all_of_canada_and_each_province() -> None:
    assert [one["province"] for one in review()["places"]] == [None, *Province.values]


# Rates -------------------------------------------------------------------------------------------------------------------


def test_the_rates_of_the_week_stand_beside_those_of_the_four_weeks_before() -> None:
    told("offer_accept_rate", [True] * 3 + [False] * 7)
    told("offer_accept_rate", [True] * 34 + [False] * 66, occurred_at=SINCE - DAY)
    told("contract_rate", [True, False])
    ontario = place("ON")
    assert ontario["acceptance"]["week"] == {"successes": 3, "trials": 10, "rate": 0.3, "low": 0.1078, "high": 0.6032}
    assert ontario["acceptance"]["before"]["trials"] == 100
    assert ontario["acceptance"]["change"]["difference"] == -0.04
    assert ontario["contracts"]["week"]["trials"] == 2
    assert ontario["contracts"]["change"] is None


def test_a_span_has_its_beginning_and_not_its_end() -> None:
    for at in (BEFORE - MOMENT, BEFORE, SINCE - MOMENT, SINCE, UNTIL - MOMENT, UNTIL):
        told("contract_rate", [True], occurred_at=at)
    rate = place("ON")["contracts"]
    assert (rate["before"]["trials"], rate["week"]["trials"]) == (2, 2)


def test_all_of_canada_is_the_sum_with_what_names_no_province() -> None:
    told("contract_rate", [True])
    told("contract_rate", [False], province="QC")
    told("contract_rate", [True], province=None)
    week = {name: place(name)["contracts"]["week"] for name in (None, "ON", "QC", "BC")}
    assert {name: (one["successes"], one["trials"]) for name, one in week.items()} == {
        None: (2, 3),
        "ON": (1, 1),
        "QC": (0, 1),
        "BC": (0, 0),
    }


def test_walkthroughs_and_other_domains_are_left_out() -> None:
    told("contract_rate", [True], correlation_id="walkthrough-1")
    told("contract_rate", [True], domain="LAB")
    SentOfferFactory.create(sent_at=UNTIL - DAY, correlation_id="walkthrough-1", drafted_at=UNTIL - DAY)
    found = place(None)
    assert (found["contracts"]["week"]["trials"], found["offers_sent"]["week"], found["states"]) == (0, 0, [])


def test_contacts_outside_the_rules_are_counted() -> None:
    told("contact_outside_rules", [False] * 2)
    told("contact_outside_rules", [False], occurred_at=BEFORE)
    assert place("ON")["contacts_outside_rules"] == {"week": 2, "before": 1}
    assert place("QC")["contacts_outside_rules"] == {"week": 0, "before": 0}


# Offers ------------------------------------------------------------------------------------------------------------------


def test_offers_count_once_when_they_were_sent() -> None:
    for at in (SINCE, UNTIL - MOMENT, UNTIL, BEFORE, BEFORE - MOMENT):
        SentOfferFactory.create(sent_at=at)
    OfferFactory.create()
    SentOfferFactory.create(sent_at=SINCE, evidence__province="QC")
    found = review()
    assert place("ON", found)["offers_sent"] == {"week": 2, "before": 1}
    assert place(None, found)["offers_sent"] == {"week": 3, "before": 1}


def test_days_in_a_state_are_of_the_offers_that_left_it_and_of_those_that_stand_in_it() -> None:
    for days in (1, 2, 6):
        offer = SentOfferFactory.create(drafted_at=SINCE - days * DAY, state=State.REJECTED, state_since=SINCE + DAY)
        OfferEventFactory.create(offer=offer, at=SINCE)
        OfferEventFactory.create(offer=offer, seq=2, from_state="SENT", to_state="REJECTED", at=SINCE + DAY * days / 2)
    waiting = SentOfferFactory.create(drafted_at=SINCE - 9 * DAY, state_since=UNTIL - 8 * DAY)
    OfferEventFactory.create(offer=waiting, at=UNTIL - 8 * DAY)
    OfferFactory.create(drafted_at=UNTIL - 3 * DAY)
    assert place("ON")["states"] == [
        {"state": "DRAFT", "left": 3, "left_after_days": 2.0, "standing": 1, "standing_for_days": 3.0},
        {"state": "SENT", "left": 3, "left_after_days": 1.0, "standing": 1, "standing_for_days": 8.0},
    ]
    assert place("QC")["states"] == []


def test_an_offer_that_has_moved_since_stood_where_it_was_then() -> None:
    offer = SentOfferFactory.create(drafted_at=SINCE, state=State.REJECTED, state_since=UNTIL)
    OfferEventFactory.create(offer=offer, at=SINCE)
    OfferEventFactory.create(offer=offer, seq=2, from_state="SENT", to_state="REJECTED", at=UNTIL)
    (row,) = [row for row in place("ON", review(now=UNTIL + DAY))["states"] if row["state"] == "SENT"]
    assert (row["left"], row["standing"], row["standing_for_days"]) == (0, 1, 7.0)
    later = place("ON", review(until=UNTIL + WEEK, now=UNTIL + WEEK))["states"]
    assert [(row["state"], row["left"], row["standing"]) for row in later] == [("SENT", 1, 0)]


def test_at_stake_is_what_is_reserved_for_open_offers() -> None:
    for amount in ("0.10", "0.20"):
        offer = SentOfferFactory.create(drafted_at=SINCE, reservation__amount=Decimal(amount))
        OfferEventFactory.create(offer=offer, at=SINCE)
    OfferFactory.create(drafted_at=SINCE)
    found = review()
    assert (place("ON", found)["at_stake"], place(None, found)["at_stake"], place("QC", found)["at_stake"]) == (0.3, 0.3, 0)


# The other figures -------------------------------------------------------------------------------------------------------


def test_the_sla_is_of_the_tasks_that_fell_due_in_the_week() -> None:
    TaskFactory.create(due_at=UNTIL - DAY, completed_at=UNTIL - DAY + timedelta(minutes=10))
    TaskFactory.create(due_at=UNTIL - WEEK - MOMENT)
    found = review()
    assert place(None, found)["sla"]["count"] == place("ON", found)["sla"]["count"] == 1
    assert (place("ON", found)["sla"]["within_30m"], place("ON", found)["sla"]["p50"]) == (1.0, 10.0)
    assert place("QC", found)["sla"] == {
        **dict.fromkeys(("count", "completed", "open_overdue"), 0),
        **dict.fromkeys(("p50", "p90", "within_30m", "within_2h")),
    }


def test_tripwires_stand_with_the_place_that_they_watch() -> None:
    policy = RegressionPolicyFactory.create(metric="offer_accept_rate", province="ON", enabled=True)
    quiet = RegressionPolicyFactory.create(metric="lab_rate")
    TriggerFactory.create(policy=policy, created_at=SINCE)
    TriggerFactory.create(policy=policy, created_at=SINCE - MOMENT, undone_at=NOON)
    TriggerFactory.create(policy=quiet, created_at=SINCE - MOMENT, undone_at=NOON)
    found = review()
    assert place(None, found)["tripwires"] == []
    (row,) = place("ON", found)["tripwires"]
    assert (row["metric"], row["enabled"], row["went_off"], row["waiting"]) == ("offer_accept_rate", True, 1, 1)


def test_risk_used_is_that_of_the_business_days_of_the_week() -> None:
    RiskPolicyFactory.create(engine="LAB", max_open_risk=Decimal(500))
    last = UNTIL.date()
    for day, amount in ((last, "0.10"), (last - 6 * DAY, "0.20"), (last - 7 * DAY, "5")):
        RiskDayFactory.create(
            engine="LAB", day=day, exposure_used=Decimal(amount), open_risk_reserved=Decimal(amount), actions_count=2
        )
    RiskDayFactory.create(engine="LAB", day=last - 3 * DAY, exposure_used=7, realized_loss=Decimal("1.50"), actions_count=1)
    risk = review()["risk"]
    assert risk[0]["engine"] == "GLOBAL"
    (lab,) = [row for row in risk if row["engine"] == "LAB"]
    assert lab == {
        "engine": "LAB",
        "enabled": True,
        "exposure_used": 7.3,
        "realized_loss": 1.5,
        "actions": 5,
        "open_risk": 5.3,
        "max_open_risk": 500,
    }


def test_the_ratio_study_is_the_newest_of_all_places_done_in_the_week() -> None:
    group = {"group": "all", "n": 3, **dict.fromkeys(("median_ratio", "cod", "prd", "prb", "median_error", "coverage"))}
    results = {"sales": [{**group, "within_10": 0.5, "within_20": 1.0}], "evidence": []}
    done = {"state": RatioStudy.State.DONE, "results": results}
    assert review()["ratio_study"] is None
    study = RatioStudyFactory.create(**done, finished_at=SINCE)
    RatioStudyFactory.create(**done, finished_at=UNTIL)
    RatioStudyFactory.create(**done, finished_at=SINCE, province="ON")
    RatioStudyFactory.create()
    found = review()
    assert found["ratio_study"] == {"id": study.pk, "since": None, "until": None, **results}
    assert f"Study {study.pk}, sold from the first to the last." in as_markdown(found)


# Pages -------------------------------------------------------------------------------------------------------------------


def rows(title: str) -> list[list[str]]:
    (section,) = [section for section in sections(review()) if section.title == title]
    return list(section.table.texts()) if section.table else []


def test_provinces_where_nothing_happened_are_named_once() -> None:
    told("contact_outside_rules", [False])
    assert [row[0] for row in rows("Offers sent")] == ["All of Canada", "Ontario"]
    page = as_markdown(review())
    assert "Nothing in Alberta, British Columbia, Manitoba" in page
    assert page.count("Quebec") == 1


def test_a_rate_is_shown_with_its_interval_and_says_if_it_fell() -> None:
    told("offer_accept_rate", [True] * 10 + [False] * 90)
    told("offer_accept_rate", [True] * 300 + [False] * 700, occurred_at=SINCE - DAY)
    (ontario,) = [row for row in rows("Offers accepted") if row[0] == "Ontario"]
    assert ontario[1:] == ["10%", "100", "6% to 17%", "30%", "1,000", "27% to 33%", "-20", "-25 to -12", "lower"]


def test_a_note_with_bars_and_lines_stays_in_its_cell() -> None:
    engine = RiskPolicyFactory.create(engine="LAB").engine
    found = review()
    for row in found["risk"]:
        if row["engine"] == engine:
            row["engine"] = "A|B\nC<b>"
    assert "| A/B C<b> |" in as_markdown(found)
    assert "A|B\nC&lt;b&gt;" in as_html(found)


# Queries -----------------------------------------------------------------------------------------------------------------


def a_week_in(province: str) -> None:
    told("contract_rate", [True], province=province)
    told("contact_outside_rules", [False], province=province)
    offer = SentOfferFactory.create(evidence__province=province, drafted_at=SINCE, sent_at=SINCE)
    OfferEventFactory.create(offer=offer, at=SINCE)
    TaskFactory.create(due_at=UNTIL - DAY, ladder__province=province)
    TriggerFactory.create(policy__province=province, created_at=SINCE)


def test_the_queries_do_not_grow_with_provinces(django_assert_num_queries: Callable[..., Any]) -> None:
    a_week_in("ON")
    with django_assert_num_queries(queries("the Friday review")):
        review()
    for province in ("QC", "BC", "NS"):
        a_week_in(province)
    with django_assert_num_queries(queries("the Friday review")):
        found = review()
    assert [one["province"] for one in found["places"] if one["offers_sent"]["week"]] == [None, "BC", "NS", "ON", "QC"]


def test_the_span_of_a_review() -> None:
    assert span_of(UNTIL) == reading.Span(BEFORE, SINCE, UNTIL)
