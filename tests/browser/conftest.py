"""Chromium for the tests of this folder. Where there is none, they are left out and say so."""

import shutil
from collections.abc import Iterator

import pytest

from tests.browser.visits import Chromium

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip the tests of this folder without Chromium."""
    if CHROMIUM is None:
        for item in items:
            if item.path.parent.name == "browser":
                item.add_marker(pytest.mark.skip(reason="Chromium is not installed (apt-get install chromium)"))


@pytest.fixture(scope="session")
def chromium() -> Iterator[Chromium]:
    """A running Chromium."""
    running = Chromium(str(CHROMIUM))
    yield running
    running.stop()
