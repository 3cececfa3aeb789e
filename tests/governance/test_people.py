"""Leads: the app that stores them registers how they are loaded."""

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


def test_the_last_registration_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(people, "_leads", [])
    people.register(ann, all_of)
    assert people.load(["ann", "ben"]) == {"ann": LeadFacts("ann", "ON", "TORONTO")}
    assert people.readable_by(User(), ["ann"]) == {"ann"}
    people.register(nobody, none_of)
    assert people.load(["ann"]) == {}
    assert people.readable_by(User(), ["ann"]) == set()


def test_nothing_is_known_of_leads_that_nobody_registered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(people, "_leads", [])
    with pytest.raises(ValueError, match="not enough values"):
        people.load(["ann"])
    with pytest.raises(ValueError, match="not enough values"):
        people.readable_by(User(), ["ann"])


def test_leads_have_the_same_kind_here_and_in_the_ledger() -> None:
    assert people.LEAD == ContactPoint.Kind.LEAD
