"""The served API does what its schema says for any input."""

import pytest

from tests.schema.explore import explore
from tests.served import fresh_database, on_postgresql, operator_token, serving

# In full on PostgreSQL, briefly on SQLite: only values differ there, which the tests of traps send to both.
PHASES = ("examples", "coverage", "fuzzing", "stateful") if on_postgresql() else ("examples", "fuzzing")
MAX_EXAMPLES = 25 if on_postgresql() else 5


def test_the_api_does_what_its_schema_says() -> None:
    with fresh_database() as url:
        token = operator_token(url)
        with serving(url, threads=2) as server:
            whole, stopped = explore(server, token, phases=PHASES, max_examples=MAX_EXAMPLES)
    for exploration, phases in ((whole, PHASES), (stopped, ("fuzzing",))):
        if not exploration.passed:
            pytest.fail(exploration.report, pytrace=False)
        for phase in phases:
            assert f"✅  {phase.capitalize()}" in exploration.report, exploration.report
