"""Who listens to leads hears of a fact in its transaction: either both or neither."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.dispatch import Signal

from followups.leads.inbound.services import record_inbound
from followups.leads.models import Lead
from followups.leads.moving import mark_wrong, move_lead
from followups.leads.services import upsert_lead, upsert_leads
from followups.leads.signals import contact_marked_wrong, hunt_ended, leads_changed, leads_opted_out
from followups.models import FollowupTask, InboundMessage
from followups.services import start_ladder
from tests.factories import NOON, LeadFactory
from wholesale.plumbing.act import Act

pytestmark = pytest.mark.django_db

ACT = Act("test", None, "C-1", NOON)
BY_SMS: dict[str, Any] = {"lead_id": "L1", "channel": "SMS", "text": "STOP"}


@contextmanager
def heard(signal: Signal, receiver: Callable[..., Any]) -> Iterator[None]:
    signal.connect(receiver, weak=False)
    try:
        yield
    finally:
        signal.disconnect(receiver)


def fail(**kwargs: Any) -> None:
    raise RuntimeError


@pytest.fixture(autouse=True)
def lead() -> Lead:
    made = LeadFactory.create(lead_id="L1", phone="+14165550123", status="NEW")
    start_ladder(lead_id="L1", province=made.province, act=Act())
    return made


def open_steps() -> int:
    return FollowupTask.objects.open().filter(lead_id="L1").count()


@pytest.mark.parametrize(
    ("signal", "act"),
    [
        (leads_changed, lambda: upsert_lead(lead_id="L1", status="DEAD", now=NOON)),
        (leads_changed, lambda: upsert_leads([{"lead_id": "L1", "status": "DEAD"}], now=NOON)),
        (hunt_ended, lambda: move_lead("L1", "DEAD", ACT)),
        (contact_marked_wrong, lambda: mark_wrong("L1", "SMS", ACT)),
        (leads_opted_out, lambda: record_inbound(**BY_SMS)),
    ],
    ids=["a form", "a file", "an outcome", "a wrong number", "an opt-out"],
)
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_listener_that_fails_undoes_what_it_was_told(signal: Signal, act: Callable[[], Any]) -> None:
    from django.db import transaction

    steps = open_steps()
    with heard(signal, fail), pytest.raises(RuntimeError), transaction.atomic():
        act()
    stored = Lead.objects.get(lead_id="L1")
    assert (stored.status, stored.phone_is_wrong) == ("NEW", False)
    assert (open_steps(), InboundMessage.objects.count()) == (steps, 0)


def test_an_opt_out_counts_the_steps_of_whoever_cancels_any() -> None:
    steps = open_steps()
    assert steps
    with heard(leads_opted_out, lambda **kwargs: 2), heard(leads_opted_out, lambda **kwargs: None):
        assert record_inbound(**BY_SMS).cancelled_steps == steps + 2
    assert open_steps() == 0
