"""One public class has one name: a name that is used twice means one thing in one file and another in the next."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from tests.wholesale.test_structure import PRODUCT

# Names that Django gives: a command is found by its file, the rest by the class that holds it.
OF_THE_FRAMEWORK = {"Command", "Meta", "Migration"}


def public_classes(path: Path) -> Iterator[str]:
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield node.name


def test_one_public_class_has_one_name() -> None:
    found = defaultdict(list)
    for package in PRODUCT:
        for path in sorted((settings.BASE_DIR / package).rglob("*.py")):
            if "migrations" not in path.parts:
                for name in public_classes(path):
                    found[name].append(path.relative_to(settings.BASE_DIR).as_posix())
    assert len(found) > 500
    assert {
        name: paths
        for name, paths in found.items()
        if len(paths) > 1 and name not in OF_THE_FRAMEWORK and not name.endswith("Config")
    } == {}
