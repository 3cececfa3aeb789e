"""People by kind: each app says how those of its kind are loaded."""

from collections.abc import Collection

import pytest
from django.contrib.auth.models import User

from governance import people
from governance.ledger.models import ContactPoint
from governance.people import LeadFacts


def ann(ids: Collection[str]) -> dict[str, LeadFacts]:
    return {one: LeadFacts(one, "ON", "TORONTO") for one in ids if one == "ann"}


def nobody(ids: Collection[str]) -> dict[str, LeadFacts]:
    return {}


def all_of(user: User, ids: Collection[str]) -> set[str]:
    return set(ids)


def none_of(user: User, ids: Collection[str]) -> set[str]:
    return set()


@pytest.fixture(autouse=True)
def _kinds() -> None:
    people.register("SELLER", ann, all_of)
    people.register("BUYER", nobody, none_of)


def test_each_kind_is_loaded_and_read_by_its_own_app() -> None:
    assert people.load("SELLER", ["ann", "ben"]) == {"ann": LeadFacts("ann", "ON", "TORONTO")}
    assert people.load("BUYER", ["ann"]) == {}
    assert people.readable_by("SELLER", User(), ["ann"]) == {"ann"}
    assert people.readable_by("BUYER", User(), ["ann"]) == set()


def test_who_registers_a_kind_again_counts() -> None:
    people.register("SELLER", nobody, none_of)
    assert people.load("SELLER", ["ann"]) == {}
    assert people.readable_by("SELLER", User(), ["ann"]) == set()


def test_of_a_kind_that_nobody_registered_nothing_is_decided() -> None:
    with pytest.raises(people.KindUnknown, match="STRANGER"):
        people.load("STRANGER", ["ann"])
    with pytest.raises(people.KindUnknown, match="STRANGER"):
        people.readable_by("STRANGER", User(), ["ann"])


def test_the_kind_of_leads_is_that_of_their_subject_in_the_ledger() -> None:
    assert people.LEAD == ContactPoint.Kind.LEAD
