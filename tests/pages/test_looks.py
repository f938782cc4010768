"""What holds the look together: readable tints, no inline script, no file that is not there, nothing from elsewhere."""

import re
import shutil
from pathlib import Path

import pytest
from django.contrib.staticfiles.storage import ManifestStaticFilesStorage
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.urls import reverse
from pytest_django import Settings

from accounts.models import User
from challenges.spec import TINTS, load_cards
from config import views
from config.templatetags.page_parts import display_name, in_language, markdown
from config.typography import typeset
from quests import drawing
from tests.builders import make_person
from tests.pages.browsing import browser_of

PLATFORM = Path(__file__).resolve().parents[2] / "platform"
STATIC = PLATFORM / "config/static"
NO_BREAK = "\u00a0"


def luminance(colour: str) -> float:
    """Relative luminance of ``#rrggbb`` (WCAG 2)."""
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def colours(name: str) -> tuple[str, ...]:
    """A token's light and dark value, or its only one."""
    sources = [(STATIC / "css" / file).read_text("utf-8") for file in ("tokens.css", "parts.css")]
    definition = re.search(rf"--{name}: (?:light-dark\()?([^;]*?)\)?;", "\n".join(sources))
    assert definition, name
    found = re.findall(r"#[0-9a-f]{6}", definition[1])
    assert found, name
    return tuple(found)


def test_contrast_is_measured_as_the_guidelines_do() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("tint", TINTS)
@pytest.mark.parametrize("ink", ["paper-ink", "paper-ink-soft", "paper-green", "paper-red"])
def test_everything_written_on_tinted_paper_can_be_read(tint: str, ink: str) -> None:
    for paper in colours(f"paper-{tint}"):
        assert contrast(colours(ink)[0], paper) >= 4.5


@pytest.mark.parametrize("tint", TINTS)
def test_the_pens_of_the_badges_can_be_read_on_every_tint(tint: str) -> None:
    on_tints = re.search(r'\[class\*="tint-"\] \{(.*?)\}', (STATIC / "css/parts.css").read_text("utf-8"), re.S)
    assert on_tints
    pens = re.findall(r"--pen-(?:blue|amber): (#[0-9a-f]{6})", on_tints[1])
    assert len(pens) == 2
    for pen in pens:
        for paper in colours(f"paper-{tint}"):
            assert contrast(pen, paper) >= 4.5


@pytest.mark.parametrize("pen", ["ink", "ink-soft", "pen-blue", "pen-green", "pen-red", "pen-amber"])
@pytest.mark.parametrize("ground", ["ground", "surface", "surface-strong"])
def test_every_pen_can_be_read_by_day_and_by_night(pen: str, ground: str) -> None:
    for ink, paper in zip(colours(pen), colours(ground), strict=True):
        assert contrast(ink, paper) >= 4.5


def test_every_file_that_a_stylesheet_or_a_template_names_is_there(tmp_path: Path) -> None:
    shutil.copytree(STATIC, tmp_path / "all")
    storage = ManifestStaticFilesStorage(location=str(tmp_path / "all"), base_url="/static/")
    files = {str(path.relative_to(tmp_path / "all")): None for path in (tmp_path / "all").rglob("*") if path.is_file()}
    results = list(storage.post_process({name: (storage, name) for name in files}))
    assert [result for result in results if isinstance(result[2], Exception)] == []
    for template in PLATFORM.glob("*/templates/**/*.html"):
        for name in re.findall(r"\{% static ['\"]([^'\"]+)['\"]", template.read_text("utf-8")):
            assert (STATIC / name).is_file(), f"{template.name} names {name}"


def test_every_icon_that_a_template_asks_for_is_drawn() -> None:
    drawn = set(re.findall(r'<symbol id="([\w-]+)"', (STATIC / "pictures/icons.svg").read_text("utf-8")))
    sources = [*PLATFORM.glob("*/templates/**/*.html"), PLATFORM / "config/templatetags/page_parts.py"]
    for source in sources:
        text = source.read_text("utf-8")
        asked = re.findall(r"\{% icon ['\"]([\w-]+)['\"]", text) + re.findall(r"\bPlace\(\s*\"([\w-]+)\"", text)
        assert set(asked) <= drawn, source.name


def test_fonts_come_with_their_licences() -> None:
    for font in (STATIC / "fonts").glob("*.woff2"):
        licence = STATIC / "fonts" / f"{font.stem.removesuffix('-italic')}.OFL.txt"
        assert "SIL Open Font License" in licence.read_text("utf-8")


def test_nothing_is_fetched_from_another_site() -> None:
    for path in [*STATIC.rglob("*.css"), *PLATFORM.glob("*/templates/**/*.html")]:
        text = path.read_text("utf-8").replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"(?:src|href|action)=[\"']?(?:https?:)?//|url\([\"']?(?:https?:)?//|@import", text), (
            path.name
        )


def test_no_template_holds_a_script_that_the_policy_would_refuse() -> None:
    for path in PLATFORM.glob("*/templates/**/*.html"):
        text = path.read_text("utf-8")
        for tag in re.findall(r"<script\b[^>]*>", text):
            assert "src=" in tag or "application/json" in tag, path.name
        assert not re.search(r"\son\w+=[\"']|javascript:|hx-on", text), path.name


