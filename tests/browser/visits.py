"""A visitor of pages who notes what the browser complains of."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Any, Literal, Self, TypeVar
from urllib.parse import urlsplit

from django.contrib.auth.models import User
from django.test import Client
from playwright.sync_api import ConsoleMessage, Error, Page, Request, Response, sync_playwright

T = TypeVar("T")
Theme = Literal["light", "dark"]
WIDE, PHONE = (1440, 900), (390, 844)


class Chromium:
    """A running Chromium. Playwright has an event loop in its thread, beside which Django takes another connection to the
    database, so it has a thread of its own."""

    def __init__(self, path: str) -> None:
        self._thread = ThreadPoolExecutor(1)
        self._playwright = self.call(lambda: sync_playwright().start())
        # Without a sandbox it starts also as root and in a container. It only visits our own pages.
        self.browser = self.call(lambda: self._playwright.chromium.launch(executable_path=path, args=["--no-sandbox"]))

    def call(self, act: Callable[[], T]) -> T:
        """Do something in the thread of the browser, and wait for it."""
        return self._thread.submit(act).result()

    def stop(self) -> None:
        """Close the browser."""
        self.call(self.browser.close)
        self.call(self._playwright.stop)
        self._thread.shutdown()


# What htmx says of a request that the browser ends because the page is left. Other failures have a word of their own.
LEFT_BEHIND = ("htmx:sendAbort", "htmx:afterRequest")


class Visitor:
    """A user in a browser, or somebody who is not signed in. `complaints` are errors of scripts, policy violations, failed
    requests and strange hosts."""

    def __init__(
        self,
        chromium: Chromium,
        site: str,
        user: User | None,
        size: tuple[int, int] = WIDE,
        theme: Theme = "light",
        language: str = "en",
    ) -> None:
        self.site, self.complaints, self._call = site, list[str](), chromium.call
        client = Client()
        if user is not None:
            client.force_login(user)
        cookies: list[Any] = [{"name": name, "value": one.value, "url": site} for name, one in client.cookies.items()]
        self._context = chromium.call(
            lambda: chromium.browser.new_context(
                viewport={"width": size[0], "height": size[1]},
                color_scheme=theme,
                locale=f"{language}-CA",
                reduced_motion="reduce",
            )
        )
        self._page: Page = chromium.call(lambda: self._opened(cookies))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, raised: BaseException | None, at: TracebackType | None) -> None:
        self._call(self._context.close)

    def visit(self, path: str) -> None:
        """Open a page, and wait until all that it loads is there, also the parts that it asks for afterwards."""
        self._call(lambda: self._page.goto(self.site + path))
        self._call(lambda: self._page.wait_for_function("!document.querySelector('[aria-busy=true]')"))

    def use(self, act: Callable[[Page], T]) -> T:
        """Do something with the page that is open."""
        return self._call(lambda: act(self._page))

    def _opened(self, cookies: list[Any]) -> Page:
        self._context.add_cookies(cookies)
        page = self._context.new_page()
        page.on("console", self._said)
        page.on("pageerror", self._raised)
        page.on("request", self._asked)
        page.on("requestfailed", self._failed)
        page.on("response", self._answered)
        return page

    def _note(self, what: str) -> None:
        self.complaints.append(f"{self._page.url.removeprefix(self.site)}: {what}")

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and message.text not in LEFT_BEHIND:
            self._note(message.text)

    def _raised(self, error: Error) -> None:
        self._note(error.message)

    def _asked(self, request: Request) -> None:
        at = urlsplit(request.url)
        if at.scheme not in ("data", "blob") and f"{at.scheme}://{at.netloc}" != self.site:
            self._note(f"asks another host: {request.url}")

    def _failed(self, request: Request) -> None:
        if request.failure != "net::ERR_ABORTED":  # a page that is left, or a file to save
            self._note(f"{request.failure}: {request.url}")

    def _answered(self, response: Response) -> None:
        if response.status >= 400:
            self._note(f"{response.status}: {response.url}")
