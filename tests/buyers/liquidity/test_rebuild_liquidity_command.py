"""`rebuild_liquidity`: its output, its writes and its exit code."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from buyers.models import BuyerLiquidityNode
from buyers.services import record_feedback

pytestmark = pytest.mark.django_db


@pytest.fixture
def node() -> BuyerLiquidityNode:
    return record_feedback("ON", "TORONTO", "SFR", "RESPONDED", "B1").node


def run(*arguments: str) -> str:
    out = StringIO()
    try:
        call_command("rebuild_liquidity", *arguments, stdout=out)
    finally:
        run.printed = out.getvalue()  # type: ignore[attr-defined]  # what was said before an error
    return out.getvalue()


def break_it(node: BuyerLiquidityNode) -> None:
    BuyerLiquidityNode.objects.filter(pk=node.pk).update(active_buyer_count=7)


def test_a_node_that_equals_its_events_is_left_alone(node: BuyerLiquidityNode) -> None:
    assert run() == run("--check") == "Every node and every buyer's record is what its events make.\n"
    node.refresh_from_db()
    assert node.active_buyer_count == 1


def test_check_names_the_difference_writes_nothing_and_fails(node: BuyerLiquidityNode) -> None:
    break_it(node)
    with pytest.raises(CommandError, match=r"Nodes and records that differ: 1\. Nothing was changed\.") as failure:
        run("--check")
    assert failure.value.returncode == 1
    assert "Toronto, Ontario: single-family home: stored" in run.printed  # type: ignore[attr-defined]
    node.refresh_from_db()
    assert node.active_buyer_count == 7


def test_without_check_the_command_repairs_and_says_so(node: BuyerLiquidityNode) -> None:
    break_it(node)
    said = run()
    assert "active_buyer_count=7" in said
    assert said.endswith("Nodes and records mended: 1.\n")
    node.refresh_from_db()
    assert node.active_buyer_count == 1
    assert run("--check") == "Every node and every buyer's record is what its events make.\n"
