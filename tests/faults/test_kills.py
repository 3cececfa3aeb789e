"""A server killed in mid-stream tears nothing: `make bench` kills twenty times, this twice."""

from tests.faults.conftest import Served
from tests.faults.kills import FEWEST, kill_and_compare


def test_a_killed_server_leaves_every_fact_with_its_kpi_row(served: Served) -> None:
    outcome = kill_and_compare(served.database_url, kills=2)
    assert outcome.kills == 2
    assert outcome.cut_off > 0  # the kills came in mid-stream
    assert outcome.completed >= len(outcome.acknowledged) >= 2 * FEWEST
    assert outcome.mismatches == 0, str(outcome)
