"""The cards, quests and answers of a pair, for scripts."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import User
from accounts.throttling import SteadyThrottle
from challenges.answers import LONGEST_LIST
from challenges.spec import load_cards
from courses.access import require_pair
from quests import asking, queries, services
from quests.hints import take_hint


class BilingualSerializer(serializers.Serializer[Any]):
    fr = serializers.CharField()
    en = serializers.CharField()


class TakenHintSerializer(BilingualSerializer):
    number = serializers.IntegerField()
    cost = serializers.IntegerField()


class HintsSerializer(serializers.Serializer[Any]):
    taken = TakenHintSerializer(many=True)
    total = serializers.IntegerField()
    next_number = serializers.IntegerField(allow_null=True)
    next_cost = serializers.IntegerField(allow_null=True)


class StreakSerializer(serializers.Serializer[Any]):
    current = serializers.IntegerField()
    longest = serializers.IntegerField()


class BonusSerializer(serializers.Serializer[Any]):
    line = serializers.IntegerField(help_text="for every finished line")
    full = serializers.IntegerField(help_text="for the full card")
    earned = serializers.IntegerField()


class QuestSummarySerializer(serializers.Serializer[Any]):
    quest = serializers.CharField()
    title = BilingualSerializer()
    section = serializers.CharField()
    kind = serializers.CharField()
    state = serializers.ChoiceField(queries.STATES)
    points = serializers.IntegerField()
    points_possible = serializers.IntegerField()
    attempts = serializers.IntegerField()
    attempts_left = serializers.IntegerField(allow_null=True)
    solved_by = serializers.CharField(allow_null=True)
    points_now = serializers.IntegerField(help_text="what a right answer would earn")
    prerequisites = serializers.ListField(child=serializers.CharField())
    waits_for = serializers.ListField(child=serializers.CharField(), help_text="prerequisites still to be solved")
    hints = HintsSerializer()
    first = serializers.BooleanField(help_text="whether this pair was the first of its course to solve it")


class ChapterSerializer(serializers.Serializer[Any]):
    title = BilingualSerializer()
    quests = serializers.ListField(child=serializers.CharField())


class CardSerializer(serializers.Serializer[Any]):
    card = serializers.CharField()
    title = BilingualSerializer()
    points = serializers.IntegerField()
    points_possible = serializers.IntegerField()
    lines = serializers.ListField(child=serializers.ListField(child=serializers.CharField()))
    is_full = serializers.BooleanField()
    bonus = BonusSerializer()
    streak = StreakSerializer()
    chapters = ChapterSerializer(many=True)
    quests = QuestSummarySerializer(many=True)


class AskedSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    first_day = serializers.DateField()
    last_day = serializers.DateField()


class QuestSerializer(QuestSummarySerializer):
    statement = BilingualSerializer()
    expects = BilingualSerializer()
    parameters = serializers.DictField()
    asks = AskedSerializer(allow_null=True, help_text="a date that the pair gives before it is dealt the quest")


class GivenSerializer(serializers.Serializer[Any]):
    day = serializers.DateField(help_text="used once, and written nowhere")


class AnswerSerializer(serializers.Serializer[Any]):
    answer = serializers.CharField(max_length=LONGEST_LIST, trim_whitespace=False, allow_blank=True)


class VerdictSerializer(serializers.Serializer[Any]):
    verdict = serializers.ChoiceField(["correct", "wrong", "malformed"])
    mistake = serializers.CharField(allow_null=True)
    advice = BilingualSerializer()
    understood = serializers.CharField(allow_blank=True)
    points = serializers.IntegerField()
    attempts_left = serializers.IntegerField(allow_null=True)


class CardsView(APIView):
    """The pair's cards, with the state of every quest."""

    @extend_schema(responses=CardSerializer(many=True))
    def get(self, request: Request) -> Response:
        pair = require_pair(_person(request))
        return Response([_card(queries.card_state(pair, card.slug)) for card in load_cards()])


class CardView(APIView):
    """One card of the pair."""

    @extend_schema(responses=CardSerializer)
    def get(self, request: Request, card: str) -> Response:
        return Response(_card(queries.card_state(require_pair(_person(request)), card)))


class QuestView(APIView):
    """One quest, with the pair's own parameters; never the truth."""

    @extend_schema(responses=QuestSerializer)
    def get(self, request: Request, card: str, quest: str) -> Response:
        page = queries.quest_page(require_pair(_person(request)), card, quest)
        return Response(
            _quest(page.state)
            | {
                "statement": dict(page.statement),
                "expects": dict(page.expects),
                "parameters": dict(page.parameters),
                "asks": _asks(page),
            }
        )


