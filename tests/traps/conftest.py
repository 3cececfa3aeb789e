"""The rows that POSTs need: a task, a ladder, a message to decide and a trigger to undo."""

from collections.abc import Callable

import pytest

from followups.services import create_ladder
from tests.factories import InboundFactory, InboxItemFactory, ReplyFactory, TriggerFactory
from tests.traps.requests import CANCEL, ITEM, MESSAGE, REASSIGN, REPLY, RESTART, SKIP, SNOOZE, TASK, TRIGGER


@pytest.fixture
def to_post(db: None) -> Callable[[str], str]:
    """Return a function from the path of a POST to the path with the id of a row."""

    def path(template: str) -> str:
        if template in (TASK, SNOOZE, SKIP):
            return template.format(id=create_ladder(province="ON")[0].pk)
        if template in (REASSIGN, CANCEL, RESTART):
            return template.format(id=create_ladder(province="ON")[0].ladder_id)
        if template == ITEM:
            return template.format(id=InboxItemFactory.create().pk)
        if template == MESSAGE:
            return template.format(id=InboundFactory.create().pk)
        if template == REPLY:
            return template.format(id=ReplyFactory.create().pk)
        return template.format(id=TriggerFactory.create().pk) if template == TRIGGER else template

    return path
