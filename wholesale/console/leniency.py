"""The banner on the admin's pages of Control: the rules of the law that only warn instead of refusing, and the reason."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from governance.gate.rules import leniency as what_is_lenient
from wholesale.console.frame import NAVIGATION

_SHOWN_TOO = ("governance_organisation_changelist", "governance_organisation_change")


def leniency(request: HttpRequest) -> dict[str, Any]:
    """Context processor: add the banner `leniency` on the pages of Control and of the organisation. Other pages get nothing.

    The banner is loaded lazily, because a page renders many templates and only one of them uses it.
    """
    match = getattr(request, "resolver_match", None)
    is_shown = match is not None and match.namespace == "admin" and _is_of_control(match.url_name or "")
    return {"leniency": SimpleLazyObject(_leniency)} if is_shown else {}


def _is_of_control(url_name: str) -> bool:
    pages = tuple(f"{page.app}_{page.model}_" for page in NAVIGATION["Control"])
    return url_name.startswith(pages) or url_name in _SHOWN_TOO


def _leniency() -> dict[str, str]:
    """Return the rules of the law that only warn (`what`), and the operator's `reason`. Empty if all rules are enforced."""
    what, reason = what_is_lenient()
    return {"what": "; ".join(what.values()), "reason": reason} if what else {}
