"""Zones of markets: the verbs, the gate that obeys them, and their pages in the admin."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.admin.models import DELETION, LogEntry
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from governance import gate
from governance.clocks.models import MarketZone
from governance.clocks.services import MarketZoneNotFound, remove_market_zone, set_market_zone
from tests.factories import NOON
from tests.staff import form_with, signed_in
from wholesale.plumbing.act import Act

pytestmark = pytest.mark.django_db

LIST = "/admin/governance/marketzone/"
ADD = "/admin/governance/marketzone/add/"
DRYDEN: dict[str, Any] = {"province": "ON", "market": "DRYDEN", "zone": "America/Winnipeg"}


@pytest.fixture
def ops(user_of: Callable[..., User]) -> Client:
    """A browser of the operator `ops`."""
    return signed_in(user_of("operator", username="ops"))


@pytest.fixture
def kenora() -> MarketZone:
    return MarketZone.objects.get(province="ON", market="KENORA")


def page_of(row: MarketZone) -> str:
    return reverse("admin:governance_marketzone_change", args=[row.pk])


def zones_of(market: str) -> list[str]:
    return [zone.key for zone in gate.decide_contact("ON", market, "SMS").zones.zones]


# Verbs ------------------------------------------------------------------------------------------------------------------


def test_a_new_zone_of_a_market_is_obeyed_at_once() -> None:
    assert len(zones_of("DRYDEN")) == 3
    made = set_market_zone(act=Act("bryan", reason="west of 90", at=NOON), **{**DRYDEN, "market": " dryden"})
    assert zones_of("DRYDEN") == ["America/Winnipeg"]
    assert (made.market, made.zone, made.changed_by, made.reason, made.updated_at) == (
        "DRYDEN",
        "America/Winnipeg",
        "bryan",
        "west of 90",
        NOON,
    )
    record = made.history.get()
    assert (record.history_type, record.zone, record.changed_by, record.reason) == (
        "+",
        "America/Winnipeg",
        "bryan",
        "west of 90",
    )


def test_a_zone_is_changed_with_history(kenora: MarketZone) -> None:
    set_market_zone(province="ON", market="KENORA", zone="America/Toronto", act=Act("bryan", reason="moved"))
    assert zones_of("KENORA") == ["America/Toronto"]
    assert [(r.history_type, r.zone, r.changed_by, r.reason) for r in kenora.history.all()] == [
        ("~", "America/Toronto", "bryan", "moved"),
        ("+", "America/Winnipeg", "seed", "safe default"),
    ]


def test_a_zone_is_removed_and_its_history_stays(kenora: MarketZone, user_of: Callable[..., User]) -> None:
    user = user_of("operator")
    remove_market_zone(province="ON", market=" kenora ", act=Act("bryan", user=user, reason="wrong", at=NOON))
    assert len(zones_of("KENORA")) == 3
    record = MarketZone.history.filter(market="KENORA").first()
    assert (record.history_type, record.changed_by, record.reason, record.history_user, record.history_date) == (
        "-",
        "bryan",
        "wrong",
        user,
        NOON,
    )
    with pytest.raises(MarketZoneNotFound):
        remove_market_zone(province="ON", market="KENORA", act=Act("bryan"))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"zone": "America/Vancouver"}, "zone"),  # a zone of another province
        ({"zone": "Europe/Paris"}, "zone"),
        ({"zone": ""}, "zone"),
        ({"market": "!"}, "market"),
        ({"market": ""}, "market"),
        ({"market": "all"}, "market"),  # a whole province
        ({"province": "XX"}, "province"),
    ],
)
def test_a_wrong_value_is_named_and_nothing_is_written(changes: Any, field: str) -> None:
    with pytest.raises(ValidationError) as refused:
        set_market_zone(act=Act("bryan"), **{**DRYDEN, **changes})
    assert list(refused.value.message_dict) == [field]
    assert (MarketZone.objects.count(), MarketZone.history.count()) == (66, 66)


# The admin --------------------------------------------------------------------------------------------------------------


def test_the_list_can_be_searched_by_market(ops: Client) -> None:
    page = ops.get(LIST, {"q": "kenora"})
    assert [row.market for row in page.context["cl"].result_list] == ["KENORA"]


def test_a_market_is_added_in_its_one_spelling(ops: Client) -> None:
    form = form_with(ops.get(ADD), "why")
    assert (form["province"], form["zone"]) == ([""], [""])  # no default: the editor must choose

    answer = ops.post(ADD, {**form, **DRYDEN, "market": "Sioux Lookout", "why": "Leads there"})

    made = MarketZone.objects.get(market="SIOUX_LOOKOUT")
    assert answer.status_code == 302
    assert (made.province, made.zone, made.changed_by, made.reason) == ("ON", "America/Winnipeg", "ops", "Leads there")
    assert made.history.get().history_user.username == "ops"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"zone": "America/Vancouver"}, "zone"),
        ({"zone": ""}, "zone"),
        ({"market": "!!"}, "market"),
        ({"market": "All"}, "market"),
        ({"province": ""}, "province"),
        ({"why": " "}, "why"),
    ],
)
def test_the_form_names_the_wrong_field(changes: Any, field: str, ops: Client) -> None:
    form = form_with(ops.get(ADD), "why")

    answer = ops.post(ADD, {**form, **DRYDEN, "why": "x", **changes})

    assert answer.status_code == 200
    assert list(answer.context["adminform"].form.errors) == [field]
    assert MarketZone.objects.count() == 66


def test_a_second_zone_for_a_market_is_refused(ops: Client, kenora: MarketZone) -> None:
    answer = ops.post(ADD, {**form_with(ops.get(ADD), "why"), **DRYDEN, "market": "kenora", "why": "x"})
    assert "already exists" in answer.content.decode()
    assert kenora.history.count() == 1


def test_a_zone_is_changed_among_those_of_its_province(ops: Client, kenora: MarketZone) -> None:
    page = ops.get(page_of(kenora))
    form = form_with(page, "why")
    assert form["zone"] == ["America/Winnipeg"]
    assert "America/Vancouver" not in page.content.decode()

    refused = ops.post(page_of(kenora), {**form, "zone": "America/Vancouver", "why": "x"})
    ops.post(page_of(kenora), {**form, "zone": "America/Atikokan", "market": "ELSEWHERE", "why": "They said so"})

    kenora.refresh_from_db()
    assert list(refused.context["adminform"].form.errors) == ["zone"]
    assert (kenora.market, kenora.zone, kenora.reason) == ("KENORA", "America/Atikokan", "They said so")
    latest = ops.get(reverse("admin:governance_marketzone_history", args=[kenora.pk])).context["page_obj"][0]
    assert latest.history_delta_changes == [{"field": "Zone", "old": "America/Winnipeg", "new": "America/Atikokan"}]


def test_removing_a_zone_needs_a_reason(ops: Client, kenora: MarketZone) -> None:
    path = reverse("admin:governance_marketzone_remove", args=[kenora.pk])
    assert "contact must be allowed in each" in ops.get(path).content.decode()
    assert ops.post(path, {"reason": " "}).status_code == 200
    assert MarketZone.objects.filter(market="KENORA").exists()

    answer = ops.post(path, {"reason": "Wrong"}, follow=True)

    assert "has no zone of its own any more" in answer.content.decode()
    assert not MarketZone.objects.filter(market="KENORA").exists()
    assert MarketZone.history.filter(market="KENORA").first().reason == "Wrong"
    assert LogEntry.objects.get().action_flag == DELETION
    assert ops.get(path).status_code == 302  # nothing is left to remove


def test_a_reader_sees_no_form(user_of: Callable[..., User], kenora: MarketZone) -> None:
    reader = signed_in(user_of("agent"))
    assert b'name="_save"' not in reader.get(page_of(kenora)).content
    assert reader.get(reverse("admin:governance_marketzone_remove", args=[kenora.pk])).status_code == 403
    assert reader.post(page_of(kenora), {"zone": "America/Toronto", "why": "x"}).status_code == 403
