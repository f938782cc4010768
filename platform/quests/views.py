"""The pages of the game: a card, a quest, an answer and how it was read."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from accounts.errors import Refusal
from accounts.models import User
from challenges.advice import advice_for
from challenges.answers import LONGEST_LIST
from challenges.spec import Card, Quest
from courses.access import require_pair
from courses.models import Pair
from quests import asking, drawing, queries, services
from quests.forms import AnswerForm, GivenForm
from quests.hints import take_hint
from quests.models import Attempt
from quests.queries import QuestPage
from quests.recording import Recorded
from quests.services import AnswerResult

#: From so many questions on, a trail is drawn small.
LONG_HUNT = 15


@dataclass(frozen=True)
class Said:
    """What the page says about an answer that was just sent. ``kind``: a verdict, or "refused"."""

    kind: str
    understood: str = ""
    reason: Mapping[str, str] | None = None
    advice: Mapping[str, str] | None = None
    points: int = 0
    errors: tuple[str, ...] = ()
    line_points: int = 0
    result: AnswerResult | None = None

    @property
    def recorded(self) -> Recorded | None:
        return self.result.recorded if self.result else None


@dataclass(frozen=True)
class Tried:
    """One line of the history: an attempt and, when it was explained, which mistake it was."""

    attempt: Attempt
    advice: Mapping[str, str] | None


@require_GET
@never_cache
@login_required
def card(request: HttpRequest, card: str) -> HttpResponse:
    """A bingo card for what has a grid, a trail for a hunt; its inside alone for htmx, when a team-mate has played."""
    pair = _pair(request)
    state = queries.card_state(pair, card)
    context = {
        "pair": pair,
        "state": state,
        "card": state.card,
        "next": state.next_step(),
        "strokes": drawing.strokes(state.card, state.lines),
        "is_long": state.total > LONG_HUNT,
    }
    name = "card.html" if state.card.layout else "hunt.html"
    inside = "_" if request.htmx else ""  # type: ignore[attr-defined]
    return render(request, f"quests/{inside}{name}", context)


@require_GET
@never_cache
@login_required
def quest(request: HttpRequest, card: str, quest: str) -> HttpResponse:
    """A quest's page; htmx asks for its middle again while the answer is being computed."""
    pair = _pair(request)
    context = _quest_context(queries.quest_page(pair, card, quest), pair)
    if not request.htmx:  # type: ignore[attr-defined]
        return render(request, "quests/quest.html", context)
    if context["state"].state == queries.PREPARING:
        return HttpResponse(status=204)  # htmx leaves the page as it is, and asks again
    return render(request, "quests/_quest.html", context)


@require_POST
@never_cache
@login_required
def answer(request: HttpRequest, card: str, quest: str) -> HttpResponse:
    """Judge an answer: the pieces of the page that it changes for htmx, the whole page without."""
    pair = _pair(request)
    found_card = queries.find_card(card)
    found_quest = queries.find_quest(found_card, quest)
    form = AnswerForm(request.POST)
    said = _judge(request, pair, found_card, found_quest, form)
    if said.result is not None:
        page = queries.page_after(pair, found_card, found_quest, said.result)
    else:
        page = queries.quest_page(pair, card, quest)
    context = _quest_context(page, pair) | {"said": said, "typed": form.data.get("answer", "")}
    template = "quests/_answered.html" if request.htmx else "quests/quest.html"  # type: ignore[attr-defined]
    return render(request, template, context)


@require_POST
@never_cache
@login_required
def hint(request: HttpRequest, card: str, quest: str) -> HttpResponse:
    """Take the hint that the page showed as the next one."""
    pair = _pair(request)
    found_card = queries.find_card(card)
    found_quest = queries.find_quest(found_card, quest)
    assert isinstance(request.user, User)
    refused: Refusal | None = None
    try:
        take_hint(pair=pair, author=request.user, card=found_card, quest=found_quest, number=_number(request))
    except Refusal as refusal:
        refused = refusal
    if not request.htmx and refused is None:  # type: ignore[attr-defined]
        return redirect(reverse("quests:quest", args=[card, quest]) + "#hints")
    context = _quest_context(queries.quest_page(pair, card, quest), pair) | {"hint_refused": refused}
    return render(request, "quests/_hint_taken.html" if request.htmx else "quests/quest.html", context)  # type: ignore[attr-defined]


def _number(request: HttpRequest) -> int | None:
    text = request.POST.get("number", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else None


@require_POST
@never_cache
@login_required
@sensitive_post_parameters("day")
def give(request: HttpRequest, card: str, quest: str) -> HttpResponse:
    """Take the date that a quest asks for; the page then shows the variant that follows from it."""
    pair = _pair(request)
    found_card = queries.find_card(card)
    found_quest = queries.find_quest(found_card, quest)
    form = GivenForm(request.POST)
    try:
        if form.is_valid():
            asking.give_date(pair=pair, card=found_card, quest=found_quest, day=form.cleaned_data["day"])
            return redirect("quests:quest", card, quest)
        refusal = asking.unreadable()
    except Refusal as refused:
        refusal = refused
    context = _quest_context(queries.quest_page(pair, card, quest), pair) | {"given_refusal": refusal}
    return render(request, "quests/quest.html", context, status=refusal.status)


@require_POST
@login_required
def preview(request: HttpRequest, card: str, quest: str) -> HttpResponse:
    """How what is being typed would be read; judges nothing, writes nothing."""
    _pair(request)
    text = request.POST.get("answer", "")[: LONGEST_LIST + 1]
    read = queries.preview(card, quest, text)
    return render(request, "quests/_preview.html", {"text": text.strip(), **read})


def _pair(request: HttpRequest) -> Pair:
    assert isinstance(request.user, User)
    return require_pair(request.user)


def _judge(request: HttpRequest, pair: Pair, card: Card, quest: Quest, form: AnswerForm) -> Said:
    if not form.is_valid():
        return Said("malformed", errors=tuple(map(str, form.errors["answer"])), advice=quest.expects)
    assert isinstance(request.user, User)
    try:
        result = services.answer(
            pair=pair, author=request.user, card=card, quest=quest, text=form.cleaned_data["answer"]
        )
    except Refusal as refusal:
        return Said("refused", reason=refusal.reason, advice=refusal.advice)
    return Said(
        result.verdict,
        understood=result.understood,
        advice=result.advice,
        points=result.points,
        result=result,
        line_points=card.bonus.line * len(result.recorded.lines) if result.recorded else 0,
    )


def _quest_context(page: QuestPage, pair: Pair) -> dict[str, Any]:
    state = page.state
    is_over = state.state in (queries.SOLVED, queries.EXHAUSTED)  # only then is there a next step to show
    slug = state.quest.slug
    following, is_full = queries.what_follows(pair, state.card_slug, after=slug) if is_over else (None, False)
    return {
        "pair": pair,
        "page": page,
        "state": state,
        "quest": state.quest,
        "card": queries.find_card(state.card_slug),
        "history": _history(page),
        "next": following,
        "is_full": is_full,
        "asks": None if page.is_dealt else asking.asked_date(state.quest),
    }


def _history(page: QuestPage) -> tuple[Tried, ...]:
    kind = page.state.quest.kind
    return tuple(Tried(one, advice_for(one.mistake, kind) if one.mistake else None) for one in page.attempts)
