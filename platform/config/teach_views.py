"""Where a class stands: all its pairs at once, then one pair in full. For instructors; anybody else gets 404."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts.models import User
from challenges.advice import advice_for
from challenges.key import AnswerKey, as_typed
from challenges.spec import load_cards
from courses.access import access_pair, course_of, require_instructor
from courses.configurations import configuration_of
from courses.models import Pair
from quests import queries, versions
from quests.models import Attempt, HandIn, Variant
from submissions.access import submissions_of
from submissions.queries import best_scores, statuses_of


@dataclass(frozen=True)
class Asked:
    """One variant as the instructor reads it: what was asked, the truth, and every answer."""

    title: Mapping[str, str]
    statement: Mapping[str, str]
    truth: str
    state: queries.QuestState
    attempts: tuple[tuple[Attempt, Mapping[str, str] | None], ...]
    hand_ins: tuple[HandIn, ...]
    is_handed_in: bool


@require_GET
@never_cache
@login_required
def overview(request: HttpRequest) -> HttpResponse:
    """Pairs × cards, the best scores, and which mistakes this class makes most."""
    course = course_of(_instructor(request))
    progress = queries.progress_of(course)
    group = request.GET.get("group", "")
    scores = best_scores(course)
    mistakes = queries.commonest_mistakes(course)
    context: dict[str, Any] = {
        "course": course,
        "cards": load_cards(),
        "groups": sorted({row.pair.group.name for row in progress}),
        "group": group,
        "rows": [(row, *scores.get(row.pair.pk, (0, None))) for row in progress if group in ("", row.pair.group.name)],
        "mistakes": mistakes,
        "most": max((made for _, made in mistakes), default=0),
    }
    partial = bool(request.htmx)  # type: ignore[attr-defined]
    return render(request, "teach/_overview.html" if partial else "teach/overview.html", context)


@require_GET
@never_cache
@login_required
def pair(request: HttpRequest, pk: int) -> HttpResponse:
    """What one pair was asked, what it answered, and what it handed in."""
    found = access_pair(_instructor(request), pk)
    handed_in = submissions_of(_instructor(request)).filter(pair=found)[:50]
    context = {
        "pair": found,
        "lot": configuration_of(found),
        "members": found.members.order_by("username"),
        "cards": _asked(found),
        "submissions": statuses_of(handed_in, whole=True),
    }
    return render(request, "teach/pair.html", context)


def _asked(pair: Pair) -> list[tuple[queries.CardState, list[Asked]]]:
    """Card by card: how the pair stands, and what it was dealt."""
    variants = (
        Variant.objects.filter(pair=pair)
        .select_related("answer_key")
        .prefetch_related("attempts__author", "hand_ins__author", "hand_ins__files")
    )
    dealt = {(variant.card, variant.quest): variant for variant in variants}
    return [
        (
            card,
            [
                _as_asked(state, dealt[card.card.slug, slug])
                for slug, state in card.by_slug.items()
                if (card.card.slug, slug) in dealt
            ],
        )
        for card in queries.cards_of(pair)
    ]


def _as_asked(state: queries.QuestState, variant: Variant) -> Asked:
    attempts = tuple(variant.attempts.all())
    quest = versions.seen(variant, state.quest)
    return Asked(
        title=quest.title,
        statement={each: quest.statement_for(variant.parameters, each) for each in ("fr", "en")},
        truth=_truth(variant),
        state=state,
        attempts=tuple((one, advice_for(one.mistake, quest.kind) if one.mistake else None) for one in attempts),
        hand_ins=tuple(variant.hand_ins.all()),
        is_handed_in=quest.rules.is_handed_in,
    )


def _truth(variant: Variant) -> str:
    if variant.answer_key.key is None:
        return ""
    truth = AnswerKey.from_json(variant.answer_key.key).truth
    if isinstance(truth, int):
        return f"{truth:,}".replace(",", "\u202f")
    return as_typed(truth).replace(" x ", " × ")


def _instructor(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    require_instructor(request.user)
    return request.user
