"""The banner on the pages of Control and of the rules: what the law prohibits and we only warn of, and the reason."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from governance.gate.rules import leniency as what_is_lenient
from wholesale.console.pages import CONTROL_PAGES


def leniency(request: HttpRequest) -> dict[str, Any]:
    """Context processor: add the banner `leniency` on the pages of Control and of the rules. Other pages get nothing.

    The banner is loaded lazily, because a page renders many templates and only one of them uses it.
    """
    match = getattr(request, "resolver_match", None)
    is_shown = match is not None and match.namespace == "admin" and _is_of_control(match.url_name or "")
    return {"leniency": SimpleLazyObject(_leniency)} if is_shown else {}


def _is_of_control(url_name: str) -> bool:
    return url_name.startswith(tuple(f"{page}_" for page in CONTROL_PAGES))


def _leniency() -> dict[str, str]:
    """Return the rules of the law that only warn (`what`), and the operator's `reason`. Empty if all rules are enforced."""
    what, reason = what_is_lenient()
    return {"what": "; ".join(what.values()), "reason": reason} if what else {}
