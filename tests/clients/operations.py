"""The operations of docs/openapi.yaml that a client must have, and the answer of each."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

DOCUMENT = Path(__file__).parents[2] / "docs/openapi.yaml"


@dataclass(frozen=True)
class Operation:
    """One operation of the document."""

    id: str
    tag: str
    answer: str  # the name of the answer's component; "string" for text
    is_list: bool  # whether the answer is a list of them
    body: str | None  # the name of the body's component


def _operations() -> Iterator[Operation]:
    document = yaml.load(DOCUMENT.read_text(), Loader=yaml.CSafeLoader)
    for path in document["paths"].values():
        for operation in path.values():
            answer = _schema(next(answer for status, answer in operation["responses"].items() if status.startswith("2")))
            body = operation.get("requestBody")
            yield Operation(
                id=operation["operationId"],
                tag=operation["tags"][0].replace(" ", "_").replace("-", "_"),
                answer=_name(answer.get("items", answer)),
                is_list="items" in answer,
                body=_name(_schema(body)) if body else None,
            )


def _schema(content_of: dict[str, Any]) -> dict[str, Any]:
    content = next(iter(content_of["content"].values()))  # JSON stands first, where an answer has several forms
    schema: dict[str, Any] = content["schema"]
    return schema


def _name(schema: dict[str, Any]) -> str:
    name: str = schema["$ref"].rsplit("/", 1)[1] if "$ref" in schema else schema["type"]
    return name


OPERATIONS = list(_operations())
