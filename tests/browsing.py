"""Pages in a real browser, without a screen: what one opens, what is done on it, and what it asks of whom."""

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, sync_playwright

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None)
needs_browser = pytest.mark.skipif(
    CHROMIUM is None, reason="no Chromium is installed: pages are NOT tested in a browser (apt-get install chromium)"
)
QUIET = ("--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update")


@dataclass
class Opened:
    """A page with all that it said and asked for."""

    page: Page
    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def settled(self) -> None:
        """Wait until what is chosen has been computed and drawn."""
        self.until("explored.computed && explored.computed.key === explored.wanted && !explored.drawn")

    def until(self, script: str, seconds: float = 60) -> None:
        """Wait until an expression is true in the page: asked from outside, since a page's policy forbids `eval`."""
        end = time.monotonic() + seconds
        while not self.value(f"Boolean({script})"):
            assert time.monotonic() < end, f"never true: {script}; {self.said}"
            self.page.wait_for_timeout(20)

    def value(self, script: str) -> Any:
        """What an expression is in the page."""
        return self.page.evaluate(script)


@contextmanager
def opened(path: Path, address: str = "", **context: Any) -> Iterator[Opened]:
    """A file in a browser of its own; context: size, colours and the like, as Playwright has them."""
    root = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*root, *QUIET])
        try:
            own = Opened(browser.new_page(**context))
            own.page.on("console", lambda message: own.said.append(message.text))
            own.page.on("pageerror", lambda error: own.said.append(str(error)))
            own.page.on("request", lambda request: own.asked.append(request.url))
            own.page.goto(path.resolve().as_uri() + address)
            yield own
        finally:
            browser.close()
