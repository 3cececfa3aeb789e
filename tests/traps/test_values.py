"""Values that look valid but are not: each is refused with its field named."""

import json
from typing import Any
from urllib.parse import quote

import pytest
from rest_framework.test import APIClient

from tests.documented import Parameter, lists, numbers, whole_numbers
from tests.traps.requests import (
    FORM,
    POSTS,
    PROVINCE_OPTIONAL,
    RECEIVED_TEXTS,
    TEXTS,
    assert_refused,
    is_as_at_first,
    post_json,
    send,
    valid,
)

pytestmark = pytest.mark.django_db

UNSTORABLE = {"lone surrogate": "\ud800", "low surrogate": "\udfff", "NUL": "\x00"}
NO_NUMBER = [
    "1e3",
    "1_000",
    "٣",
    "\uff15",
    "NaN",
    "Infinity",
    "-inf",
    "9" * 400,
    "1.",
    ".5",
    "+5",
    "0x10",
    "--1",
    "abc",
]
NO_JSON_NUMBER: list[Any] = [True, [], {}, [1], {"a": 1}, 10**400, "\ud800", "5\x00"]
NO_WHOLE_NUMBER: list[Any] = [1.0, "1.0", 1e30, "1.5", 2.5]


@pytest.mark.parametrize("character", UNSTORABLE.values(), ids=UNSTORABLE)
def test_every_text_field_refuses_unstorable_characters(operator: APIClient, to_post: Any, character: str) -> None:
    for path, name in TEXTS:
        spoilt = {**POSTS[path], name: f"a{character}b"}
        assert_refused(post_json(operator, to_post(path), spoilt), 400, attr=name)


@pytest.mark.parametrize("escape", ["%00", "a%00b", "%01", "%7F", "%C2%85"])
def test_control_characters_are_refused_in_forms_and_queries(operator: APIClient, to_post: Any, escape: str) -> None:
    for path, name in TEXTS:
        others = "&".join(f"{key}={value}" for key, value in POSTS[path].items() if isinstance(value, str) and key != name)
        there, spoilt = to_post(path), f"{others}&{name}=x{escape}x"
        assert_refused(send(operator, there, spoilt, FORM), 400, attr=name)
        assert_refused(send(operator, f"{there}?{spoilt}", "", FORM), 400, attr=name)


@pytest.mark.parametrize("value", ["a\ud800b", "\x00", "\x1b[31m", "a" * 100_000, 10**400, [], {"a": ["\ud800"]}, True])
def test_no_detail_of_a_received_message_refuses_it(operator: APIClient, to_post: Any, value: Any) -> None:
    for path, name in RECEIVED_TEXTS:
        answer = post_json(operator, to_post(path), {**POSTS[path], name: value})
        assert answer.status_code == 201, (path, name, answer.content)


@pytest.mark.parametrize("escape", ["%00", "%01", "%7F", "%C2%85", "%ED%A0%80"])
def test_no_detail_of_a_received_message_refuses_it_in_forms_and_queries(
    operator: APIClient, to_post: Any, escape: str
) -> None:
    for path, name in RECEIVED_TEXTS:
        others = "&".join(f"{key}={quote(value)}" for key, value in POSTS[path].items() if key != name)
        query = f"{others}&{name}=x{escape}x"
        assert send(operator, f"{to_post(path)}?{query}", "", FORM).status_code == 201, (path, name)


@pytest.mark.parametrize("text", ['{"a": "\\ud800"}', '{"\\ud800": 1}', '[{"deep": ["\\u0000"]}]', '{"\\u0000": 1}'])
def test_json_fields_refuse_unstorable_characters(operator: APIClient, text: str) -> None:
    body = {**POSTS["/api/deals/offers/compute"], "assumptions": json.loads(text)}
    assert_refused(post_json(operator, "/api/deals/offers/compute", body), 400, attr="assumptions")
    assert_refused(post_json(operator, "/api/deals/offers/compute", {**body, "assumptions": text}), 400, attr="assumptions")
    rules = {"province": "ON", "rules": json.loads(text)}
    assert_refused(post_json(operator, "/api/governance/market/policies/upsert", rules), 400)


