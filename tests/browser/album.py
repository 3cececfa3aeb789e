"""What the runs over all pages share: which pages there are, who visits them, and how one is opened."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TypeVar

from axes.utils import reset
from django.contrib.auth.models import User
from django.test import Client
from playwright.sync_api import Error, Page

from tests.browser.places import State, addresses, rows, shown, states
from tests.browser.site import Site
from tests.browser.visits import Chromium, Theme, Visitor

T = TypeVar("T")
SETTLES = 300  # milliseconds until charts and what htmx brings are there


def chosen(site: Site, only: str = "") -> list[State]:
    """Return every page with its name, and the states of some; with `only`, those whose name or address holds it."""
    client = Client()
    client.force_login(site.admin)
    paths = [path for path in addresses(rows(made=False)) if only in path or only in _name(path)]
    told = [state for state in states(site.agent, site.operator) if only in state.name]
    return [*told, *(State(_name(path), path, site.admin) for path, _ in shown(client, paths))]


def _name(path: str) -> str:
    return "_".join(part for part in path.strip("/").split("/") if part != "admin") or "today"


@contextmanager
def visitors(
    chromium: Chromium, site: Site, size: tuple[int, int], theme: Theme, language: str = "en"
) -> Iterator[Callable[[User | None], Visitor]]:
    """Yield what returns the visitor who is signed in as a user; each user has one. Wrong passwords of earlier visitors are
    forgotten: after some, the page of the login would be another for everybody at this address."""
    reset()
    with ExitStack() as stack:
        known = dict[User | None, Visitor]()

        def visitor_for(user: User | None) -> Visitor:
            if user not in known:
                known[user] = stack.enter_context(Visitor(chromium, site.server.url, user, size, theme, language))
            return known[user]

        yield visitor_for


def open_state(visitor: Visitor, state: State, then: Callable[[Page], T]) -> T:
    """Open a page in a state, and do something with it.

    Raises:
        RuntimeError: it could not be brought into that state.

    """
    try:
        visitor.visit(state.path)
        visitor.use(state.act)
        visitor.use(lambda page: page.wait_for_timeout(SETTLES))
        return visitor.use(then)
    except (Error, AssertionError) as error:
        raise RuntimeError(f"{state.name}: {error}") from error
