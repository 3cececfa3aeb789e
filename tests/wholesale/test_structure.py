"""Rules for every view, serializer and role that a new one easily forgets."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import Permission, User
from django_filters.filters import Filter
from rest_framework import serializers

from followups.sla.report import FIGURES
from followups.sla.snapshot import WITHIN
from governance.clocks.api import MarketFilter, PlaceParams
from tests.wholesale.api_walk import ROLES, routes
from wholesale.plumbing.fields import AwareDateTimeField, StrictDecimalField, StrictIntegerField
from wholesale.plumbing.filters import ParamFilter
from wholesale.plumbing.params import Params
from wholesale.plumbing.permissions import HasActionPermission
from wholesale.plumbing.roles import grants_of

PRODUCT = ("wholesale", "governance", "followups", "buyers", "offers", "kpi")
COUNTS = {"count", "completed", "open_overdue", "by_wall_clock"}
# Fractions of counts, and minutes, only in answers: these are true floats.
PLAIN_FLOATS_OUT = {
    *(
        f"{answer}.{figure}"
        for answer in ("SlaOut", "SlaFiguresOut", "SlaGroupOut")
        for figure in {*FIGURES, *WITHIN} - COUNTS
    ),
    "SumsOut.rate",
    *(f"WeekSlaOut.{figure}" for figure in WITHIN),
    *(f"ProbabilityOut.{figure}" for figure in ("mean", "low", "high")),
    *(f"PosteriorRateOut.{figure}" for figure in ("mean", "low", "high", "events")),
    "ScoreOut.posterior_score",
}


def test_every_post_is_idempotent_under_a_key() -> None:
    posts = [(route.view, route.actions["post"]) for route in routes() if "post" in route.actions]
    assert posts
    for view, action in posts:
        assert getattr(getattr(view, action), "is_idempotent", False), f"{view.__name__}.{action}"


def test_every_action_names_a_permission_that_exists(db: None) -> None:
    for route in routes():
        for action in route.actions.values():
            app, codename = route.view.permissions[action].split(".")
            assert Permission.objects.filter(content_type__app_label=app, codename=codename).exists(), action


def test_no_permission_is_named_for_an_unknown_action() -> None:
    for view in {route.view for route in routes()}:
        assert set(view.permissions) == {
            action for route in routes() if route.view is view for action in route.actions.values()
        }


def test_an_app_grants_permissions_only_to_known_roles() -> None:
    for config in apps.get_app_configs():
        assert {role for roles in grants_of(config).values() for role in roles} <= set(ROLES)


def serializer_classes() -> Iterator[type[serializers.BaseSerializer[Any]]]:
    assert list(routes())  # imports every view with its serializers
    waiting: list[Any] = [serializers.BaseSerializer]
    while waiting:
        for subclass in waiting.pop().__subclasses__():
            waiting.append(subclass)
            if subclass.__module__.split(".")[0] in PRODUCT:
                yield subclass


def fields_of(serializer_class: Any) -> Iterator[tuple[str, Any]]:
    if getattr(getattr(serializer_class, "Meta", None), "model", None) or not issubclass(
        serializer_class, serializers.ModelSerializer
    ):
        for name, field in serializer_class().fields.items():
            yield f"{serializer_class.__name__}.{name}", getattr(field, "child", field)


def test_no_serializer_uses_plain_fields_for_numbers_or_times() -> None:
    checked = 0
    for serializer_class in serializer_classes():
        for name, field in fields_of(serializer_class):
            checked += 1
            if isinstance(field, serializers.FloatField):
                assert name in PLAIN_FLOATS_OUT
            if isinstance(field, serializers.DecimalField):
                assert isinstance(field, StrictDecimalField), name
            if isinstance(field, serializers.IntegerField):
                assert isinstance(field, StrictIntegerField), name
            if isinstance(field, serializers.DateTimeField) and name not in (
                "ContactOut.local_time",
                "DecideOut.local_time",
            ):
                assert isinstance(field, AwareDateTimeField), name
            assert type(field) is not serializers.JSONField, name
    assert checked > 100


# Parameters whose market a service resolves: many at once, or by the lead's stored province.
SETTLED_BY_A_SERVICE = {
    *("LadderRow", "LeadRow", "LeadParams"),
    *("BuyerRow", "BuyerFileRow", "BuyerParams", "BoxPlaceRow"),
    *("SaleRow", "SaleFileRow"),
}


def test_every_incoming_market_is_resolved_under_its_own_name() -> None:
    classes = [one for one in serializer_classes() if issubclass(one, Params) and "market" in one().fields]
    assert len(classes) > 10
    for one in classes:
        assert issubclass(one, PlaceParams) or one.__name__.removesuffix("InQuery") in SETTLED_BY_A_SERVICE, one.__name__


def test_every_filter_uses_the_apis_own_kinds() -> None:
    filters = [
        (route.view.filterset_class, name, item)
        for route in routes()
        if getattr(route.view, "filterset_class", None)
        for name, item in route.view.filterset_class.base_filters.items()
    ]
    assert len(filters) > 30
    for filterset, name, item in filters:
        assert isinstance(item, Filter)
        assert isinstance(item, ParamFilter), f"{filterset.__name__}.{name}"
        assert isinstance(item, MarketFilter) is (name == "market"), f"{filterset.__name__}.{name}"


def test_an_action_without_an_entry_is_forbidden_to_all(db: None) -> None:
    everything = User.objects.create_superuser("root")
    view: Any = SimpleNamespace(action="forgotten", permissions={"other": "kpi.view_kpievent"})
    asked: Any = SimpleNamespace(user=everything)
    assert not HasActionPermission().has_permission(asked, view)
    view.action = "other"
    assert HasActionPermission().has_permission(asked, view)
    asked.user = None
    assert not HasActionPermission().has_permission(asked, view)


# The maximum lines of a file of the product (migrations aside), and the longer files with the reason.
FILE_MAX, FILE_MOST = 300, 400
LONGER = {
    "wholesale/settings.py": "Django wants its settings in one module, and each has its reason beside it",
    "wholesale/console/pages.py": "it is the one list of the pages; in two parts, neither would be the list",
    "followups/tasks/models.py": "the table of tasks, and the questions that are asked of it",
    "wholesale/demo/walkthrough.py": "it follows the guide from its first line to its last",
}


def test_only_files_that_say_why_are_long() -> None:
    sizes = {
        path.relative_to(settings.BASE_DIR).as_posix(): len(path.read_text().splitlines())
        for package in PRODUCT
        for path in (settings.BASE_DIR / package).rglob("*.py")
        if "migrations" not in path.parts
    }
    assert len(sizes) > 400
    assert {path for path, lines in sizes.items() if lines > FILE_MAX} == set(LONGER)
    assert all(sizes[path] <= FILE_MOST for path in LONGER)
