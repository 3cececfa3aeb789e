"""The OpenAPI document: the tags of its areas, and the errors and headers that all operations share."""

import re
from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiExample

_ERROR_SCHEMA = {
    "type": "object",
    "required": ["type", "errors"],
    "properties": {
        "type": {"type": "string", "enum": ["validation_error", "client_error", "server_error"]},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["code", "detail", "attr"],
                "properties": {
                    "code": {"type": "string", "description": "a stable word (docs/api.md lists them)"},
                    "detail": {"type": "string", "description": "a sentence for a person"},
                    "attr": {"type": ["string", "null"], "description": "the field it is about"},
                },
            },
        },
    },
    "examples": [
        {
            "type": "validation_error",
            "errors": [{"code": "invalid_choice", "detail": "Must be one of SMS, CALL, EMAIL.", "attr": "channel"}],
        }
    ],
}
_ERRORS = {
    "400": "A parameter is wrong, or the request is malformed; `attr` names the field.",
    "401": "No credentials, or none that are valid.",
    "403": "Your role may not do this.",
    "404": "No such row or page.",
    "405": "No such method here.",
    "406": "The Accept header asks for what this endpoint cannot give.",
    "503": "`KILL_SWITCH_ENGAGED`, `GO_LIVE_DISABLED` or `database_unavailable`; the last with Retry-After.",
}
_POST_ERRORS = {
    "409": "The state of the system refuses, or the Idempotency-Key was used for another request.",
    "411": "The body came with Transfer-Encoding: send Content-Length.",
    "413": "The body is too large.",
    "415": "The body is neither JSON nor a form.",
}
_CORRELATION = {
    "name": "X-Correlation-ID",
    "in": "header",
    "required": False,
    "description": "Stored on every row that the request writes, and echoed; absent, one is made.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 128, "pattern": "^[!-~]+$"},
}
_IDEMPOTENCY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "The same key with the same parameters replays the first answer for 24 hours, "
    "with the header Idempotency-Replayed: true.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 128, "pattern": "^[!-~]+$"},
}
_PREFER = {
    "name": "Prefer",
    "in": "header",
    "required": False,
    "description": "`handling=strict`: an unknown parameter is refused, 400 `unknown_parameter`. "
    "Else the answer names it in X-Ignored-Parameters.",
    "schema": {"type": "string", "enum": ["handling=strict", "handling=lenient"]},
}
_ANSWER_HEADERS = {
    "X-Ignored-Parameters": {
        "description": "The names of the parameters that mean nothing here, percent-encoded, at most 20; absent without",
        "schema": {"type": "string"},
    },
    "Preference-Applied": {"description": "Repeats Prefer.", "schema": {"type": "string"}},
}
# 18 digits fit into a bigint. A path with more digits does not exist.
_ROW_ID = {"type": "integer", "minimum": 1, "maximum": 10**18 - 1, "examples": [1]}


class ApiSchema(AutoSchema):
    """Describes operations for the OpenAPI document. The tag is the area, such as "kpi" or "governance market"."""

    def get_tags(self) -> list[str]:
        parts = self.path.strip("/").split("/")[1:]
        return [" ".join(parts[:2]) if parts[0] in ("governance", "deals") else parts[0]]

    def map_parsers(self) -> list[str]:
        """Document only JSON, although forms are read too. Generated clients would send forms, which carry no free JSON."""
        return ["application/json"]

    def get_operation_id(self) -> str:
        """Return the method and the path as an id, such as `get_followups_due` or `post_followups_task_by_id_complete`."""
        path = re.sub(r"\{(\w+)\}", r"by_\1", self.path.removeprefix("/api/"))
        return f"{self.method.lower()}_{path.replace('/', '_').replace('-', '_')}"


def example(title: str, values: dict[str, Any]) -> OpenApiExample:
    """Return an example of a request, with the values of its parameters."""
    return OpenApiExample(title, request_only=True, value=values)


def document_common_errors(result: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    """Hook of drf-spectacular: add the errors, headers and row ids that all operations share."""
    result["components"]["schemas"]["ErrorOut"] = _ERROR_SCHEMA
    result["components"]["headers"] = _ANSWER_HEADERS
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/ErrorOut"}}}
    for path in result["paths"].values():
        for method, operation in path.items():
            is_post = method == "post"
            for parameter in operation.get("parameters", []):
                if parameter["in"] == "path":
                    parameter["schema"] = _ROW_ID
            operation.setdefault("parameters", []).extend([_CORRELATION, _PREFER, *([_IDEMPOTENCY] if is_post else [])])
            for status, answer in operation["responses"].items():
                if status.startswith("2"):
                    answer["headers"] = {name: {"$ref": f"#/components/headers/{name}"} for name in _ANSWER_HEADERS}
            for status, description in {**_ERRORS, **(_POST_ERRORS if is_post else {})}.items():
                operation["responses"].setdefault(status, {"description": description, "content": content})
            operation["responses"] = dict(sorted(operation["responses"].items()))
            # Each parameter may come in the query string instead, so no body is required.
            operation.get("requestBody", {}).pop("required", None)
    return result
