"""Debian's Chromium, driven by Playwright."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

from tests.conftest import without

_NAMES = ("chromium", "chromium-browser", "google-chrome")
_QUIET = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip


def needed() -> str:
    """Return the path of Chromium. Skips the test if it is missing, or fails it if ``CI`` is set."""
    found = next((path for name in _NAMES if (path := shutil.which(name))), None)
    return found or without("Chromium", "chromium")


@contextmanager
def started() -> Iterator[Browser]:
    """Start a headless browser."""
    path = needed()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=_QUIET)
        yield browser
        browser.close()
