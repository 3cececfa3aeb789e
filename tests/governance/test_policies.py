"""Common rules of all policies: each bound is written once, on the column."""

from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.test import RequestFactory

from governance.policies import Policy
from governance.policies_admin import PolicyAdmin
from governance.policies_api import parameter
from wholesale.plumbing.setting_fields import Counted, Number

POLICIES: list[Any] = [model for model in apps.get_models() if issubclass(model, Policy)]
BOUNDED = [
    pytest.param(model, column, id=f"{model.__name__}.{column.name}")
    for model in POLICIES
    for column in model.settings()
    if isinstance(column, Number | Counted)
]


@pytest.mark.parametrize(("model", "column"), BOUNDED)
def test_the_api_and_the_page_have_the_bounds_of_the_column(
    model: Any, column: Any, rf: RequestFactory, admin_user: Any
) -> None:
    request = rf.get("/")
    request.user = admin_user
    on_page: Any = admin.site.get_model_admin(model).get_form(request).base_fields[column.name]
    in_api: Any = parameter(model, column)

    assert column.at_least is not None
    assert (in_api.min_value, in_api.max_value) == (column.at_least, column.at_most)
    assert (on_page.min_value, on_page.max_value) == (column.at_least, column.at_most)


@pytest.mark.parametrize("model", POLICIES)
def test_each_policy_has_a_key_and_a_page(model: Any) -> None:
    assert set(model.key) <= {field.name for field in model._meta.concrete_fields}
    assert set(model.key).isdisjoint(column.name for column in model.settings())
    assert isinstance(admin.site.get_model_admin(model), PolicyAdmin)


@pytest.mark.parametrize("model", [model for model in POLICIES if any(True for _ in model.seeded())])
def test_each_seed_has_the_key_and_every_setting_that_a_new_policy_needs(model: Any) -> None:
    needed = {column.name for column in model.settings() if getattr(column, "is_needed", False)}
    for row in model.seeded():
        assert row.keys() >= {*model.key, *needed}
