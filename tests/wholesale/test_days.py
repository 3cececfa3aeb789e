"""A day entered by a person lies between 2000 and 2099, so that dates computed from it are valid."""

from typing import Any

import pytest
from django.apps import apps
from django.db.models import DateField, DateTimeField
from django.test import Client

from governance.organisation.models import Organisation
from governance.policies import Governed
from tests.factories import LeadFactory
from tests.staff import signed_in
from wholesale.plumbing.days import OUT_OF_RANGE, WITHIN_RANGE

PAGE = "/admin/governance/organisation/1/change/"


@pytest.mark.parametrize("day", ["9999-12-31", "2100-01-01", "1999-12-31", "0001-01-01"])
@pytest.mark.django_db
def test_a_registration_too_far_in_the_future_is_refused_by_its_field(user_of: Any, day: str) -> None:
    LeadFactory.create(lead_id="L1")
    operator: Client = signed_in(user_of("operator"))
    form = operator.get(PAGE).context["adminform"].form
    shown = {name: form[name].value() or "" for name in form.fields}
    answer = operator.post(PAGE, {**shown, "registration_number": "1", "registration_expires_on": day, "why": "renewed"})
    assert answer.context["adminform"].form.errors == {"registration_expires_on": [OUT_OF_RANGE]}
    assert Organisation.objects.get().registration_expires_on is None
    assert operator.get("/api/governance/market/can-contact?lead_id=L1&channel=CALL").status_code != 500


@pytest.mark.django_db
def test_the_latest_valid_day_is_accepted_and_the_gate_answers(user_of: Any, auditor: Client) -> None:
    LeadFactory.create(lead_id="L1")
    Organisation.objects.update(registration_number="1", registration_expires_on="2099-12-31")
    answer = auditor.get("/api/governance/market/can-contact?lead_id=L1&channel=CALL")
    assert answer.status_code == 200
    assert "organisation_not_registered" not in answer.json()["warnings"]


def test_each_day_of_a_policy_or_a_register_is_validated() -> None:
    days = [
        field
        for model in apps.get_models()
        if issubclass(model, Governed)
        for field in model._meta.get_fields()
        if isinstance(field, DateField) and not isinstance(field, DateTimeField)
    ]
    assert len(days) >= 7
    assert all(all(one in field.validators for one in WITHIN_RANGE) for field in days), days
