"""`/api/schema` is built once, is open to everybody, and is cheap the second time."""

import json

import pytest
import yaml
from django.test import Client
from drf_spectacular.generators import SchemaGenerator

from wholesale.plumbing.http import schema_view


@pytest.fixture(autouse=True)
def times_built(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """A list with one entry for each build. It is empty when a test begins."""
    built: list[int] = []
    original = SchemaGenerator.get_schema

    def counting(self: SchemaGenerator, *args: object, **kwargs: object) -> object:
        built.append(1)
        return original(self, *args, **kwargs)

    monkeypatch.setattr(schema_view, "documents", {})
    monkeypatch.setattr(SchemaGenerator, "get_schema", counting)
    return built


def test_the_document_is_built_once_whoever_asks(client: Client, times_built: list[int]) -> None:
    first = client.get("/api/schema")
    assert first.status_code == 200
    assert yaml.safe_load(first.content)["openapi"] == "3.1.0"
    again = client.get("/api/schema?version=2&lang=fr", headers={"Authorization": "Token nonsense"})
    assert again.content == first.content
    assert len(times_built) == 1


def test_a_client_with_the_current_document_gets_304(client: Client) -> None:
    first = client.get("/api/schema")
    assert "max-age=300" in first["Cache-Control"]
    again = client.get("/api/schema", headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])


def test_json_and_yaml_are_separate_documents_of_one_schema(client: Client) -> None:
    as_yaml = client.get("/api/schema")
    as_json = client.get("/api/schema", headers={"Accept": "application/vnd.oai.openapi+json"})
    assert json.loads(as_json.content) == yaml.safe_load(as_yaml.content)
    assert as_json["ETag"] != as_yaml["ETag"]
    assert client.get("/api/schema", headers={"Accept": "image/png"}).status_code == 406
