"""The one Chromium of this process, there while tests need it: Playwright runs once at a time in a process."""

import os
import shutil
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

#: How long an expectation has to come true. The machine may be busy with others' tests; only a failure takes that long.
PATIENCE_MS = 30_000

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
