"""The steps of a ladder template on a line by their delay, on its page and while it is edited."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from followups.ladders.templates.guide_steps import GUIDE_STEPS
from followups.ladders.templates.steps import STEPS_MAX
from followups.ladders.templates.timeline import FIRST, LAST, placed, timeline
from followups.models import LadderTemplate
from governance.channels import Channel
from governance.gate.rules import hours_of
from governance.market.models import MarketPolicy
from governance.market.rules import SAFE_RULES
from governance.policies import upsert
from tests.staff import form_with, signed_in
from wholesale.plumbing.act import Act
from wholesale.plumbing.models import UserSettings

NOWHERE = dict.fromkeys(Channel.values, "never")


def template() -> LadderTemplate:
    return LadderTemplate.objects.get(province="ON", market="ALL", kind="STANDARD")


def page(name: str = "change") -> str:
    return reverse(f"admin:followups_laddertemplate_{name}", args=[template().pk] if name == "change" else [])


# The line ---------------------------------------------------------------------------------------------------------------


def test_the_guides_steps_lie_apart_in_their_order() -> None:
    places = placed([step["delay_minutes"] for step in GUIDE_STEPS])

    assert (places[0], places[-1]) == (FIRST, LAST)
    assert all(right - left >= 8 for left, right in pairwise(places))


@pytest.mark.parametrize(
    "delays", [[0], [60], [0, 0, 0], [5, 5, 525_600], [0, 525_599, 525_600], list(range(STEPS_MAX)), [525_600] * STEPS_MAX]
)
def test_points_never_lie_on_each_other_nor_beside_the_line(delays: list[int]) -> None:
    places = placed(delays)

    assert all(FIRST - 0.01 <= place <= LAST + 0.01 for place in places)
    assert all(right - left > 4.8 for left, right in pairwise(places))


def test_a_longer_delay_lies_further_to_the_right() -> None:
    before, after = placed([0, 60, 10_080]), placed([0, 1440, 10_080])
    assert after[1] > before[1]


def test_the_line_says_what_each_step_is() -> None:
    line = timeline(GUIDE_STEPS, {**NOWHERE, "CALL": "Mon 09:00-20:00"})

    second = line.points[1]
    assert (second.number, second.channel, second.delay, second.hours) == (2, "Call", "after 30 minutes", "Mon 09:00-20:00")
    assert (second.english, second.french) == (GUIDE_STEPS[1]["script_en"], GUIDE_STEPS[1]["script_fr"])
    assert [mark.label for mark in line.marks] == ["1 hour", "1 day"]
    assert line.points[0].delay == "at once"


# When a step may be done, in words -------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_hours_of_a_channel_are_those_of_the_policy_in_force() -> None:
    own = {"CALL": [{"days": [0], "start": "09:00", "end": "12:00"}]}
    rules = SAFE_RULES | {"channel_windows": own, "channels_allowed": ["SMS", "CALL"]}
    upsert(MarketPolicy, province="ON", market="WINDSOR", enabled=True, rules=rules, act=Act("test"))

    hours = hours_of("ON", "WINDSOR")
    assert hours["SMS"] == "Mon-Fri 9:00\xa0a.m.\xa0to\xa08:00\xa0p.m., Sat 10:00\xa0a.m.\xa0to\xa06:00\xa0p.m."
    assert hours["CALL"].startswith(
        "Mon 9:00\xa0a.m.\xa0to\xa012:00\xa0p.m. (by law from 9:00\xa0a.m. until before 9:30\xa0p.m., at weekends"
    )
    assert hours["EMAIL"] == "never: the market policy does not allow this channel"
    assert hours_of("ON", "LONDON") == hours_of("ON", "ALL")

    upsert(MarketPolicy, province="ON", market="WINDSOR", enabled=False, act=Act("test"))
    assert set(hours_of("ON", "WINDSOR").values()) == {"never: the market policy is off"}
    MarketPolicy.objects.filter(province="ON").delete()
    assert set(hours_of("ON", "LONDON").values()) == {"never: the place has no market policy"}


# The page ---------------------------------------------------------------------------------------------------------------


@pytest.fixture
def operator(user_of: Callable[..., User]) -> Client:
    return signed_in(user_of("operator"))


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["operator", "auditor"])
def test_the_page_shows_the_line_to_who_edits_and_to_who_reads(role: str, user_of: Callable[..., User]) -> None:
    shown = signed_in(user_of(role)).get(page()).content.decode()

    assert shown.count('class="line-step"') == 6
    assert shown.count("<circle") == 6
    assert "after 30 minutes" in shown
    assert "Mon-Fri 9:00\xa0a.m.\xa0to\xa08:00\xa0p.m., Sat 10:00\xa0a.m.\xa0to\xa06:00\xa0p.m." in shown
    assert ("<details open>" in shown) is (role == "auditor")
    for step in GUIDE_STEPS:
        assert step["script_fr"].split("'")[0] in shown


@pytest.mark.django_db
def test_another_delay_moves_the_point(operator: Client) -> None:
    form: dict[str, Any] = form_with(operator.get(page()), "steps-TOTAL_FORMS")

    before = operator.post(page("timeline"), form)
    after = operator.post(page("timeline"), form | {"steps-1-amount": "2", "steps-1-unit": "60"})

    moved = [answer.context["timeline"].points for answer in (before, after)]
    assert moved[1][1].x > moved[0][1].x
    assert (moved[0][1].delay, moved[1][1].delay) == ("after 30 minutes", "after 2 hours")
    assert template().version == 1


@pytest.mark.django_db
def test_while_a_row_is_half_typed_the_line_stays(operator: Client) -> None:
    form: dict[str, Any] = form_with(operator.get(page()), "steps-TOTAL_FORMS")

    assert operator.post(page("timeline"), form | {"steps-1-amount": ""}).status_code == 204
    new = operator.post(page("timeline"), form | {"province": ""})
    assert new.context["timeline"].points[0].hours == "choose a province"


@pytest.mark.django_db
def test_only_who_edits_asks_for_a_line(operator: Client, user_of: Callable[..., User]) -> None:
    assert operator.get(page("timeline")).status_code == 405
    assert signed_in(user_of("auditor")).post(page("timeline"), {}).status_code == 403


@pytest.mark.django_db
def test_the_steps_are_edited_in_french_too(user_of: Callable[..., User]) -> None:
    user = user_of("operator")
    UserSettings.objects.create(user=user, language="fr", zone="America/Toronto")
    shown = signed_in(user).get(page()).content.decode()
    assert "Étapes" in shown
    assert 'name="steps-0-amount"' in shown