@pytest.mark.parametrize("name", ["\ud800", "\x00", "a" * 100_000], ids=["surrogate", "NUL", "long"])
def test_an_unknown_key_is_ignored_whatever_it_is(operator: APIClient, to_post: Any, name: str) -> None:
    for path, body in POSTS.items():
        for key in ({}, {"HTTP_IDEMPOTENCY_KEY": path}):
            answer = post_json(operator, to_post(path), {**body, name: "\ud800\x00"}, **key)
            assert is_as_at_first(path, answer), answer.content


every_number = pytest.mark.parametrize("number", numbers(), ids=repr)


def _ask(client: APIClient, to_post: Any, one: Parameter, value: Any) -> Any:
    parameters = {**valid(one.method, one.path), one.name: value}
    if one.method == "POST":
        return post_json(client, to_post(one.path), parameters)
    return client.get(one.path, parameters)


@every_number
def test_text_that_is_no_plain_number_is_refused(operator: APIClient, to_post: Any, number: Parameter) -> None:
    for value in NO_NUMBER:
        assert_refused(_ask(operator, to_post, number, value), 400, attr=number.name)


@pytest.mark.parametrize("number", [one for one in numbers() if one.path not in lists()], ids=repr)
def test_a_number_between_spaces_is_refused(operator: APIClient, to_post: Any, number: Parameter) -> None:
    """Only the filters of the resource lists trim spaces."""
    for value in (" 5", "5 ", "\t5", "5\n"):
        assert_refused(_ask(operator, to_post, number, value), 400, attr=number.name)


@pytest.mark.parametrize("number", [one for one in numbers() if one.method == "POST"], ids=repr)
def test_json_that_is_no_number_is_refused(operator: APIClient, to_post: Any, number: Parameter) -> None:
    for value in NO_JSON_NUMBER:
        assert_refused(_ask(operator, to_post, number, value), 400, attr=number.name)


@pytest.mark.parametrize("number", whole_numbers(), ids=repr)
def test_a_fraction_is_no_whole_number(operator: APIClient, to_post: Any, number: Parameter) -> None:
    for value in NO_WHOLE_NUMBER:
        assert_refused(_ask(operator, to_post, number, value), 400, attr=number.name)


@every_number
def test_a_number_beyond_all_bounds_is_refused(operator: APIClient, to_post: Any, number: Parameter) -> None:
    """Only the value of a KPI, the profit of a deal and a place's degrees may be below 0."""
    below = () if number.name in ("value", "realized_profit", "latitude", "longitude") else ("-1",)
    for value in (*below, "9" * 20, "9" * 40, f"-{'9' * 40}"):
        assert_refused(_ask(operator, to_post, number, value), 400, attr=number.name)


@pytest.mark.parametrize("value", ["a\ud800", {"a": 1}, [], 5.5, None, True])
def test_a_word_of_another_type_is_refused_or_absent(operator: APIClient, to_post: Any, value: Any) -> None:
    for path, body in POSTS.items():
        if "province" in body and not (value is None and path in PROVINCE_OPTIONAL):
            assert_refused(post_json(operator, path, {**body, "province": value}), 400, attr="province")


@pytest.mark.parametrize(
    "row_id", ["9" * 19, "9" * 400, "9" * 18, "0", "-1", "1.0", "٣", "1e3", "%00", "%ED%A0%80", "a" * 8_000]
)
def test_an_unknown_id_is_not_found(operator: APIClient, row_id: str) -> None:
    for path in (*lists(), "/api/governance/market/policies"):
        assert_refused(operator.get(f"{path}/{row_id}"), 404, attr=None)
    assert_refused(operator.post(f"/api/followups/task/{row_id}/complete"), 404, attr=None)
