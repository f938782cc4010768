"""What waits for a person: the pile of hand-ins, one of them open, and the decision. For instructors; else 404."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.errors import Refusal
from accounts.models import User
from challenges.spec import Bilingual, Quest, load_cards
from courses.access import course_of, require_instructor
from quests import reviews
from quests.access import access_hand_in, hand_ins_of
from quests.hand_in_files import path_of, picture_type
from quests.hand_in_queries import Shown, show
from quests.models import HandIn, HandInFile
from quests.queries import find_card, find_quest

#: How much of the pile is listed; what is beyond comes up as the pile goes down.
PILE_LENGTH = 60
STATES = {"waiting": (HandIn.Status.WAITING,), "decided": reviews.VERDICTS}


@dataclass(frozen=True)
class Filter:
    """Which part of the pile somebody looks at."""

    group: str
    quest: str
    state: str

    @classmethod
    def of(cls, request: HttpRequest) -> "Filter":
        state = request.GET.get("state", "waiting")
        return cls(request.GET.get("group", ""), request.GET.get("quest", ""), state if state in STATES else "waiting")

    @property
    def query(self) -> str:
        """For the addresses of the page, so that the filter stays."""
        said = {"group": self.group, "quest": self.quest, "state": "" if self.state == "waiting" else self.state}
        found = urlencode({name: value for name, value in said.items() if value})
        return f"?{found}" if found else ""

    def pile(self, instructor: User) -> QuerySet[HandIn]:
        """Oldest first what waits; newest first what was decided."""
        rows = hand_ins_of(instructor).filter(status__in=STATES[self.state])
        if self.group:
            rows = rows.filter(variant__pair__group__name=self.group)
        if self.quest:
            card, _slash, quest = self.quest.partition("/")
            rows = rows.filter(variant__card=card, variant__quest=quest)
        return rows.order_by("created_at", "pk") if self.state == "waiting" else rows.order_by("-created_at", "-pk")


@dataclass(frozen=True)
class Line:
    """One of the pile, in the list."""

    hand_in: HandIn
    title: Bilingual


@dataclass(frozen=True)
class Open:
    """The one that is read: what was asked, what a good answer says, what came."""

    shown: Shown
    quest: Quest
    statement: Bilingual
    pictures: tuple[HandInFile, ...]


@require_GET
@never_cache
@login_required
def reviews_page(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """The pile, and one of it open: the one asked for, else the first."""
    return _render(request, _instructor(request), pk)


@require_POST
@never_cache
@login_required
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Accept or return; the next of the pile comes up at once. A decision that cannot stand says why."""
    person = _instructor(request)
    row = access_hand_in(person, pk)
    verdict = request.POST.get("verdict", "")
    if verdict not in reviews.VERDICTS:
        raise Http404("no such verdict")
    remark = request.POST.get("remark", "")
    following = _following(request, person, pk)
    try:
        reviews.review(
            instructor=person, hand_in=row, verdict=verdict, remark=remark, reopen=request.POST.get("reopen") == "yes"
        )
    except Refusal as refusal:
        return _render(request, person, pk, refusal=refusal, remark=remark)
    said = _("Accepted: pair %(pair)s.") if verdict == reviews.ACCEPTED else _("Returned to pair %(pair)s.")
    said = said % {"pair": row.variant.pair.name}
    if request.htmx:  # type: ignore[attr-defined]
        return _render(request, person, following, said=said)
    messages.success(request, said)
    query = Filter.of(request).query
    address = reverse("teach:review", args=[following]) if following else reverse("teach:reviews")
    return redirect(address + query)


def _following(request: HttpRequest, person: User, pk: int) -> int | None:
    """The one after it in the pile that is being looked at; the first one after the last."""
    pile = list(Filter.of(request).pile(person).values_list("pk", flat=True))
    if pk not in pile:
        return pile[0] if pile else None
    at = pile.index(pk)
    turned = pile[at + 1 :] + pile[:at]
    return turned[0] if turned else None


def _render(request: HttpRequest, person: User, pk: int | None, **more: Any) -> HttpResponse:
    chosen = Filter.of(request)
    pile = list(chosen.pile(person)[: PILE_LENGTH + 1])
    row = access_hand_in(person, pk) if pk is not None else next(iter(pile), None)
    course = course_of(person)
    context: dict[str, Any] = {
        "filter": chosen,
        "lines": [Line(one, _title(one)) for one in pile[:PILE_LENGTH]],
        "is_longer": len(pile) > PILE_LENGTH,
        "open": _open(row) if row else None,
        "groups": list(course.groups.values_list("name", flat=True)),
        "quests": _handed_in_quests(),
        "previous": _beside(pile, row, -1),
        "next": _beside(pile, row, 1),
        **more,
    }
    partial = bool(request.htmx)  # type: ignore[attr-defined]
    return render(request, "quests/_reviews.html" if partial else "quests/teach_reviews.html", context)


def _beside(pile: Sequence[HandIn], row: HandIn | None, step: int) -> HandIn | None:
    if row is None or row not in pile:
        return None
    at = list(pile).index(row) + step
    return pile[at] if 0 <= at < len(pile) else None


def _open(row: HandIn) -> Open:
    quest = find_quest(find_card(row.variant.card), row.variant.quest)
    shown = show(row)
    parameters = row.variant.parameters
    return Open(
        shown=shown,
        quest=quest,
        statement={language: quest.statement_for(parameters, language) for language in ("fr", "en")},
        pictures=tuple(file for file in shown.files if _is_picture(file)),
    )


def _is_picture(file: HandInFile) -> bool:
    path = path_of(file)
    return path.is_file() and picture_type(path) is not None


def _title(row: HandIn) -> Bilingual:
    try:
        return find_quest(find_card(row.variant.card), row.variant.quest).title
    except Http404:  # the quest has left its card since
        return {"fr": row.variant.quest, "en": row.variant.quest}


def _handed_in_quests() -> list[tuple[str, Bilingual]]:
    """The quests that a person reads, as the filter lists them."""
    found = ((f"{card.slug}/{quest.slug}", quest) for card in load_cards() for quest in card.quests)
    return [(address, quest.title) for address, quest in found if quest.rules.is_read_by_a_person]


def _instructor(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    require_instructor(request.user)
    return request.user
