"""A browser of somebody who sends files to a live site, over a line that a test can hold back."""

import hashlib
import io
import random
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, Route, expect

from tests.client.live_site import LiveSite

PIECES = "**/uploads/*"
TASK = "/tasks/charlie/"


def make_checkpoint(path: Path, *, size_bytes: int, seed: int = 0) -> str:
    """A zip, as torch writes them, that does not compress; returns its SHA-256."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(zipfile.ZipInfo("best/data.pkl"), random.Random(seed).randbytes(size_bytes))
    path.write_bytes(buffer.getvalue())
    return hashlib.sha256(buffer.getvalue()).hexdigest()


@dataclass
class Line:
    """Between a page and its site: ``lets`` so many pieces through and holds the others back until it opens."""

    page: Page
    lets: int = 10**9
    held: list[Route] = field(default_factory=list)
    offsets: list[int] = field(default_factory=list)
    handed_in: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.route(PIECES, self._piece)
        self.page.on("request", self._request)

    def open(self) -> None:
        self.lets = 10**9
        held, self.held = self.held, []
        for route in held:
            self._pass(route)

    def next_held(self) -> Route:
        """The next piece that arrives here and may not pass."""
        while not self.held:
            self.page.wait_for_timeout(20)
        return self.held.pop()

    def cut(self) -> None:
        """What is held back is lost."""
        for route in self.held:
            route.abort()
        self.held.clear()

    def _request(self, request: Any) -> None:
        if request.method == "POST" and "/hand-in/" in request.url:
            self.handed_in.append(request.post_data or "")

    def _piece(self, route: Route) -> None:
        if route.request.method != "PATCH":
            route.continue_()
        elif self.lets > 0:
            self.lets -= 1
            self._pass(route)
        else:
            self.held.append(route)

    def _pass(self, route: Route) -> None:
        self.offsets.append(int(route.request.headers["upload-offset"]))
        route.continue_()


@dataclass
class Sender:
    """The page of the task, opened by one person."""

    page: Page
    site: LiveSite
    line: Line

    def choose(self, *files: Path) -> None:
        self.page.set_input_files("#file", list(files))

    def send(self, *files: Path) -> None:
        self.choose(*files)
        self.page.locator("#hand-in button").click()

    @property
    def row(self) -> Locator:
        return self.page.locator("[data-uploads] > li")

    def act(self, what: str) -> None:
        self.row.locator(f"[data-act={what}]").click()

    def expect_mood(self, mood: str) -> None:
        expect(self.row).to_have_attribute("data-mood", mood)

    def wait_for_arrival(self, sha256: str) -> dict[str, Any]:
        """The page goes to the submission; the site holds it, byte by byte. What the site holds."""
        self.page.wait_for_url("**/submissions/*/")
        state: dict[str, Any] = self.site.ask("state")
        assert [row[2] for row in state["submissions"]] == [sha256]
        assert state["uploads"] == []
        return state


OpenSender = Callable[..., Sender]
