"""The rows that some POSTs need (a task, a ladder, a message to decide), made as by the walk of the API."""

from collections.abc import Callable

import pytest

from tests.both_ways import send_all_both_ways
from tests.wholesale.api_walk import ENDPOINTS

MAKE = {endpoint.path: endpoint.row for endpoint in ENDPOINTS if endpoint.method == "post" and endpoint.row}


@pytest.fixture
def to_post(db: None) -> Callable[[str], str]:
    """Return a function from the path of a POST to the path with the id of a row."""

    def path(template: str) -> str:
        return template.format(id=MAKE[template]().pk) if template in MAKE else template

    return path


@pytest.fixture(autouse=True)
def _send_all_both_ways(monkeypatch: pytest.MonkeyPatch) -> None:
    """Send each trap both ways: neither way knows a trap that the other does not."""
    send_all_both_ways(monkeypatch)
