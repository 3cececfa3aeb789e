"""openapi-python-client, the common generator for Python, makes a complete client with types."""

import importlib
import json
import subprocess
import sys
from collections.abc import Iterator
from operator import attrgetter
from pathlib import Path
from types import GenericAlias, ModuleType
from typing import Any, get_args, get_type_hints

import httpx
import pytest

from tests.clients.operations import DOCUMENT, OPERATIONS, Operation

GENERATOR = Path(sys.executable).with_name("openapi-python-client")
PACKAGE = "generated_client"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The name of the generated package, ready to import."""
    folder = tmp_path_factory.mktemp("python")
    (folder / "config.yaml").write_text("post_hooks: []\n")
    command = [
        *(str(GENERATOR), "generate", "--path", str(DOCUMENT), "--output-path", str(folder / PACKAGE), "--meta", "none"),
        *("--config", str(folder / "config.yaml"), "--fail-on-warning"),
    ]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode:
        pytest.fail(done.stdout, pytrace=False)
    sys.path.insert(0, str(folder))
    yield PACKAGE
    sys.path.remove(str(folder))


def _module(client: str, operation: Operation) -> ModuleType:
    return importlib.import_module(f"{client}.api.{operation.tag}.{operation.id}")


def _model(client: str, name: str) -> Any:
    return getattr(importlib.import_module(f"{client}.models"), name)


@pytest.mark.parametrize("operation", OPERATIONS, ids=attrgetter("id"))
def test_each_operation_has_a_function_and_a_typed_answer(client: str, operation: Operation) -> None:
    (answers,) = get_args(get_type_hints(_module(client, operation).sync_detailed)["return"])
    one = str if operation.answer == "string" else _model(client, operation.answer)
    assert set(get_args(answers)) == {GenericAlias(list, one) if operation.is_list else one, _model(client, "ErrorOut")}


@pytest.mark.parametrize("operation", [operation for operation in OPERATIONS if operation.body], ids=attrgetter("id"))
def test_a_body_is_sent_as_json(client: str, operation: Operation) -> None:
    """If a form is documented too, the client sends a form, and free JSON arrives as Python's repr."""

    class Body(_model(client, str(operation.body))):  # type: ignore[misc]
        def to_dict(self) -> dict[str, Any]:
            return {"comps": [{"price": 1}]}

    path = {"id": 1} if "_by_id" in operation.id else {}
    request = httpx.Request(**_module(client, operation)._get_kwargs(body=Body.__new__(Body), **path))
    assert request.headers["Content-Type"] == "application/json"
    assert json.loads(request.content) == {"comps": [{"price": 1}]}


def test_free_json_is_kept_whole_as_an_object_and_as_an_array(client: str) -> None:
    free = {"comps": [{"price": 1, "rooms": [2]}], "assumptions": {"roof": {"age": []}}}
    given = {"province": "ON", "arv": 450_000, "repairs": 0, **free}
    model = _model(client, "ComputeParamsRequest")
    assert model.from_dict(given).to_dict().items() >= given.items()


def test_no_operation_is_left_out(client: str) -> None:
    api = Path(str(importlib.import_module(client).__file__)).parent / "api"
    assert {file.stem for file in api.glob("*/*.py")} - {"__init__"} == {operation.id for operation in OPERATIONS}
