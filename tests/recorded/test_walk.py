"""Every endpoint answers and writes the same as when the walk was recorded (`python -m tests.recorded.record`)."""

import difflib
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from tests.both_ways import past_the_lane
from tests.documented import document
from tests.recorded import changes, store, world
from tests.recorded.requests import operations, scenes
from tests.recorded.stories import STORIES
from tests.recorded.walking import Walker
from tests.wholesale.api_walk import ENDPOINTS

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("recorded")]
NAMES = "names"  # the file with the names of the document
KINDS = {"get": {"good", "bad", "refused"}, "post": {"good", "bad", "repeated", "refused"}}


@pytest.fixture(scope="module")
def walker(django_db_setup: None, django_db_blocker: Any) -> Iterator[Walker]:
    """A walker in the world, whose rows are rolled back afterwards."""
    with django_db_blocker.unblock(), changes.watching(), transaction.atomic():
        changes.number_apart()
        built = world.build(changes.tables())
        changes.taken()
        yield built
        transaction.set_rollback(True)


def compare(name: str, walked: dict[str, str]) -> None:
    """Fail with the requests that behave differently, or record their present behaviour."""
    if store.is_recording():
        store.write(name, walked)
        return
    stored = store.read(name)
    differing = [title for title in {**stored, **walked} if stored.get(title) != walked.get(title)]
    if differing:
        told = [_difference(title, stored.get(title, ""), walked.get(title, "")) for title in differing]
        pytest.fail(f"{len(differing)} requests of {name} behave otherwise than recorded\n" + "\n".join(told), pytrace=False)


def _difference(title: str, stored: str, walked: str) -> str:
    lines = difflib.unified_diff(stored.splitlines(), walked.splitlines(), "recorded", "now", lineterm="", n=2)
    return "\n".join([f"--- {title}: {walked.splitlines()[0] if walked else 'is not asked any more'}", *list(lines)[2:]])


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=str)
def test_an_endpoint_behaves_as_recorded(walker: Walker, endpoint: Any) -> None:
    (operation,) = [one for one in operations() if (one.method, one.path) == (endpoint.method, endpoint.path)]
    told = [one for scene in scenes(operation) for one in walker.walked(scene)]
    assert len({one.name for one in told}) == len(told), "two requests of one name"
    compare(operation.name, store.as_blocks(told))


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=str)
def test_the_good_requests_of_an_endpoint_behave_as_recorded_past_the_lane_too(walker: Walker, endpoint: Any) -> None:
    (operation,) = [one for one in operations() if (one.method, one.path) == (endpoint.method, endpoint.path)]
    good = [scene for scene in scenes(operation) if len(scene.requests) == 1 and scene.requests[0].kind == "good"]
    with past_the_lane():
        walked = store.as_blocks(one for scene in good for one in walker.walked(scene))
    stored = store.read(operation.name)
    assert walked == {title: stored[title] for title in walked}


@pytest.mark.parametrize("name", STORIES)
def test_a_story_goes_as_recorded(walker: Walker, name: str) -> None:
    compare(f"story_{name}", store.as_blocks(one for scene in STORIES[name] for one in walker.walked(scene)))


def test_every_documented_operation_is_walked_with_every_kind_of_request() -> None:
    assert {(one.method, one.path) for one in operations()} == {(one.method, one.path) for one in ENDPOINTS}
    for operation in operations():
        asked = {request.kind for scene in scenes(operation) for request in scene.requests if request.is_told}
        assert asked == KINDS[operation.method]


def test_the_document_has_its_recorded_names() -> None:
    components = {f"{kind} {name}" for kind, named in document()["components"].items() for name in named}
    named = {f"operation {one.method.upper()} {one.path} {one.name}" for one in operations()}
    compare(NAMES, dict.fromkeys(sorted(components | named), "\n"))


def test_each_file_belongs_to_an_operation_or_a_story() -> None:
    names = {NAMES, *(one.name for one in operations()), *(f"story_{name}" for name in STORIES)}
    if store.is_recording():
        store.remove_others(names)
    assert {path.stem for path in store.FOLDER.glob("*.txt")} == names
