"""The admin as a browser sees it."""

from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

from django.contrib.auth.models import User
from django.test import Client


def signed_in(user: User) -> Client:
    """A browser in which this user, made staff, is signed in."""
    user.is_staff = True
    user.save(update_fields=["is_staff"])
    client = Client()
    client.force_login(user)
    return client


def form_with(response: Any, field: str) -> dict[str, list[str]]:
    """The values that a browser without JavaScript sends from the form that has this field."""
    parser = _Forms()
    parser.feed(response.content.decode())
    (found,) = [dict(form) for form in parser.forms if field in form]
    return found


def largest_form(response: Any) -> dict[str, list[str]]:
    """The values that a browser without JavaScript sends from the form with the most fields."""
    parser = _Forms()
    parser.feed(response.content.decode())
    return max(parser.forms, key=len)


class _Forms(HTMLParser):
    """The fields of each form with their present values."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[dict[str, list[str]]] = []
        self._inert = 0  # fields inside <template> are not sent
        self._textarea = self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name = given.get("name") or ""
        if tag == "form":
            self.forms.append({})
        elif tag == "template":
            self._inert += 1
        elif tag == "textarea" and name:
            self._textarea = name
            self._send(name, "")
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and "selected" in given:
            self._send(self._select, given.get("value") or "")
        elif tag == "input" and name:
            ticked = given.get("type") not in ("checkbox", "radio") or "checked" in given
            if ticked:
                self._send(name, given.get("value") or ("on" if given.get("type") == "checkbox" else ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "template":
            self._inert -= 1
        elif tag == "textarea":
            self._textarea = ""
        elif tag == "select":
            self._select = ""

    def handle_data(self, data: str) -> None:
        if self._textarea and self.forms:
            self.forms[-1][self._textarea] = [data.removeprefix("\n").removeprefix("\r\n")]

    def _send(self, name: str, value: str) -> None:
        if self.forms and not self._inert:
            self.forms[-1].setdefault(name, []).append(value)


def links(response: Any) -> Iterator[str]:
    """The links in the content of the page, without the sidebar."""
    parser = _Links()
    parser.feed(response.content.decode())
    yield from parser.found


class _Links(HTMLParser):
    """Collects the links below `#content`."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._content = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self._content = self._content or given.get("id") == "content"
        href = given.get("href")
        if tag == "a" and self._content and href:
            self.found.append(href)
