"""French and English, completely: in the catalogue, in the templates, and on the pages."""

import ast
import gettext
import html
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils.translation.template import templatize

from accounts.models import User
from challenges.spec import load_cards
from courses.models import Pair
from tests import clips
from tests.hand_in import evaluate, hand_in, make_task
from tests.pages.browsing import browser_of

PLATFORM = Path(__file__).resolve().parents[2] / "platform"
CATALOGUE = PLATFORM / "config/locale/fr/LC_MESSAGES/django.po"
TEMPLATES = sorted(PLATFORM.glob("*/templates/**/*.html"))
MARKERS = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy"}
NO_BREAK = "\u00a0"
#: What is the same in both languages, or is code.
SAME = {
    "API", "BINGO", "DLCV Quest", "TRAIN", "EN", "FR", "mAP", "mAP50", "mAP50-95", "F1", "SHA-256", "px",
    "GFLOPs", "GPU",
}  # fmt: skip

Entry = tuple[str, tuple[str, ...]]


def read_catalogue() -> dict[str, Entry]:
    """msgid → (plural or "", translations) of every entry but the header."""
    found: dict[str, Entry] = {}
    for block in CATALOGUE.read_text("utf-8").split("\n\n"):
        fields: dict[str, str] = {}
        name = ""
        for line in block.splitlines():
            if line.startswith("#"):
                assert "fuzzy" not in line, block
                continue
            start, quote, rest = line.partition('"')
            name = start.strip() or name
            fields[name] = fields.get(name, "") + ast.literal_eval(quote + rest)
        if fields.get("msgid"):
            translations = tuple(text for name, text in fields.items() if name.startswith("msgstr"))
            found[fields["msgid"]] = (fields.get("msgid_plural", ""), translations)
    return found


def sentences_in_templates() -> Iterator[tuple[str, str]]:
    for template in TEMPLATES:
        for call in re.finditer(
            r"\b(?:n?gettext)\(((?:[^()'\"]|'[^']*'|\"[^\"]*\")*)\)", templatize(template.read_text("utf-8"))
        ):
            first = re.match(r"\s*u?(\"\"\".*?\"\"\"|'.*?(?<!\\)'|\".*?(?<!\\)\")", call[1], re.S)
            if first:
                yield template.name, ast.literal_eval(first[1])


def sentences_in_code() -> Iterator[tuple[str, str]]:
    for path in PLATFORM.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MARKERS:
                for argument in node.args[:1]:
                    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                        yield path.name, argument.value


def test_every_sentence_of_the_site_is_in_the_catalogue() -> None:
    catalogue = read_catalogue()
    used = [*sentences_in_templates(), *sentences_in_code()]
    assert len(used) > 150
    assert [(file, text) for file, text in used if text not in catalogue] == []  # make messages


def test_every_sentence_has_its_french() -> None:
    for source, (plural, translations) in read_catalogue().items():
        assert len(translations) == (2 if plural else 1), source
        for text in translations:
            assert text.strip(), f"no French for {source!r}"
            assert _placeholders(text) == _placeholders(source), source
            assert re.findall(r"</?\w+", text) == re.findall(r"</?\w+", source), source


def test_the_french_is_set_as_a_printer_sets_it() -> None:
    for source, (_, translations) in read_catalogue().items():
        for text in translations:
            assert not re.search(r"\w [;?!»]|\w :(\s|$)|« ", text), f"a plain space before a mark: {text!r}"
            assert not re.search(r"\w'\w", text), f"a straight apostrophe: {text!r}"
            assert not re.search(rf"[^\s{NO_BREAK}]([?!]| :)(\s|$)", text), (
                f"no space before a mark: {text!r} ({source})"
            )


