"""In a real browser: an instructor names and orders the columns, downloads the workbook, and opens it."""

import io
from collections.abc import Iterator

import pytest
from django.conf import settings as site
from openpyxl import load_workbook
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from courses.models import Course
from gradebook.models import Gradebook, RulesVersion
from tests import chromium
from tests.pages.browsing import browser_of

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
PHONE = {"width": 390, "height": 844}


@pytest.fixture(autouse=True, scope="module")
def _beside_the_loop() -> Iterator[None]:
    """Playwright's loop runs in this thread, where the database is made and emptied: Django is told to let it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        yield
        chromium.close()


@pytest.fixture
def page(marked: Course, live_server: LiveServer, browser: Browser) -> Iterator[Page]:
    """The course's instructor, signed in; a script error fails the test."""
    context = chromium.somebody(browser, base_url=live_server.url, locale="en-GB", accept_downloads=True)
    cookie = browser_of(marked.instructors.get()).cookies[site.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": site.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}])
    errors: list[str] = []
    opened = context.new_page()
    opened.on("pageerror", lambda error: errors.append(str(error)))
    yield opened
    context.close()
    assert errors == []


def test_columns_are_chosen_and_the_workbook_has_them(page: Page) -> None:
    page.goto("/teach/gradebook/columns/")
    page.get_by_label("Heading of “Final mark, on 20”").fill("Projet vidéo")
    for column in ("Last name", "First name", "E-mail address", "Capsule, on 20", "Bonus"):
        page.locator(".map__tick").filter(has_text=column).locator("input").uncheck()
    page.get_by_role("button", name="“Final mark, on 20” further left").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("not saved yet")).to_be_visible()
    expect(page.get_by_label("Heading of “Final mark, on 20”")).to_have_value("Projet vidéo")
    assert not Gradebook.objects.exists()
    page.get_by_role("button", name="Save the columns").last.click()
    expect(page.get_by_text("The columns are saved.")).to_be_visible()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="XLSX").click()
    assert waiting.value.suggested_filename.endswith(".xlsx")
    sheet = load_workbook(io.BytesIO(waiting.value.path().read_bytes())).active
    assert sheet is not None
    heading, *lines = sheet.iter_rows(values_only=True)
    assert heading == ("Username", "Projet vidéo")
    assert sorted(map(str, lines)) == ["('ana', 15.5)", "('bob', 14.5)", "('cleo', None)"]


def test_rules_are_tried_before_they_are_saved_and_nothing_runs_over_on_a_phone(page: Page) -> None:
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    page.goto("/teach/gradebook/rules/")
    page.get_by_label("Submissions: 20 once one was evaluated").fill("100")
    page.get_by_role("button", name="See what it would change").click()
    expect(page.get_by_role("status")).to_contain_text("3 marks of 3 would change")
    assert not RulesVersion.objects.exists()
    page.get_by_role("button", name="Save these rules").click()
    expect(page.get_by_text("The rules are saved")).to_be_visible()
    assert RulesVersion.objects.get().saved_by == User.objects.get(username="prof")
    ana = page.locator(".marks tbody tr").filter(has_text="Ana")
    expect(ana.locator(".marks__final")).to_contain_text("7.75")
    for path in ("/teach/gradebook/", "/teach/gradebook/columns/", "/teach/audit/", "/teach/privacy/"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