@pytest.mark.django_db
def test_the_theme_is_known_before_the_page_is_drawn(student: User) -> None:
    browser = browser_of(student)
    for wanted, shown in (("dark", "dark"), ("light", "light"), ('"><script>', "auto")):
        browser.cookies["theme"] = wanted
        assert f'data-theme="{shown}"' in browser.get(reverse("accounts:me")).content.decode()


@pytest.mark.django_db
def test_a_page_can_be_walked_by_keyboard_and_by_ear(student: User) -> None:
    page = browser_of(student).get(reverse("quests:card", args=[load_cards()[0].slug])).content.decode()
    assert page.index('class="skip"') < page.index("<header")
    assert len(re.findall(r"<h1\b", page)) == 1
    assert page.count('aria-current="page"') == 1
    for button in re.findall(r"<button\b.*?</button>", page, re.S):
        words = re.sub(r"<[^>]*>", "", button).strip()
        assert words or "aria-label=" in button or "data-auto-label=" in button, button
    for picture in re.findall(r"<img\b[^>]*>", page):
        assert "alt=" in picture, picture


@pytest.mark.django_db
def test_a_page_that_is_not_there_shows_charlie_instead() -> None:
    for person in (None, make_person("alone")):
        page = browser_of(person).get("/no/such/page/")
        assert page.status_code == 404
        assert "Charlie is here. The page is not." in page.content.decode()


def test_our_own_failure_shows_a_number_that_is_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    try:
        raise RuntimeError("a secret detail")
    except RuntimeError:
        response = views.server_error(RequestFactory().get("/cards/"))
    assert response.status_code == 500
    number = re.search(r"<code>([0-9a-f]{8})</code>", response.content.decode())
    assert number
    assert "a secret detail" not in response.content.decode()
    assert f"error {number[1]}" in caplog.text
    assert "a secret detail" in caplog.text  # the traceback, for us alone


@pytest.mark.django_db
def test_a_form_that_waited_too_long_says_to_send_it_again(student: User) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(student, backend="django.contrib.auth.backends.ModelBackend")
    response = browser.post(reverse("accounts:sign-out"), headers={"Accept-Language": "en"})
    assert response.status_code == 403
    assert "Please send it again" in response.content.decode()
    assert "_auth_user_id" in browser.session


def test_markdown_is_html_but_html_is_text() -> None:
    source = "**bold** `code` <b>no</b> ![x](/static/y.png) [bad](javascript:alert(1))\n\n| a |\n|---|\n| 1 |\n"
    made = markdown({"en": source, "fr": source})
    assert "<strong>bold</strong>" in made
    assert "<table>" in made
    assert "&lt;b&gt;no" in made
    assert "<img" not in made
    assert "javascript:" not in re.sub(r">[^<]*<", "><", made)


def test_markdown_is_bounded() -> None:
    assert len(markdown({"en": "a" * 10**6, "fr": ""})) < 30_000


def test_french_gets_its_spaces_and_code_keeps_its_own(settings: Settings) -> None:
    assert typeset("Quoi ? « l'eau » : oui !", "fr") == (
        f"Quoi{NO_BREAK}? «{NO_BREAK}l’eau{NO_BREAK}»{NO_BREAK}: oui{NO_BREAK}!"
    )
    assert typeset("What? It's here: yes", "en") == "What? It’s here: yes"
    assert "<code>a ? b : c</code>" in markdown({"fr": "Voici : `a ? b : c`", "en": "See `a ? b : c`"})


def test_a_text_is_given_in_the_readers_language_or_in_english() -> None:
    assert in_language({"fr": "oui", "en": "yes"}) in ("oui", "yes")
    assert in_language({"en": "yes"}) == "yes"
    assert in_language({}) == in_language(None) == ""


def test_people_are_called_by_their_name_where_they_have_one() -> None:
    assert display_name(User(username="x", first_name="Ada", last_name="L.")) == "Ada L."
    assert display_name(User(username="x")) == "x"


def test_the_pen_runs_along_each_finished_line_within_the_card() -> None:
    card = next(card for card in load_cards() if card.layout)
    assert card.layout
    slugs = [quest.slug for quest in card.quests]
    columns, rows = card.layout.columns, card.layout.rows
    row = tuple(slugs[:columns])
    column = tuple(slugs[::columns])
    strokes = drawing.strokes(card, (row, column))
    assert len(strokes) == 2
    for stroke, (start, end) in zip(strokes, ((0.5, columns - 0.5), (0.5, rows - 0.5)), strict=True):
        numbers = [float(number) for number in re.findall(r"-?[\d.]+", stroke)]
        along = numbers[0::2] if stroke is strokes[0] else numbers[1::2]
        assert min(along) < start < end < max(along)
        assert all(0 <= number <= max(rows, columns) for number in numbers)
    hunt = next(card for card in load_cards() if card.layout is None)
    assert drawing.strokes(hunt, ()) == ()


def test_the_page_of_our_own_failure_needs_no_database() -> None:
    assert "3f9a" in render_to_string("500.html", {"error_id": "3f9a"})
