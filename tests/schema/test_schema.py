"""The served API does what its schema says for any input."""

import pytest

from tests.schema.explore import explore
from tests.served import fresh_database, operator_token, serving

PHASES = ("examples", "coverage", "fuzzing", "stateful")
MAX_EXAMPLES = 10  # `make bench` tries more, and all that is invalid by a little


def test_the_api_does_what_its_schema_says() -> None:
    with fresh_database() as url:
        token = operator_token(url)
        with serving(url, threads=2) as server:
            whole, stopped = explore(server, token, phases=PHASES, max_examples=MAX_EXAMPLES, coverage="positive")
    for exploration, phases in ((whole, PHASES), (stopped, ("fuzzing",))):
        if not exploration.passed:
            pytest.fail(exploration.report, pytrace=False)
        for phase in phases:
            assert f"✅  {phase.capitalize()}" in exploration.report, exploration.report
