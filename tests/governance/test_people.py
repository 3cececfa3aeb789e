"""Kinds of people: each app registers how people of its kind are loaded."""

from collections.abc import Collection

import pytest
from django.contrib.auth.models import User

from governance import people
from governance.ledger.models import ContactPoint
from governance.people import PersonFacts


def ann(ids: Collection[str]) -> dict[str, PersonFacts]:
    return {one: PersonFacts(one, "ON", "TORONTO") for one in ids if one == "ann"}


def nobody(ids: Collection[str]) -> dict[str, PersonFacts]:
    return {}


def all_of(user: User, ids: Collection[str]) -> set[str]:
    return set(ids)


def none_of(user: User, ids: Collection[str]) -> set[str]:
    return set()


@pytest.fixture(autouse=True)
def _kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(people, "_loaders", {})
    monkeypatch.setattr(people, "_readable", {})
    people.register("SELLER", ann, all_of)
    people.register("BUYER", nobody, none_of)


def test_each_kind_is_loaded_and_read_by_its_own_app() -> None:
    assert people.load("SELLER", ["ann", "ben"]) == {"ann": PersonFacts("ann", "ON", "TORONTO")}
    assert people.load("BUYER", ["ann"]) == {}
    assert people.readable_by("SELLER", User(), ["ann"]) == {"ann"}
    assert people.readable_by("BUYER", User(), ["ann"]) == set()


def test_the_last_registration_of_a_kind_counts() -> None:
    people.register("SELLER", nobody, none_of)
    assert people.load("SELLER", ["ann"]) == {}
    assert people.readable_by("SELLER", User(), ["ann"]) == set()


def test_an_unregistered_kind_raises() -> None:
    with pytest.raises(people.KindUnknown, match="STRANGER"):
        people.load("STRANGER", ["ann"])
    with pytest.raises(people.KindUnknown, match="STRANGER"):
        people.readable_by("STRANGER", User(), ["ann"])


def test_leads_have_the_same_kind_here_and_in_the_ledger() -> None:
    assert people.LEAD == ContactPoint.Kind.LEAD