def test_the_compiled_catalogue_is_the_one_that_is_written() -> None:
    with CATALOGUE.with_suffix(".mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    catalogue = read_catalogue()
    for source, (plural, translations) in catalogue.items():
        if plural:
            assert tuple(compiled.ngettext(source, plural, count) for count in (1, 2)) == translations, source
        else:
            assert compiled.gettext(source) == translations[0], source
    known = {key[0] if isinstance(key, tuple) else key for key in compiled._catalog if key}  # type: ignore[attr-defined]
    assert known == set(catalogue)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_no_template_speaks_one_language_only(template: Path) -> None:
    source = template.read_text("utf-8")
    source = re.sub(r"\{#.*?#\}|<(pre|style)\b.*?</\1>|<code\b.*?</code>", " ", source, flags=re.S)
    source = re.sub(r"\{% block page_class %\}.*?\{% endblock %\}", " ", source)
    source = re.sub(r"\{% blocktranslate.*?%\}.*?\{% endblocktranslate %\}", " ", source, flags=re.S)
    source = re.sub(r"\{%.*?%\}|\{\{.*?\}\}", " ", source, flags=re.S)
    source = re.sub(r"<[^>]*\blang=[^>]*>", " ", source)  # the language switch speaks the other language
    attributes = re.findall(r"\b(?:aria-label|alt|title|placeholder)=(?:\"([^\"]*)\"|'([^']*)')", source)
    said = re.sub(r"<[^>]*>", " ", source) + " ".join("".join(pair) for pair in attributes)
    for word in sorted(SAME, key=len, reverse=True):
        said = said.replace(word, " ")
    assert re.findall(r"[^\W\d_]{3,}", html.unescape(said)) == []


@pytest.mark.django_db
@pytest.mark.usefixtures("folders")
def test_no_page_in_french_shows_an_english_sentence(pair: Pair, student: User) -> None:
    english = {source for source in read_catalogue() if len(source) > 12 and "%(" not in source and "<" not in source}
    english -= {source for source, (_, translations) in read_catalogue().items() if source in translations}
    card = load_cards()[0]
    quests = [reverse("quests:quest", args=[card.slug, quest.slug]) for quest in card.quests[:3]]
    cards = [reverse("quests:card", args=[each.slug]) for each in load_cards()]
    visits = [(None, reverse("accounts:sign-in")), (pair.course.instructors.get(), reverse("teach:overview"))]
    visits += [(student, where) for where in (*cards, *quests, "/account/", "/password/", "/no/such/page/")]
    submission = hand_in(make_task(pair.course), pair)
    evaluate(submission, 0.4, interval=[0.3, 0.5])
    visits += [(student, where) for where in ("/tasks/charlie/", "/tasks/charlie/leaderboard/")]
    visits += [(student, f"/submissions/{hand_in(submission.task, pair, text).pk}/") for text in ("weights", "new")]
    teaching = ("submissions/", f"submissions/{submission.pk}/", f"pairs/{pair.pk}/", "people/", "weights/")
    visits += [(pair.course.instructors.get(), f"/teach/{where}") for where in teaching]
    visits += [(student, "/clips/"), (pair.course.instructors.get(), "/teach/clips/")]
    for clip in (clips.prepare(clips.send(pair, "1")), clips.refuse(clips.send(pair, "2")), clips.send(pair, "3")):
        visits += [(student, f"/clips/{clip.pk}/"), (pair.course.instructors.get(), f"/clips/{clip.pk}/")]
    for person, where in visits:
        page = browser_of(person, "fr").get(where).content.decode()
        assert '<html lang="fr"' in page
        text = html.unescape(re.sub(r"<script.*?</script>|<[^>]*>", "\n", page, flags=re.S))
        shown = {line.strip() for line in text.splitlines()} | set(re.findall(r'="([^"]*)"', page))
        assert shown & english == set(), where


@pytest.mark.django_db
def test_the_browsers_language_decides_and_the_switch_overrides_it(student: User) -> None:
    browser = browser_of(student, "fr-CA,fr;q=0.9,en;q=0.5")
    where = reverse("accounts:me")
    assert '<html lang="fr"' in browser.get(where).content.decode()
    response = browser.post(reverse("set_language"), {"language": "en", "next": where})
    assert response["Location"] == where
    assert '<html lang="en"' in browser.get(where).content.decode()
    assert '<html lang="fr"' in browser_of(student, "de").get(where).content.decode()  # the course's own language


@pytest.mark.django_db
def test_the_switch_keeps_the_page_and_leads_to_no_other_site(student: User) -> None:
    browser = browser_of(student)
    page = browser.get(f"{reverse('accounts:me')}?from=card").content.decode()
    assert 'name="next" value="/account/?from=card"' in page
    response = browser.post(reverse("set_language"), {"language": "en", "next": "https://elsewhere.example/"})
    assert "elsewhere" not in response["Location"]


def _placeholders(text: str) -> list[str]:
    return sorted(re.findall(r"%\(\w+\)s|%%\w+%%", text))
