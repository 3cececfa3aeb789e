"""openapi-generator, which pip can install with its Java, makes a complete TypeScript client."""

import re
import subprocess
import sys
from operator import attrgetter
from pathlib import Path

import pytest

from tests.clients.operations import DOCUMENT, OPERATIONS, Operation

GENERATOR = Path(sys.executable).with_name("openapi-generator-cli")
# The generator prints this for every OpenAPI 3.1 document.
KNOWN = "OpenAPI 3.1 support is still in beta."


@pytest.fixture(scope="module")
def functions(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The functions of the generated client by name, each with its return type."""
    folder = tmp_path_factory.mktemp("typescript")
    command = [str(GENERATOR), "generate", "-i", str(DOCUMENT), "-g", "typescript-fetch", "-o", str(folder)]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    warnings = [line for line in done.stdout.splitlines() if re.search("WARN|ERROR", line) and KNOWN not in line]
    if done.returncode or warnings:
        pytest.fail("\n".join(warnings) or done.stdout, pytrace=False)
    source = "".join(file.read_text() for file in folder.glob("apis/*.ts"))
    return dict(re.findall(r"^    async (\w+)\(.*\): Promise<(.+)> \{$", source, re.MULTILINE))


@pytest.mark.parametrize("operation", OPERATIONS, ids=attrgetter("id"))
def test_each_operation_has_a_function_and_a_typed_answer(functions: dict[str, str], operation: Operation) -> None:
    name = re.sub("_(.)", lambda letter: letter[1].upper(), operation.id)
    assert functions[name] == (f"Array<{operation.answer}>" if operation.is_list else operation.answer)
