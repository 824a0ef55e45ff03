"""People at their screens: who they are, what they see, and their pages kept as pictures at two widths."""

import io
import os
from dataclasses import dataclass, field
from pathlib import Path

import zxingcpp
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Locator, Page
from playwright.sync_api import Error as BrowserError

from tests.trial import Trial

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 900}


@dataclass(slots=True)
class Person:
    """Somebody with a browser of their own. Every foreign request and every script error is kept."""

    trial: Trial
    kind: str
    context: BrowserContext
    page: Page
    pictures: Path | None
    troubles: list[str] = field(default_factory=list)

    def sign_in(self) -> None:
        """Tap the card of one's kind, wherever the page stands now if it asks, else from the sign-in page."""
        if "/sign-in" not in self.page.url:
            self.go("/sign-in")
        self.follow(self.page.locator(f"button[value='{self.trial.sign_ins[self.kind]}']"))

    def go(self, path: str) -> None:
        """Open an address of the city, or one that was scanned; sign in again where the session has ended."""
        url = path if path.upper().startswith("HTTP") else f"{self.trial.base_url}{path}"
        answer = self.page.goto(url)
        assert answer is not None, url
        assert answer.status < 400, f"{answer.status} at {url}"
        if "/sign-in" in self.page.url and path != "/sign-in":
            self.sign_in()

    def closes_and_opens_the_page(self) -> None:
        """As when a device is switched off and on again: what it keeps is kept, what runs has ended."""
        self.page.close()
        self.context.set_offline(False)
        self.page = self.context.new_page()

    def press(self, name: str) -> None:
        """Press the one button or link of that name, and wait for the page that comes."""
        self.follow(self.page.get_by_role("button", name=name).or_(self.page.get_by_role("link", name=name)).first)

    def follow(self, leads_on: Locator) -> None:
        """Click what leads to another page, and wait for that page."""
        with self.page.expect_navigation():
            leads_on.click()
        self.page.wait_for_load_state()

    def types(self, words: str) -> None:
        """Type where the focus is, as a scanner does too, and press Enter; wait for the page that comes."""
        with self.page.expect_navigation():
            self.page.keyboard.type(words)
            self.page.keyboard.press("Enter")
        self.page.wait_for_load_state()

    def reads(self, *words: str) -> None:
        """The page says all of this."""
        seen = self.page.locator("main").inner_text()
        for word in words:
            assert word in seen, f"{word!r} is not in:\n{seen}"

    def waits_for(self, words: str) -> None:
        """The page comes to say this within a few seconds."""
        try:
            self.page.get_by_text(words).first.wait_for(timeout=10_000)
        except BrowserError:
            self.reads(words)

    def scan(self) -> str:
        """What a camera reads from this screen: the text of the one QR code on it."""
        image = Image.open(io.BytesIO(self.page.screenshot()))
        [found] = zxingcpp.read_barcodes(image)
        return found.text

    def keep(self, name: str) -> None:
        """A picture at phone and at desk width, where TONGCHENG_PICTURES says; the page must not scroll sideways."""
        before = self.page.viewport_size
        for width, size in (("phone", PHONE), ("desk", DESK)):
            self.page.set_viewport_size(size)  # type: ignore[arg-type]
            wide = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert wide <= 0, f"{name} scrolls {wide} px sideways at {width} width"
            if self.pictures:
                # Sixty-four colours are enough to judge a page by, and keep the repository small.
                picture = Image.open(io.BytesIO(self.page.screenshot(full_page=True))).convert("RGB").quantize(64)
                picture.save(self.pictures / f"{name}-{width}.png", optimize=True)
        self.page.set_viewport_size(before)  # type: ignore[arg-type]


def person(browser: Browser, trial: Trial, kind: str, size: dict[str, int]) -> Person:
    """A person of that kind with a fresh browser, in Chinese."""
    context = browser.new_context(viewport=size, locale="zh-CN", accept_downloads=True)  # type: ignore[arg-type]
    folder = os.environ.get("TONGCHENG_PICTURES")
    someone = Person(trial, kind, context, context.new_page(), Path(folder) if folder else None)
    if someone.pictures:
        someone.pictures.mkdir(parents=True, exist_ok=True)

    def watch(url: str) -> None:
        if url.lower().startswith("http") and not url.lower().startswith(trial.base_url):
            someone.troubles.append(f"foreign request: {url}")

    context.on("request", lambda request: watch(request.url))
    context.on("weberror", lambda error: someone.troubles.append(f"script error: {error.error}"))
    return someone
