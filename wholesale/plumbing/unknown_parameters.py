"""Unknown parameters of a request. A header of the answer names them. If a Prefer header asks for it, they are refused."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Any
from urllib.parse import quote

from django.utils.datastructures import MultiValueDict
from rest_framework.exceptions import ErrorDetail, ParseError, ValidationError
from rest_framework.request import Request

from wholesale.plumbing.texts import parse_json

IGNORED_HEADER = "X-Ignored-Parameters"
APPLIED_HEADER = "Preference-Applied"
NAMES_MAX = 20
NAME_MAX_LENGTH = 64
HEADER_MAX_LENGTH = 1000
STRICT = "handling=strict"
_HANDLING = re.compile(r'(?:^|,)\s*handling\s*=\s*"?(strict|lenient)"?\s*(?=$|[,;])', re.IGNORECASE)
_CSRF = "csrfmiddlewaretoken"  # browsers' forms send it for the CSRF check


@dataclass(frozen=True, slots=True)
class Known:
    """The names of an endpoint's parameters, and the names within those that are objects or lists of objects."""

    names: frozenset[str] = frozenset()
    rows: Mapping[str, frozenset[str]] = field(default_factory=dict)
    objects: Mapping[str, frozenset[str]] = field(default_factory=dict)


def unknown(request: Request, known: Known) -> list[str]:
    """Return the request's parameters that the endpoint does not know, sorted, at most NAMES_MAX.

    Raises:
        ParseError: the body is not an object.

    """
    names = request.query_params.keys() - known.names
    body = _body(request)
    # For a GET, every name in a body is unknown.
    names |= body.keys() - known.names - {_CSRF} if request.method == "POST" else body.keys()
    if not names and not known.rows and not known.objects:
        return []
    given = {**last_values(request.query_params), **body}
    within = chain(_in_objects(given, known.objects), _in_rows(given, known.rows))
    return [_shown(name) for name in islice(chain(sorted(names), within), NAMES_MAX)]


def last_values(query: MultiValueDict[str, str]) -> dict[str, str]:
    """Return the parameters of a query string. Of a parameter that is repeated, the last value counts."""
    return {name: values[-1] for name, values in query.lists()}


def preference(request: Request) -> str | None:
    """Return what the client prefers: `handling=strict`, `handling=lenient`, or None if the request does not say."""
    found = _HANDLING.search(request.META.get("HTTP_PREFER", ""))
    return f"handling={found[1].lower()}" if found else None


def refuse(names: Iterable[str], known: Known) -> None:
    """Refuse the request for its unknown parameters.

    Raises:
        ValidationError: always. The error names each unknown parameter.

    """
    there_are = f"There are: {', '.join(sorted(known.names))}." if known.names else "It takes none."
    detail = ErrorDetail(f"This endpoint has no such parameter. {there_are}", "unknown_parameter")
    raise ValidationError({name: [detail] for name in names})


def header(names: Iterable[str]) -> str:
    """Return the value of the header that names unknown parameters."""
    value = ", ".join(names)
    return value if len(value) <= HEADER_MAX_LENGTH else value[: value.rindex(",", 0, HEADER_MAX_LENGTH)] + ", ..."


def _shown(name: str) -> str:
    return quote(name[:NAME_MAX_LENGTH], safe="", errors="replace")


def _body(request: Request) -> Mapping[str, Any]:
    if request.META.get("CONTENT_LENGTH") in (None, "", "0"):
        return {}
    body: Any = request.data
    if not isinstance(body, Mapping):
        raise ParseError("The body must be a JSON object or a form.")
    return body


def _in_objects(given: Mapping[str, Any], objects: Mapping[str, frozenset[str]]) -> Iterator[str]:
    for parameter, names in objects.items():
        value = _parsed(given.get(parameter))
        if isinstance(value, dict):
            yield from (f"{parameter}.{name}" for name in sorted(value.keys() - names))


def _in_rows(given: Mapping[str, Any], rows: Mapping[str, frozenset[str]]) -> Iterator[str]:
    for parameter, names in rows.items():
        for number, row in enumerate(_rows(given.get(parameter))):
            if isinstance(row, dict):
                yield from (f"{parameter}.{number}.{name}" for name in sorted(row.keys() - names))


def _rows(given: Any) -> list[Any]:
    rows = _parsed(given)
    return rows if isinstance(rows, list) else []


def _parsed(given: Any) -> Any:
    """Return a text parsed as JSON, or None if it is not JSON. Return any other value unchanged."""
    if not isinstance(given, str):
        return given
    try:
        return parse_json(given)
    except ValueError:
        return None  # the field reports the fault
