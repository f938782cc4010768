"""People at their own browsers, signed in by the form; a script error or a refused script fails the test."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page

from tests import chromium
from tests.builders import PASSWORD
from tests.end_to_end.conftest import DESKTOP

OpenPage = Callable[..., Page]


@contextmanager
def visitors(browser: Browser, url: str, *, timeout_ms: float | None = None) -> Iterator[OpenPage]:
    """``open_page(path, who, language="en", **context options)`` opens the page as that person sees it."""
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def open_(path: str, who: str, *, language: str = "en", **more: Any) -> Page:
        locale = {"en": "en-GB", "fr": "fr-FR"}[language]
        more = {"viewport": DESKTOP, **more}
        context = chromium.somebody(browser, base_url=url, locale=locale, reduced_motion="reduce", **more)
        contexts.append(context)
        if timeout_ms is not None:
            context.set_default_timeout(timeout_ms)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda message: errors.append(message.text) if "Security Policy" in message.text else None)
        page.goto("/sign-in/")
        page.fill("input[name=username]", who)
        page.fill("input[name=password]", PASSWORD)
        page.click("main form button")
        page.wait_for_url(lambda address: "/sign-in/" not in address)
        page.goto(path)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert errors == []
