"""Parts of the admin's pages that are declared in one line: columns, buttons and permissions."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.utils import prettify_json

from wholesale.plumbing.vocabulary import ALL


def column(title: str, text: Callable[[Any], object], **options: Any) -> Any:
    """Make a column that shows the `text` of a row. `options` are those of Unfold's `display`, such as `ordering`."""

    @display(description=title, **options)
    def shown(self: object, row: Any) -> object:
        return text(row)

    return shown


def either(title: str, condition: Callable[[Any], object], yes: tuple[str, str], no: tuple[str, str], **options: Any) -> Any:
    """Make a column that shows one of two words, `yes` if the row meets the condition. Each word comes with its colour."""
    return column(title, lambda row: (yes if condition(row) else no)[0], label=dict((yes, no)), **options)


def place_text(row: Any) -> str:
    """Return a row's province and market as text, without the market ALL. Empty if the row has no place."""
    market = row.market if row.market != ALL else None
    return ", ".join(filter(None, (row.get_province_display(), market)))


def json_text(value: Any) -> str:
    """Return JSON as coloured HTML, or "none given" if it is empty."""
    return prettify_json(value, None) if value not in (None, {}) else "none given"


def button(
    title: str, permission: str, *, icon: str, variant: ActionVariant = ActionVariant.DEFAULT, path: str = ""
) -> Callable[[Callable[..., Any]], Any]:
    """Return a decorator that makes a method of an admin a button of its pages, for users with this permission.

    The address of the button ends with `path`, or else with the method's name.
    """

    def decorate(act: Callable[..., Any]) -> Any:
        url_path = path or act.__name__.replace("_", "-")
        return action(description=title, permissions=[permission], icon=icon, variant=variant, url_path=url_path)(act)

    return decorate


def allowed(*permissions: str) -> Callable[..., bool]:
    """Make a method of an admin, such as `has_erase_permission`, that says whether the user has all these permissions."""

    def has_permissions(self: object, request: HttpRequest, of: object = None) -> bool:
        return request.user.has_perms(permissions)

    return has_permissions
