"""What templates lean on: texts in the reader's language, Markdown, icons, the navigation."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from django import template
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.models import User
from challenges.spec import load_cards
from config.prose import to_html
from config.typography import typeset
from courses.models import Course
from submissions.models import Task

register = template.Library()

PRODUCT: Final = "DLCV Quest"
THEMES: Final = ("auto", "light", "dark")
TASKS_SHOWN: Final = 2
#: Whose pages a student finds under "Videos".
VIDEO_ROOMS: Final = ("datasets", "inference", "capsules")


@register.filter
def in_language(text: Mapping[str, str] | None) -> str:
    """The reader's version of a text that exists in both languages, with the spaces and apostrophes of print."""
    return typeset(_spoken(text), _language())


@register.filter
def markdown(text: Mapping[str, str]) -> SafeString:
    """The reader's version of a text in Markdown, as HTML, with formulas and coloured code; tags are shown as text."""
    return mark_safe(to_html(_spoken(text), _language()))  # noqa: S308 (tags are off: the parser escapes)


def _language() -> str:
    return (get_language() or "fr")[:2]


def _spoken(text: Mapping[str, str] | None) -> str:
    return (text.get(_language()) or text.get("en", "")) if text else ""


@register.filter
def display_name(person: User) -> str:
    return person.display_name


@register.simple_tag
def icon(name: str, css_class: str = "") -> SafeString:
    """A drawing beside a word that says the same: silent for those who listen to the page."""
    address = f"{static('pictures/icons.svg')}#{name}"
    return format_html('<svg class="icon {}" aria-hidden="true"><use href="{}"></use></svg>', css_class, address)


@register.simple_tag(takes_context=True)
def theme(context: template.Context) -> str:
    request: HttpRequest | None = context.get("request")
    wanted = request.COOKIES.get("theme", "auto") if request else "auto"
    return wanted if wanted in THEMES else "auto"


@register.simple_tag(takes_context=True)
def celebrations(context: template.Context) -> str:
    """``on``, or ``off`` for whoever turned them off on this device."""
    request: HttpRequest | None = context.get("request")
    return "off" if request and request.COOKIES.get("celebrations") == "off" else "on"


@register.simple_tag(takes_context=True)
def course_title(context: template.Context) -> str:
    """The course somebody studies or teaches; the product's own name for everybody else."""
    request: HttpRequest | None = context.get("request")
    person = getattr(request, "user", None)
    if not isinstance(person, User):
        return PRODUCT
    mine = {"instructors": person} if person.is_instructor else {"pairs__members": person}
    return (
        Course.objects.filter(**mine).order_by("-created_at", "-pk").values_list("title", flat=True).first() or PRODUCT
    )


@dataclass(frozen=True)
class Place:
    """One entry of the navigation."""

    icon: str
    title: str
    address: str
    is_here: bool = False


@register.inclusion_tag("_navigation.html", takes_context=True)
def navigation(context: template.Context) -> dict[str, Any]:
    request: HttpRequest = context["request"]
    person = request.user
    if not isinstance(person, User):
        return {"places": []}
    places = _of_instructors() if person.is_instructor else _of_students(person)
    places += _of_tasks(person)
    # The longest address that the page lies under: the leaderboard lies under its task.
    path = _standing_for(request, person)
    under = [place.address for place in places if path.startswith(place.address)]
    here = max(under, key=len, default=None)
    return {"places": [replace(place, is_here=place.address == here) for place in places]}


def _standing_for(request: HttpRequest, person: User) -> str:
    """The address by which a page finds its place: some stand elsewhere than what they belong to."""
    is_video = bool(request.resolver_match and request.resolver_match.namespace in VIDEO_ROOMS)
    if person.is_instructor and (is_video or request.path == reverse("status")):
        return reverse("teach:overview")
    return reverse("datasets:clips") if is_video else request.path


def _of_students(person: User) -> list[Place]:
    if not person.pairs.exists():
        return []
    cards = [
        Place(
            "grid" if card.layout else "lens",
            in_language(card.short_title or card.title),
            reverse("quests:card", args=[card.slug]),
        )
        for card in load_cards()
    ]
    return [*cards, Place("film", _("Videos"), reverse("datasets:clips"))]


def _of_instructors() -> list[Place]:
    return [Place("people", _("Teach"), reverse("teach:overview"))]


def _of_tasks(person: User) -> list[Place]:
    mine = {"course__instructors": person} if person.is_instructor else {"course__pairs__members": person}
    places = []
    for slug in Task.objects.filter(**mine).distinct().values_list("slug", flat=True)[:TASKS_SHOWN]:
        places.append(Place("upload", _("Task"), reverse("submissions:task", args=[slug])))
        places.append(Place("trophy", _("Leaderboard"), reverse("leaderboard:board", args=[slug])))
    return places
