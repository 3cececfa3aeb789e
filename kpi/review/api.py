"""`/api/kpi/friday-review`: the week's figures, as JSON, markdown or HTML."""

from typing import Any

from django.http import HttpResponse
from rest_framework import serializers
from rest_framework.request import Request

from kpi.review.rendering import as_html, as_markdown
from kpi.review.services import friday_review
from wholesale.plumbing.api import ApiViewSet, ask
from wholesale.plumbing.fields import (
    AwareDateTimeField,
    DayField,
    IdField,
    MoneyField,
    RateField,
    SpelledChoiceField,
    StrictDecimalField,
    StrictIntegerField,
)
from wholesale.plumbing.params import Params
from wholesale.plumbing.rendering import AnyAccept, Response

_PAGES = {"markdown": (as_markdown, "text/markdown"), "html": (as_html, "text/html")}


class ReviewParams(Params):
    """The week to review, and as what."""

    until = AwareDateTimeField(required=False, help_text="the end of the week; default: now")
    format = SpelledChoiceField(
        required=False, default="json", choices=[(name, name) for name in ("json", *_PAGES)], help_text="default: json"
    )


class WeekCountsOut(serializers.Serializer[Any]):
    """How often something happened in the week, and in the four weeks before it."""

    week = StrictIntegerField()
    before = StrictIntegerField()


class ShareOut(serializers.Serializer[Any]):
    """A rate with its 95% interval by Wilson, as fractions; null without trials."""

    successes = StrictIntegerField()
    trials = StrictIntegerField()
    rate = RateField(allow_null=True)
    low = RateField(allow_null=True)
    high = RateField(allow_null=True)


class ChangeOut(serializers.Serializer[Any]):
    """How much a rate is above the earlier one, with its 95% interval by Newcombe. -0.1 is ten points lower."""

    difference = StrictDecimalField(max_digits=5, decimal_places=4)
    low = StrictDecimalField(max_digits=5, decimal_places=4)
    high = StrictDecimalField(max_digits=5, decimal_places=4)


class WeekRateOut(serializers.Serializer[Any]):
    """A rate of the week, that of the four weeks before it, and the change, which is null if either has no trials."""

    week = ShareOut()
    before = ShareOut()
    change = ChangeOut(allow_null=True)


class StayOut(serializers.Serializer[Any]):
    """How long offers were in a state: those that left it in the week, and those that stood in it at the week's end."""

    state = serializers.CharField()
    left = StrictIntegerField(help_text="offers that left it in the week")
    left_after_days = StrictDecimalField(max_digits=9, decimal_places=2, allow_null=True, help_text="median")
    standing = StrictIntegerField(help_text="offers that stood in it at the week's end")
    standing_for_days = StrictDecimalField(max_digits=9, decimal_places=2, allow_null=True, help_text="median, until then")


class WeekSlaOut(serializers.Serializer[Any]):
    """How late the tasks are that fell due in the week, as the SLA report counts them, in permitted minutes."""

    count = StrictIntegerField()
    completed = StrictIntegerField()
    open_overdue = StrictIntegerField()
    p50 = StrictDecimalField(max_digits=12, decimal_places=2, allow_null=True, help_text="minutes late")
    p90 = StrictDecimalField(max_digits=12, decimal_places=2, allow_null=True)
    within_30m = serializers.FloatField(allow_null=True)
    within_2h = serializers.FloatField(allow_null=True)


class WeekTripwireOut(serializers.Serializer[Any]):
    """A tripwire that is on, that waits for somebody, or that went off in the week."""

    domain = serializers.CharField()
    metric = serializers.CharField()
    enabled = serializers.BooleanField()
    triggered = serializers.BooleanField()
    amber = serializers.BooleanField()
    note = serializers.CharField(allow_blank=True)
    baseline = StrictDecimalField(max_digits=20, decimal_places=6, allow_null=True)
    current = StrictDecimalField(max_digits=20, decimal_places=6, allow_null=True)
    went_off = StrictIntegerField(help_text="times in the week")
    waiting = StrictIntegerField(help_text="triggers that are not undone, at most 10")


