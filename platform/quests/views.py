"""The pages of the game: a card, a quest, an answer and how it was read."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.errors import Refusal
from accounts.models import User
from challenges.advice import advice_for
from challenges.answers import LONGEST
from challenges.spec import Card, Quest
from courses.access import require_pair
from courses.models import Pair
from quests import drawing, queries, services
from quests.forms import AnswerForm
from quests.models import Attempt
from quests.queries import QuestPage


@dataclass(frozen=True)
class Said:
    """What the page says about an answer that was just sent. ``kind``: a verdict, or "refused"."""

    kind: str
    understood: str = ""
    reason: Mapping[str, str] | None = None
    advice: Mapping[str, str] | None = None
    points: int = 0
    counted: bool = False
    errors: tuple[str, ...] = ()


@dataclass(frozen=True)
class Tried:
    """One line of the history: an attempt and, when it was explained, which mistake it was."""

    attempt: Attempt
    advice: Mapping[str, str] | None


@require_GET
@never_cache
@login_required
def card(request: HttpRequest, card: str) -> HttpResponse:
    """A bingo card for what has a grid, a trail for a hunt."""
    pair = _pair(request)
    state = queries.card_state(pair, card)
    context = {
        "pair": pair,
        "state": state,
        "card": state.card,
        "next": state.next_step(),
        "strokes": drawing.strokes(state.card, state.lines),
    }
    return render(request, "quests/card.html" if state.card.layout else "quests/hunt.html", context)


@require_GET
@never_cache
@login_required
def quest(request: HttpRequest, card: str, quest: str) -> HttpResponse:
    """A quest's page; htmx asks for its middle again while the answer is being computed."""
    context = _quest_context(_pair(request), card, quest)
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
    context = _quest_context(pair, card, quest) | {"said": said, "typed": form.data.get("answer", "")}
    template = "quests/_answered.html" if request.htmx else "quests/quest.html"  # type: ignore[attr-defined]
    return render(request, template, context)


@require_POST
@login_required
def preview(request: HttpRequest, card: str, quest: str) -> HttpResponse:
    """How what is being typed would be read; judges nothing, writes nothing."""
    _pair(request)
    text = request.POST.get("answer", "")[: LONGEST + 1]
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
        counted=result.counted,
    )


def _quest_context(pair: Pair, card_slug: str, quest_slug: str) -> dict[str, Any]:
    page = queries.quest_page(pair, card_slug, quest_slug)
    is_over = page.state.state in (queries.SOLVED, queries.EXHAUSTED)
    card_state = queries.card_state(pair, card_slug) if is_over else None  # only then is there a next step to show
    return {
        "pair": pair,
        "page": page,
        "state": page.state,
        "quest": page.state.quest,
        "card": queries.find_card(card_slug),
        "history": _history(page),
        "next": card_state.next_step(after=quest_slug) if card_state else None,
        "card_state": card_state,
        "longest": LONGEST,
    }


def _history(page: QuestPage) -> tuple[Tried, ...]:
    kind = page.state.quest.kind
    return tuple(Tried(one, advice_for(one.mistake, kind) if one.mistake else None) for one in page.attempts)