class GivenView(APIView):
    """Give the date that a quest asks for, and read the quest that follows from it. The first one counts."""

    @extend_schema(request=GivenSerializer, responses=QuestSerializer)
    def post(self, request: Request, card: str, quest: str) -> Response:
        pair = require_pair(_person(request))
        found_card = queries.find_card(card)
        given = GivenSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        found_quest = queries.find_quest(found_card, quest)
        asking.give_date(pair=pair, card=found_card, quest=found_quest, day=given.validated_data["day"])
        return QuestView().get(request, card, quest)


class TakeHintSerializer(serializers.Serializer[Any]):
    number = serializers.IntegerField(
        required=False, allow_null=True, help_text="the hint that is meant: asking for one again costs nothing"
    )


class HintsView(APIView):
    """Take the quest's next hint, and read all that were taken. It lowers what the quest will earn, nothing else."""

    @extend_schema(request=TakeHintSerializer, responses=HintsSerializer)
    def post(self, request: Request, card: str, quest: str) -> Response:
        pair = require_pair(_person(request))
        found_card = queries.find_card(card)
        found_quest = queries.find_quest(found_card, quest)
        given = TakeHintSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        number = given.validated_data.get("number")
        take_hint(pair=pair, author=_person(request), card=found_card, quest=found_quest, number=number)
        return Response(_hints(queries.quest_page(pair, card, quest).state))


class AnswersView(APIView):
    """Answer a quest. A malformed answer costs nothing, and so does one that was given before."""

    throttle_classes = [SteadyThrottle]
    throttle_scope = "answers"

    @extend_schema(request=AnswerSerializer, responses=VerdictSerializer)
    def post(self, request: Request, card: str, quest: str) -> Response:
        pair = require_pair(_person(request))
        found_card = queries.find_card(card)
        found_quest = queries.find_quest(found_card, quest)
        given = AnswerSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        result = services.answer(
            pair=pair,
            author=_person(request),
            card=found_card,
            quest=found_quest,
            text=given.validated_data["answer"],
        )
        return Response(
            {
                "verdict": result.verdict,
                "mistake": result.mistake,
                "advice": dict(result.advice),
                "understood": result.understood,
                "points": result.points,
                "attempts_left": result.attempts_left,
            }
        )


def _person(request: Request) -> User:
    assert isinstance(request.user, User)  # every view here asks for somebody signed in
    return request.user


def _asks(page: queries.QuestPage) -> dict[str, Any] | None:
    days = None if page.is_dealt else asking.asked_date(page.state.quest)
    if days is None:
        return None
    return {"name": page.state.quest.asks, "first_day": days.first, "last_day": days.last}


def _card(state: queries.CardState) -> dict[str, Any]:
    return {
        "card": state.card.slug,
        "title": dict(state.card.title),
        "points": state.points,
        "points_possible": state.points_possible,
        "lines": [list(line) for line in state.lines],
        "is_full": state.is_full,
        "bonus": {"line": state.card.bonus.line, "full": state.card.bonus.full, "earned": state.earned.bonus},
        "streak": {"current": state.streak.current, "longest": state.streak.longest},
        "chapters": [{"title": dict(one.title), "quests": list(one.quests)} for one in state.card.chapters],
        "quests": [_quest(quest) for quest in state.quests],
    }


def _quest(state: queries.QuestState) -> dict[str, Any]:
    return {
        "quest": state.quest.slug,
        "title": dict(state.quest.title),
        "section": state.quest.section,
        "kind": state.quest.kind,
        "state": state.state,
        "points": state.points,
        "points_possible": state.points_possible,
        "attempts": state.attempts,
        "attempts_left": state.attempts_left,
        "solved_by": state.solved_by.username if state.solved_by else None,
        "points_now": state.points_now,
        "prerequisites": list(state.quest.prerequisites),
        "waits_for": [quest.slug for quest in state.waits_for],
        "hints": _hints(state),
        "first": state.is_first,
    }


def _hints(state: queries.QuestState) -> dict[str, Any]:
    return {
        "taken": [{"number": hint.number, "cost": hint.cost, **text} for hint, text in state.hints],
        "total": len(state.quest.hints),
        "next_number": state.next_hint,
        "next_cost": state.next_hint_cost,
    }
