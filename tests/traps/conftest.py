"""A task to complete, for the one POST that needs a row."""

from collections.abc import Callable

import pytest

from followups.services import create_ladder
from tests.traps.requests import TASK


@pytest.fixture
def to_post(db: None) -> Callable[[str], str]:
    """The path of a POST with the id of a task in it."""

    def path(template: str) -> str:
        return template.format(id=create_ladder(province="ON")[0].pk) if template == TASK else template

    return path
