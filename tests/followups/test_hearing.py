"""A listener to the signals of leads runs in the transaction of the fact: both happen or neither."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.dispatch import Signal

from followups.leads.inbound.services import record_inbound
from followups.leads.models import Lead
from followups.leads.people.services import erase_person
from followups.leads.services import upsert_lead, upsert_leads
from followups.leads.signals import contact_marked_wrong, hunt_ended, leads_changed, leads_opted_out, person_erased
from followups.models import FollowupTask, InboundMessage
from followups.services import start_ladder
from tests.factories import NOON, LeadFactory
from tests.moving import mark_wrong, move_lead
from wholesale.plumbing.act import Act
from wholesale.plumbing.envelope import Envelope, Subject

pytestmark = pytest.mark.django_db

ACT = Act("test", reason="asked", correlation_id="C-1", at=NOON)
SCORED: dict[str, Any] = {"lead_id": "L1", "score": "0.9"}
PLACE = ("ON", "TORONTO")
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
        (leads_changed, lambda: upsert_lead(lead_id="L1", status="DEAD", act=Act(at=NOON))),
        (leads_changed, lambda: upsert_leads([{"lead_id": "L1", "status": "DEAD"}], act=Act(at=NOON))),
        (hunt_ended, lambda: move_lead("L1", "DEAD", ACT)),
        (contact_marked_wrong, lambda: mark_wrong("L1", "SMS", ACT)),
        (leads_opted_out, lambda: record_inbound(**BY_SMS, act=ACT)),
    ],
    ids=["a form", "a file", "an outcome", "a wrong number", "an opt-out"],
)
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_failing_listener_undoes_the_fact(signal: Signal, act: Callable[[], Any]) -> None:
    from django.db import transaction

    steps = open_steps()
    with heard(signal, fail), pytest.raises(RuntimeError), transaction.atomic():
        act()
    stored = Lead.objects.get(lead_id="L1")
    assert (stored.status, stored.phone_is_wrong) == ("NEW", False)
    assert (open_steps(), InboundMessage.objects.count()) == (steps, 0)


@pytest.mark.parametrize(
    ("signal", "act", "name", "place", "facts"),
    [
        (leads_changed, lambda: upsert_lead(**SCORED, act=ACT), "lead_changed", PLACE, {"before", "lead"}),
        (
            leads_changed,
            lambda: upsert_leads([{"lead_id": "L1", "score": "0.9"}], act=ACT),
            "lead_changed",
            PLACE,
            {"before", "lead"},
        ),
        (hunt_ended, lambda: move_lead("L1", "DEAD", ACT), "hunt_ended", (None, None), {"status"}),
        (contact_marked_wrong, lambda: mark_wrong("L1", "SMS", ACT), "contact_marked_wrong", PLACE, {"contact"}),
        (leads_opted_out, lambda: record_inbound(**BY_SMS, act=ACT), "lead_opted_out", (None, None), set()),
        (person_erased, lambda: erase_person("L1", act=ACT), "person_erased", PLACE, {"texts"}),
    ],
    ids=["a form", "a file", "an outcome", "a wrong number", "an opt-out", "an erasure"],
)
def test_the_signals_of_leads_carry_one_envelope_for_each_lead(
    signal: Signal, act: Callable[[], Any], name: str, place: tuple[str | None, str | None], facts: set[str]
) -> None:
    told: list[Envelope] = []
    with heard(signal, lambda envelopes, **kwargs: told.extend(envelopes)):
        act()
    (one,) = told
    assert (one.name, one.subject) == (name, Subject("lead", "L1", "L1", *place))
    assert (one.act, one.happened_at, set(one.facts)) == (ACT, NOON, facts)


def test_a_file_tells_each_lead_as_it_was_and_as_it_is() -> None:
    told: list[Envelope] = []
    with heard(leads_changed, lambda envelopes, **kwargs: told.extend(envelopes)):
        upsert_leads([{"lead_id": "L1", "first_name": "Ana"}, {"lead_id": "L2", "province": "QC"}], act=ACT)
    names = {one.subject.id: (one.facts["before"], one.facts["lead"].first_name) for one in told}
    assert (names["L1"][0].first_name, names["L1"][1]) == ("Jane", "Ana")
    assert names["L2"] == (None, "")


def test_an_opt_out_of_an_unknown_person_is_told_to_nobody() -> None:
    with heard(leads_opted_out, fail):
        recorded = record_inbound(channel="SMS", phone="+14165550199", text="STOP", act=ACT)
    assert (recorded.opted_out_channels, recorded.cancelled_steps) == (("SMS",), 0)


def test_an_opt_out_counts_the_steps_that_every_listener_cancelled() -> None:
    steps = open_steps()
    assert steps
    with heard(leads_opted_out, lambda **kwargs: 2), heard(leads_opted_out, lambda **kwargs: None):
        assert record_inbound(**BY_SMS, act=ACT).cancelled_steps == steps + 2
    assert open_steps() == 0
