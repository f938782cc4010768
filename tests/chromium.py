"""The one Chromium of this process, there while tests need it: Playwright runs once at a time in a process."""

import os
import shutil
from contextlib import ExitStack
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

#: How long an expectation has to come true. The machine may be busy with others' tests; only a failure takes that long.
PATIENCE_MS = 30_000

PHONES_TO_PX = 480

#: Playwright clicks what stands under the pointer: nothing, until the page's scripts have run. On a busy machine a page
#: is there seconds before what its buttons do; no person is as fast as that.
HANDS_OFF = """
  const withhold = () => document.documentElement.style.setProperty("pointer-events", "none");
  if (document.documentElement) withhold();
  else new MutationObserver((_, seen) => { seen.disconnect(); withhold(); }).observe(document, { childList: true });
  addEventListener("DOMContentLoaded", () => document.documentElement.style.removeProperty("pointer-events"));
"""

#: Every answer comes this much later, to find by hand the tests (and pages) that count on a fast line. Those that cut
#: the line themselves fail under it: Chromium follows one of the two.
LATENCY_MS = int(os.environ.get("DLCV_TEST_LATENCY_MS", "0"))

_started = ExitStack()
_running: list[Browser] = []


def running() -> Browser:
    """Start it when it does not run. Skips the test on a machine that has none, unless this run requires one."""
    if not _running:
        program = _program()
        playwright = _started.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        _started.callback(browser.close)
        expect.set_options(timeout=PATIENCE_MS)
        _running.append(browser)
    return _running[0]


def somebody(browser: Browser, **options: Any) -> BrowserContext:
    """A browser of its own for one person, who clicks nothing of a page before its scripts have run.

    A narrow one is a phone's: what sticks out widens its page, and films show nothing before they are asked to.
    """
    is_phone = options.get("viewport", {}).get("width", PHONES_TO_PX + 1) <= PHONES_TO_PX
    context = browser.new_context(**{"is_mobile": is_phone, "has_touch": is_phone, **options})
    context.add_init_script(HANDS_OFF)
    if LATENCY_MS:
        context.on("page", _slow_down)
    return context


def _slow_down(page: Page) -> None:
    line = page.context.new_cdp_session(page)
    unbounded = {"downloadThroughput": -1, "uploadThroughput": -1}
    line.send("Network.emulateNetworkConditions", {"offline": False, "latency": LATENCY_MS, **unbounded})


def close() -> None:
    _running.clear()
    _started.close()


def _program() -> str:
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None and os.environ.get("DLCV_REQUIRE_BROWSER"):
        pytest.fail("no Chromium, and this run requires one")
    if found is None:
        pytest.skip("no Chromium on this machine (apt-get install chromium)")
    return found
