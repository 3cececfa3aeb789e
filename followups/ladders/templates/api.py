"""Ladder templates: `/api/followups/templates`."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from followups.ladders.templates.guide_steps import GUIDE_STEPS
from followups.ladders.templates.models import LadderTemplate
from followups.ladders.templates.steps import (
    DELAY_MAX,
    FIELDS,
    KEYS,
    SCRIPT_MAX_LENGTH,
    STEPS_MAX,
    InvalidSteps,
    normalised,
    require_call_first,
)
from governance import policies
from governance.channels import Channel
from governance.clocks.api import PlaceParams
from governance.policies_api import PolicyParams, out_of, policy_endpoints
from wholesale.plumbing import mark
from wholesale.plumbing.api import ApiViewSet, ask
from wholesale.plumbing.fields import (
    JsonField,
    ProvinceField,
    StrictIntegerField,
    UpperChoiceField,
    WordField,
)
from wholesale.plumbing.rendering import Response
from wholesale.plumbing.vocabulary import ALL

_SCRIPT_SCHEMA = {
    "type": "string",
    "maxLength": SCRIPT_MAX_LENGTH,
    "default": "",
    "description": f"what to say; may name {', '.join(f'{{{name}}}' for name in FIELDS)}",
}
STEPS_SCHEMA = {
    "type": "array",
    "minItems": 1,
    "maxItems": STEPS_MAX,
    "items": {
        "type": "object",
        "additionalProperties": False,
        "required": list(KEYS[:2]),
        "properties": {
            "delay_minutes": {
                "type": "integer",
                "minimum": 0,
                "maximum": DELAY_MAX,
                "description": "minutes after the ladder's start; at least that of the step before",
            },
            "channel": {"type": "string", "enum": Channel.values},
            "script_en": _SCRIPT_SCHEMA,
            "script_fr": _SCRIPT_SCHEMA,
        },
    },
    "examples": [GUIDE_STEPS[:2]],
}


@extend_schema_field(STEPS_SCHEMA)
class StepsField(JsonField):
    """The field for the steps of a ladder, checked together. An error names the place of the wrong step in the list."""

    def to_internal_value(self, data: Any) -> list[dict[str, Any]]:
        try:
            return normalised(super().to_internal_value(data))
        except InvalidSteps as error:
            raise ValidationError(_by_place(error)) from error


def _by_place(error: InvalidSteps) -> dict[str, Any]:
    return {place: [message] for place, message in error.errors.items()}


TemplateOut = out_of(LadderTemplate, "Template", steps=StepsField(read_only=True))


def _kind() -> UpperChoiceField:
    return UpperChoiceField(
        choices=LadderTemplate.Kind.choices,
        default=LadderTemplate.Kind.STANDARD.value,
        help_text="COLD: for a known lead who gave no ground for the STANDARD one's first step, a message",
    )


class TemplateParams(PolicyParams):
    """A ladder template to create or change; an absent setting keeps its value."""

    policy = LadderTemplate

    kind = _kind()
    steps = StepsField(required=False, help_text="required for a new template; replaces the old steps as a whole")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        attrs = super().validate(attrs)
        if attrs["kind"] == LadderTemplate.Kind.COLD and "steps" in attrs:
            try:
                require_call_first(attrs["steps"])
            except InvalidSteps as error:
                raise ValidationError({"steps": _by_place(error)}) from error
        return attrs


class TemplatePlaceParams(PlaceParams):
    """The parameters that choose a template: a market, and the kind of the template."""

    province = ProvinceField()
    market = WordField(default=ALL)
    kind = _kind()


class EffectiveTemplateOut(serializers.Serializer[Any]):
    """The effective template of one kind for a market. `found` is false if there is none."""

    found = serializers.BooleanField()
    province = serializers.CharField()
    market = serializers.CharField()
    kind = serializers.ChoiceField(LadderTemplate.Kind.choices)
    matched_market = serializers.CharField(allow_null=True)
    enabled = serializers.BooleanField(help_text="false: no ladder is made from it")
    version = StrictIntegerField(allow_null=True)
    steps = JsonField()
    min_gap_minutes = StrictIntegerField()


@policy_endpoints(
    LadderTemplate,
    path="templates",
    out=TemplateOut,
    params=TemplateParams,
    does="Create or change a template of a market. Existing ladders keep their steps.",
    example=(
        "Toronto, one text message and one call",
        {"province": "ON", "market": "TORONTO", "enabled": True, "steps": GUIDE_STEPS[:2], "reason": "a trial"},
    ),
)
class TemplateViewSet(ApiViewSet):
    """The endpoints of ladder templates."""

    permissions = {"effective": "followups.view_laddertemplate"}

    @ask("templates/effective", TemplatePlaceParams, EffectiveTemplateOut)
    def effective(self, request: Request, province: str, market: str, kind: str) -> Response:
        """The template of one kind for new ladders of a market: the market's own, or else the province's."""
        template = policies.effective(LadderTemplate, mark.current(), province, market, kind)
        return Response(
            {
                "found": template is not None,
                "province": province,
                "market": market,
                "kind": kind,
                "matched_market": template.market if template else None,
                "enabled": template is not None and template.enabled,
                "version": template.version if template else None,
                "steps": template.steps if template else [],
                "min_gap_minutes": template.min_gap_minutes if template else 0,
            }
        )
