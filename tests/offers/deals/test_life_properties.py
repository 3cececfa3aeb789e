"""After any verbs on offers in any order, what is reserved is what the open offers put at stake, and each counts once."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.policies import upsert
from offers.deals.life.states import TRANSITIONS, State
from offers.models import OfferEvent, OfferPolicy
from tests.factories import NOON
from tests.offers.deals.chances import assert_lives_are_sound, do, ready, verb_for
from tests.offers.deals.lives import everything
from wholesale.plumbing.act import Act

# A number that chooses the verb, its offer, the share that its amounts are, and the hours that pass before it.
ACTS = st.tuples(
    st.integers(0, 999), st.integers(0, 1), st.floats(0, 1, allow_subnormal=False), st.sampled_from((0, 1, 30, 100, 400))
)


@pytest.mark.slow
def test_any_verbs_in_any_order_leave_offers_sound_and_get_far(db: None) -> None:
    reached: set[tuple[str, str]] = set()

    @settings(max_examples=30)
    @given(acts=st.lists(ACTS, min_size=10, max_size=40), stakes=st.permutations(("offer", "assignment_fee")))
    def leave_offers_sound(acts: Any, stakes: Any) -> None:
        with transaction.atomic():
            offer_ids, now = ready(2, stakes), NOON
            for number, (chosen, which, share, hours) in enumerate(acts):
                now += timedelta(hours=hours)
                before = everything()
                offer_id = offer_ids[which]
                if do(verb_for(offer_id, chosen), offer_id, share, now):
                    assert_lives_are_sound()
                else:
                    assert everything() == before
                if number == len(acts) // 2:  # what is at stake already stays what it is
                    upsert(OfferPolicy, province="ON", stake=stakes[1], act=Act("test"))
            reached.update(OfferEvent.objects.values_list("from_state", "to_state"))
            transaction.set_rollback(True)

    leave_offers_sound()
    # If the verbs got nowhere, they showed nothing.
    assert {(State.EXPIRED, State.ACCEPTED), (State.ASSIGNED, State.CLOSED)} <= reached
    assert len(reached) > len(TRANSITIONS) / 2
