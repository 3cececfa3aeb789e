"""A visitor of pages who notes what the browser complains of."""

from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from django.contrib.auth.models import User
from django.test import Client
from playwright.sync_api import Browser, ConsoleMessage, Error, Page, Request, Response

WIDE, PHONE = (1440, 900), (390, 844)


class Visitor:
    """A user in a browser. `complaints` are errors of scripts, policy violations, failed requests and strange hosts."""

    def __init__(self, browser: Browser, site: str, user: User, size: tuple[int, int] = WIDE, scheme: str = "light") -> None:
        self.site, self.complaints, self.visited = site, list[str](), 0
        self.context = browser.new_context(viewport={"width": size[0], "height": size[1]}, color_scheme=scheme)  # type: ignore[arg-type]
        client = Client()
        client.force_login(user)
        self.context.add_cookies([{"name": name, "value": one.value, "url": site} for name, one in client.cookies.items()])
        self.page: Page = self.context.new_page()
        self.page.on("console", self._said)
        self.page.on("pageerror", self._raised)
        self.page.on("request", self._asked)
        self.page.on("requestfailed", self._failed)
        self.page.on("response", self._answered)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, raised: BaseException | None, at: TracebackType | None) -> None:
        self.context.close()

    def visit(self, path: str) -> Page:
        """Open a page, and wait until all that it loads is there."""
        self.visited += 1
        self.page.goto(self.site + path)
        return self.page

    def _note(self, what: str) -> None:
        self.complaints.append(f"{self.page.url.removeprefix(self.site)}: {what}")

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
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
