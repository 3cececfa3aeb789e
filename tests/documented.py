"""The API as its OpenAPI document describes it: operations from the router, parameters from the serializers.

Tests that walk every number or every list read them here, so that a new endpoint is walked without a new line.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any

from drf_spectacular.generators import SchemaGenerator


@dataclass(frozen=True)
class Parameter:
    """A parameter of a query. A POST accepts it in the body too."""

    method: str
    path: str
    name: str
    schema: dict[str, Any]

    def __repr__(self) -> str:
        return f"{self.method} {self.path} {self.name}"


@cache
def document() -> dict[str, Any]:
    """The OpenAPI document."""
    made: dict[str, Any] = SchemaGenerator().get_schema(public=True)
    return made


@cache
def parameters() -> tuple[Parameter, ...]:
    """Every parameter of every operation."""
    return tuple(
        Parameter(method.upper(), path, one["name"], one["schema"])
        for path, operations in document()["paths"].items()
        for method, operation in operations.items()
        for one in operation.get("parameters", ())
        if one["in"] == "query"
    )


@cache
def lists() -> tuple[str, ...]:
    """The paths that answer pages of rows."""
    return tuple(one.path for one in parameters() if one.name == "page_size")


def whole_numbers() -> list[Parameter]:
    """The whole-number parameters. `page_size` is left out, since the API corrects an odd one."""
    return [one for one in parameters() if _kind(one.schema) == "integer" and one.name != "page_size"]


def numbers() -> list[Parameter]:
    """The parameters that are numbers."""
    return [one for one in parameters() if _kind(one.schema) == "number"] + whole_numbers()


def _kind(schema: dict[str, Any]) -> str:
    kind = schema.get("type", "")
    return str(kind if isinstance(kind, str) else kind[0])


def posts() -> set[str]:
    """The paths with a POST."""
    return {path for path, operations in document()["paths"].items() if "post" in operations}


def texts(path: str) -> set[str]:
    """The text parameters of a POST."""
    return {one.name for one in parameters() if one.method == "POST" and one.path == path and _kind(one.schema) == "string"}


def optional(path: str) -> list[str]:
    """The optional parameters of a POST."""
    body = document()["paths"][path]["post"].get("requestBody", {"content": {"application/json": {"schema": {}}}})
    schema = body["content"]["application/json"]["schema"]
    if "$ref" in schema:
        schema = document()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return [name for name in schema.get("properties", {}) if name not in schema.get("required", ())]
