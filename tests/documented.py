"""What the OpenAPI document says of the API: its operations come from the router, their parameters from the serializers.

A test that walks all of one kind (every number, every list) asks here, so that a new endpoint is walked without a line.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any

from drf_spectacular.generators import SchemaGenerator


@dataclass(frozen=True)
class Parameter:
    """A parameter as a query takes it; a POST takes it in the body too."""

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
    """The paths that answer rows page by page."""
    return tuple(one.path for one in parameters() if one.name == "page_size")


def whole_numbers() -> list[Parameter]:
    """The parameters that take a whole number. A page's size is none of them: an odd one is put right."""
    return [one for one in parameters() if _kind(one.schema) == "integer" and one.name != "page_size"]


def numbers() -> list[Parameter]:
    """The parameters that take a number."""
    return [one for one in parameters() if _kind(one.schema) == "number"] + whole_numbers()


def _kind(schema: dict[str, Any]) -> str:
    kind = schema.get("type", "")
    return str(kind if isinstance(kind, str) else kind[0])


def posts() -> set[str]:
    """The paths that take a POST."""
    return {path for path, operations in document()["paths"].items() if "post" in operations}


def texts(path: str) -> set[str]:
    """The parameters of a POST that take a text."""
    return {one.name for one in parameters() if one.method == "POST" and one.path == path and _kind(one.schema) == "string"}


def optional(path: str) -> list[str]:
    """The parameters that a POST may go without."""
    body = document()["paths"][path]["post"].get("requestBody", {"content": {"application/json": {"schema": {}}}})
    schema = body["content"]["application/json"]["schema"]
    if "$ref" in schema:
        schema = document()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return [name for name in schema.get("properties", {}) if name not in schema.get("required", ())]
