"""The heat table of markets by property types, and where to offer next."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from buyers.liquidity.fitting import fit_priors
from buyers.liquidity.heat import reading
from buyers.liquidity.heat.measures import MEANINGS, HeatMeasure, step_of
from buyers.liquidity.heat.reading import heat
from buyers.liquidity.models import BuyerLiquidityNode
from buyers.liquidity.scores import known_of, liquidity_score
from buyers.liquidity.services import record_feedback
from buyers.liquidity.words import between_text
from tests.factories import NOON, NodeFactory
from tests.query_counts import counted, queries
from wholesale.plumbing.act import Act
from wholesale.plumbing.showing import shown_number, shown_rate
from wholesale.plumbing.vocabulary import WALKTHROUGH_PROPERTY

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_noon")]
HEAT = "/admin/buyers/buyerliquiditynode/heat/"


@pytest.fixture
def _noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


def hear(province: str, market: str, property_type: str, events: str, *buyer_ids: str) -> BuyerLiquidityNode:
    """Each buyer does this: R responds, B buys, P passes, N does not respond. Return the node."""
    kinds = {"R": "RESPONDED", "N": "NO_RESPONSE", "B": "BOUGHT", "P": "PASSED"}
    for letter in events:
        for buyer_id in buyer_ids or [None]:
            record_feedback(province, market, property_type, kinds[letter], buyer_id, now=NOON)
    return BuyerLiquidityNode.objects.get(province=province, market=market, property_type=property_type)


@pytest.fixture
def toronto() -> BuyerLiquidityNode:
    hear("QC", "MONTREAL", "CONDO", "RN", "B9")
    return hear("ON", "TORONTO", "SFR", "RRRRBBP", "B1", "B2")


def page(client: Client, **query: str) -> str:
    answer = client.get(HEAT, query)
    assert answer.status_code == 200
    return answer.content.decode()


def cells(text: str) -> dict[str, list[list[str]]]:
    """By the name of each row what stands in its cells, part by part."""
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", text.split("</thead>")[1], re.DOTALL)
    return {
        re.findall(r"<th[^>]*>(?:<span>)?(.*?)<", row)[0]: [
            re.findall(r">\s*([^<>]+?)\s*<", f">{cell}<") for cell in re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL)
        ]
        for row in rows
    }


def test_each_cell_has_the_posterior_in_words_and_opens_its_node(admin_client: Client, toronto: BuyerLiquidityNode) -> None:
    text = page(admin_client, measure="response")
    known = known_of(toronto, NOON).response
    montreal, own = cells(text)["Montreal"], cells(text)["Toronto"]
    assert re.findall(r'<th scope="col">([^<]+)</th>', text) == ["Market", "Single-family home", "Condo"]
    assert own == [[shown_rate(known.mean), between_text(known._asdict()), "8 weighted events"], ["Nothing heard"]]
    assert montreal[0] == ["Nothing heard"]
    assert f'<td class="heat-{step_of(known.mean, HeatMeasure.RESPONSE)}"><a href="{HEAT[:-5]}{toronto.pk}/change/">' in text
    assert re.search(r'<td class="heat-\d heat-faint">', text.split("Montreal")[1]), "two events are few"
    assert text.index("Ontario") < text.index("Quebec")


@pytest.mark.parametrize("measure", list(HeatMeasure))
def test_each_measure_shows_what_the_api_says(
    admin_client: Client, toronto: BuyerLiquidityNode, measure: HeatMeasure
) -> None:
    api = liquidity_score("ON", "TORONTO", "SFR", now=NOON)
    rates = {kind: rate["mean"] for kind, rate in api["posterior"].items()}
    wanted = {
        **{kind: shown_rate(mean) for kind, mean in rates.items()},
        HeatMeasure.CHANCE: shown_rate(rates["response"] * rates["close"]),
        HeatMeasure.SCORE: shown_number(api["score"], 1),
    }
    text = page(admin_client, measure=measure.value)
    assert cells(text)["Toronto"][0][0] == wanted[measure.value]
    assert re.search(rf'aria-current="true">{measure.label}<', text)
    legend = text.split('class="heat-legend"')[1].split("</ul>")[0]
    assert len(re.findall(r'<span class="heat-\d" aria-hidden="true"></span>[^<]*\d', legend)) == len(
        MEANINGS[measure].bounds
    )


def test_the_last_column_says_what_is_expected_where_nothing_was_heard(admin_client: Client, toronto: Any) -> None:
    assert "Not heard of yet" not in page(admin_client), "nothing was fitted"
    fit_priors(act=Act(at=NOON))
    text = page(admin_client, measure="response")
    expected = liquidity_score("ON", "TORONTO", "LAND", now=NOON)["posterior"]["response"]
    assert cells(text)["Toronto"][-1] == [shown_rate(expected["mean"]), between_text(expected)]
    assert len(cells(text)["Ontario"][-1]) == 2
    assert "Not heard of yet" not in page(admin_client, measure="score")


def test_a_province_has_its_own_table_and_a_wrong_word_is_no_filter(admin_client: Client, toronto: Any) -> None:
    assert set(cells(page(admin_client, province="QC"))) == {"Quebec", "Montreal"}
    assert "Toronto" in cells(page(admin_client, province="nowhere", measure="nothing"))


def test_a_page_of_nothing_is_a_page_too(admin_client: Client) -> None:
    NodeFactory(property_type=WALKTHROUGH_PROPERTY)
    assert "Nothing was heard of buyers here yet" in page(admin_client)


def test_the_markets_and_types_with_most_active_buyers_are_shown_and_the_others_counted(
    admin_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(4):
        NodeFactory(market=f"TOWN_{number}", property_type=f"TYPE{number}", active_buyer_count=number)
    monkeypatch.setattr(reading, "ROWS_MAX", 3)
    monkeypatch.setattr(reading, "TYPES_MAX", 2)
    text = page(admin_client)
    assert list(cells(text)) == ["Ontario", "Town 3", "Town 2", "Town 1"]
    assert "1 market with fewer active buyers is left off" in text
    assert "2 property types with fewer active buyers are left off" in text


def test_a_node_of_which_little_is_known_is_a_prospect_if_its_buyers_buy_elsewhere(admin_client: Client) -> None:
    assert not heat(HeatMeasure.CHANCE, None, NOON).prospects
    hear("ON", "BARRIE", "SFR", "R", "B1", "B2")
    hear("ON", "GUELPH", "SFR", "R", "B8")  # shares nobody
    hear("ON", "OTTAWA", "SFR", "N" * 9, "B1")
    assert "Nothing points to a market yet" in page(admin_client)
    hear("QC", "MONTREAL", "CONDO", "RB" * 4, "B1", "B2", "B3")
    hear("QC", "QUEBEC", "CONDO", "RB" * 9, "B1")  # shares only one
    (found,) = heat(HeatMeasure.CHANCE, None, NOON).prospects
    assert (found.node["market"], found.like["market"], found.shared) == ("BARRIE", "MONTREAL", 2)
    home = "single-family home"
    assert re.search(
        rf"Barrie, Ontario: {home}</a> \(2 weighted events\): 2 of its buyers are also active at\s+<a[^>]*>Montreal",
        page(admin_client),
    )


def test_the_number_of_queries_does_not_grow_with_the_nodes(admin_client: Client, toronto: Any) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as captured:
            page(admin_client)
        return counted(captured)

    hear("ON", "BARRIE", "SFR", "R", "B1")
    for number in range(20):
        NodeFactory(market=f"TOWN_{number}", active_buyer_count=number)
    assert asked() <= queries("the heat table of liquidity, at most")


def test_without_the_permission_there_is_no_page(client: Client, user_of: Any) -> None:
    somebody = user_of()
    somebody.is_staff = True
    somebody.save()
    client.force_login(somebody)
    assert client.get(HEAT).status_code == 403
