"""The endpoints of policies: a list and an upsert, made from what a policy declares."""

import json
from collections.abc import Callable, Iterable
from typing import Any, ClassVar, TypeVar

from rest_framework import serializers
from rest_framework.request import Request

from governance.clocks.api import PlaceParams
from governance.policies import Policy
from governance.policies import upsert as upsert_policy
from wholesale.plumbing import schema, setting_fields
from wholesale.plumbing.act import Act
from wholesale.plumbing.api import ApiViewSet, RowSerializer, act, ask
from wholesale.plumbing.fields import (
    DayField,
    LabelField,
    MetricField,
    NoteField,
    SpelledChoiceField,
    StrictDecimalField,
    StrictIntegerField,
    UpperChoiceField,
    WordField,
)
from wholesale.plumbing.listing import Rows
from wholesale.plumbing.params import ActParams, Params
from wholesale.plumbing.rendering import Response
from wholesale.plumbing.setting_fields import Setting
from wholesale.plumbing.texts import shown

ViewSetT = TypeVar("ViewSetT", bound=type[ApiViewSet])


class PolicyOut(RowSerializer):
    """The base serializer of policies. A subclass names the model, and declares the fields that are no plain columns."""

    policy: ClassVar[type[Policy]]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        columns = ("id", *cls.policy.key, *(field.name for field in cls.policy.settings()))
        names = (*columns, "version", "changed_by", "reason", "updated_at", *cls._declared_fields)
        fields = tuple(dict.fromkeys(name for name in names if name not in cls.policy.hidden))
        cls.Meta = type("Meta", (), {"model": cls.policy, "fields": fields})  # type: ignore[misc,assignment]


class PolicyParams(PlaceParams, ActParams):
    """The base of a policy's parameters. A subclass names the model, and declares parameters that are no plain columns."""

    policy: ClassVar[type[Policy]]

    changed_by = LabelField(required=False, help_text="default: your user name")
    reason = NoteField(default="")
    expected_version = StrictIntegerField(required=False, min_value=0, max_value=setting_fields.WHOLE_MAX)

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        declared: dict[str, Any] = dict(cls._declared_fields)
        columns: list[Any] = [cls.policy._meta.get_field(name) for name in cls.policy.key]
        columns += [field for field in cls.policy.settings() if field.editable]
        made = {column.name: parameter(cls.policy, column) for column in columns if column.name not in declared}
        settings = {column.name: made.get(column.name) or declared.pop(column.name) for column in columns}
        cls._declared_fields = {"correlation_id": declared.pop("correlation_id"), **settings, **declared}


def parameter(policy: type[Policy], column: Any) -> serializers.Field[Any, Any, Any, Any]:
    """Make the API parameter that sets a column of a policy."""
    options = {"help_text": _help(policy, column)} | _presence(policy, column)
    if column.choices:
        words = [value for value, _ in column.choices]
        made = UpperChoiceField if all(word.isupper() for word in words) else SpelledChoiceField
        return made(choices=column.choices, **options)
    if isinstance(column, setting_fields.Number):
        options |= {"max_digits": column.max_digits, "decimal_places": column.decimal_places}
    if isinstance(column, setting_fields.Number | setting_fields.Counted):
        options |= {"min_value": column.at_least, "max_value": column.at_most}
    return _field_of(column)(**options)


def _field_of(column: Setting) -> Callable[..., serializers.Field[Any, Any, Any, Any]]:
    fields: dict[type[Setting], Any] = {
        setting_fields.Number: StrictDecimalField,
        setting_fields.Counted: StrictIntegerField,
        setting_fields.Switch: serializers.BooleanField,
        setting_fields.Day: DayField,
        setting_fields.Metric: MetricField,
        setting_fields.Word: WordField,
        setting_fields.Label: LabelField,
        setting_fields.Note: NoteField,
    }
    return next(field for kind, field in fields.items() if isinstance(column, kind))


