"""A real Chromium: the system's, else Playwright's own download. Without one these tests say so, and CI fails."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


def find_chromium(playwright: Playwright) -> str | None:
    """Where a Chromium is, or none."""
    system = next((found for name in NAMES if (found := shutil.which(name))), None)
    own = Path(playwright.chromium.executable_path)
    return system or (str(own) if own.exists() else None)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser a module; each person gets a context of their own.

    No longer than that: while Playwright's own loop runs in this thread, no asynchronous test can.
    """
    with sync_playwright() as playwright:
        path = find_chromium(playwright)
        if path is None:
            told = "left out: no Chromium here (apt-get install chromium, or `playwright install chromium`)"
            if os.environ.get("CI"):
                pytest.fail(told)
            pytest.skip(told)
        browser = playwright.chromium.launch(executable_path=path, args=list(QUIET))
        yield browser
        browser.close()