class PlaceReviewOut(serializers.Serializer[Any]):
    """The week of one province, or of all of Canada."""

    province = serializers.CharField(allow_null=True, help_text="null: all of Canada")
    offers_sent = WeekCountsOut()
    acceptance = WeekRateOut(help_text="offer_accept_rate: offers whose final answer came in the span")
    contracts = WeekRateOut(help_text="contract_rate")
    contacts_outside_rules = WeekCountsOut()
    states = StayOut(many=True)
    at_stake = MoneyField(help_text="CAD reserved for its offers that stood open at the week's end")
    sla = WeekSlaOut()
    tripwires = WeekTripwireOut(many=True, help_text="those that watch this place")


class RiskUsedOut(serializers.Serializer[Any]):
    """What an engine put at stake and lost on the business days of the week, and what it has at stake now. CAD."""

    engine = serializers.CharField()
    enabled = serializers.BooleanField()
    exposure_used = MoneyField(help_text="reserved")
    realized_loss = MoneyField()
    actions = StrictIntegerField(help_text="reservations")
    open_risk = MoneyField(help_text="at stake now")
    max_open_risk = MoneyField(help_text="the cap on it; 0: none")


class RatioGroupOut(serializers.Serializer[Any]):
    """The measures of a ratio study for one group of sales; null where there are too few."""

    group = serializers.CharField(help_text="all, a place, or a third by price")
    n = StrictIntegerField()
    median_ratio = StrictDecimalField(max_digits=12, decimal_places=4, allow_null=True)
    cod = StrictDecimalField(max_digits=12, decimal_places=4, allow_null=True)
    prd = StrictDecimalField(max_digits=12, decimal_places=4, allow_null=True)
    prb = StrictDecimalField(max_digits=12, decimal_places=4, allow_null=True)
    median_error = StrictDecimalField(max_digits=12, decimal_places=4, allow_null=True)
    within_10 = RateField(allow_null=True)
    within_20 = RateField(allow_null=True)
    coverage = RateField(allow_null=True, help_text="prices within the 80% interval")


class WeekStudyOut(serializers.Serializer[Any]):
    """The newest ratio study of all places that was done in the week."""

    id = IdField()
    since = DayField(allow_null=True, help_text="sold on or after")
    until = DayField(allow_null=True, help_text="sold on or before")
    sales = RatioGroupOut(many=True)
    evidence = RatioGroupOut(many=True, help_text="offers whose house was sold later")


class FridayReviewOut(serializers.Serializer[Any]):
    """The review of a week."""

    generated_at = AwareDateTimeField()
    zone = serializers.CharField(help_text="by whose clock weeks are counted")
    before = AwareDateTimeField(help_text="the beginning of the four weeks before the week")
    since = AwareDateTimeField()
    until = AwareDateTimeField()
    places = PlaceReviewOut(many=True, help_text="all of Canada, then each province")
    risk = RiskUsedOut(many=True)
    ratio_study = WeekStudyOut(allow_null=True)


class FridayReviewViewSet(ApiViewSet):
    """The endpoint of the Friday review."""

    permissions = {"friday_review": "kpi.view_fridayreview"}

    @ask(
        "friday-review",
        ReviewParams,
        {200: FridayReviewOut, (200, "text/markdown"): str, (200, "text/html"): str},
        view_options={"content_negotiation_class": AnyAccept},
    )
    def friday_review(self, request: Request, format: str, **week: Any) -> HttpResponse:
        """Review a week for each province: offers, rates, days in each state, the SLA, tripwires, risk and ratios."""
        review = friday_review(**week)
        if format not in _PAGES:
            return Response(review)
        made, content_type = _PAGES[format]
        return HttpResponse(made(review), content_type=f"{content_type}; charset=utf-8")