def _presence(policy: type[Policy], column: Any) -> dict[str, Any]:
    """The options that say if a parameter may be absent: a setting may, a column of the key only if it has a default."""
    if column.name not in policy.key:
        return {"required": False}
    return {"default": column.get_default()} if column.has_default() or column.blank else {}


def _help(policy: type[Policy], column: Any) -> str | None:
    """The help text of a parameter: its meaning, and its default in a new policy. None if there is nothing to say."""
    is_named = column.verbose_name != column.name.replace("_", " ")
    said = str(column.help_text or (column.verbose_name if is_named else (column.page_help or "").removesuffix(".")))
    if column.name in policy.key or (column.choices and not said):
        return said or None
    if column.is_needed:
        return "; ".join(filter(None, (said, "a new row needs it")))
    default = json.dumps(column.get_default(), default=str).strip('"') if column.has_default() else None
    return "; ".join(filter(None, (said, default and f"default of a new row: {default}"))) or None


def out_of(policy: type[Policy], name: str = "", **fields: Any) -> Any:
    """Make the serializer class of a policy's rows, called `{name}Out`. `fields` replace the fields made from columns."""
    said = {"policy": policy, "__doc__": policy.__doc__, **fields}
    return type(f"{name or policy.__name__}Out", (PolicyOut,), said)


def params_of(policy: type[Policy], name: str = "", **fields: Any) -> Any:
    """Make the class of an upsert's parameters, called `{name}Params`. `fields` replace the parameters made from columns."""
    said = {
        "policy": policy,
        "__doc__": f"The {policy._meta.verbose_name} to create or change; an absent setting keeps its value.",
        **fields,
    }
    return type(f"{name or policy.__name__}Params", (PolicyParams,), said)


def policy_endpoints(
    policy: type[Policy],
    *,
    path: str = "policies",
    name: str = "",
    out: Any = None,
    params: Any = None,
    does: str = "",
    example: tuple[str, dict[str, Any]] | None = None,
) -> Callable[[ViewSetT], ViewSetT]:
    """Return a decorator that adds to a viewset the list of a policy's rows and its upsert, with their permissions.

    The serializers' names begin with `name`. `out` and `params` replace the serializers made from columns. `does` replaces
    the upsert's description. `example` is the title and the values of an example request.
    """
    out, params = out or out_of(policy, name), params or params_of(policy, name)
    rows = Rows(out, policy._default_manager.all)
    rights = f"{policy._meta.app_label}.{{}}_{policy._meta.model_name}"
    examples = [schema.example(*example)] if example else []

    def policies(self: ApiViewSet, request: Request) -> Response:
        return Response(rows.dicts())

    def upsert(self: ApiViewSet, request: Request, act: Act, **given: Any) -> Response:
        return Response(shown(upsert_policy(policy, act=act, **given), out.Meta.fields))

    policies.__doc__ = f"All {policy._meta.verbose_name_plural}, by {_and(map(str, policy._meta.ordering or ()))}."
    upsert.__doc__ = does or f"Create or change the {policy._meta.verbose_name} of {_and(map(_one, policy.key))}."

    def decorate(viewset: ViewSetT) -> ViewSetT:
        made = {
            "policies": ask(path, Params, out(many=True))(policies),
            "upsert": act(f"{path}/upsert", params, out, examples=examples)(upsert),
        }
        for name, handler in made.items():
            if name not in vars(viewset):
                setattr(viewset, name, handler)
        given = {"policies": rights.format("view"), "upsert": rights.format("change")}
        viewset.permissions = {**given, **viewset.permissions}
        return viewset

    return decorate


def _and(names: Iterable[str]) -> str:
    """Join names for a sentence: `a`, `a and b`, `a, b and c`. A leading `-` of a name is dropped."""
    *first, last = (name.removeprefix("-") for name in names)
    return " and ".join(filter(None, (", ".join(first), last)))


def _one(name: str) -> str:
    return f"an {name}" if name[0] in "aeiou" else f"a {name}"
