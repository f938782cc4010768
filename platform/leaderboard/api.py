"""The board, as a call."""

from collections.abc import Mapping
from typing import Any, Final

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import User
from courses.draw import SIZES
from leaderboard import refusals
from leaderboard.exploring import Filters, what_if
from leaderboard.queries import board_of
from submissions.access import access_task

#: What an address may filter by.
FILTERS: Final = ("group", "class", "size", "image_size", "frozen", "matches_lot", "at_most_parameters")


class RowSerializer(serializers.Serializer[Any]):
    rank = serializers.IntegerField(help_text="pairs that cannot be told apart share a rank")
    tied = serializers.BooleanField(help_text="whether others share the rank")
    pair = serializers.CharField()
    group = serializers.CharField()
    score = serializers.FloatField()
    interval = serializers.ListField(
        child=serializers.FloatField(), allow_null=True, help_text="[low, high] around the score, when it is known"
    )
    metrics = serializers.DictField()
    configuration = serializers.DictField(allow_null=True, help_text="what the lot gave the pair to train")
    matches_lot = serializers.BooleanField(allow_null=True, help_text="null where the file does not say")
    submitted_at = serializers.DateTimeField()
    submissions = serializers.IntegerField(help_text="how many the pair has handed in")


class FilterSerializer(serializers.Serializer[Any]):
    """``class`` ranks by that class's AP50-95; the others say which pairs are compared."""

    group = serializers.CharField(required=False, max_length=40)
    size = serializers.ChoiceField(SIZES, required=False)
    image_size = serializers.IntegerField(required=False)
    frozen = serializers.BooleanField(required=False)
    matches_lot = serializers.BooleanField(required=False)
    at_most_parameters = serializers.IntegerField(required=False, min_value=0)

    def get_fields(self) -> dict[str, Any]:
        return {**super().get_fields(), "class": serializers.CharField(required=False, max_length=200)}


class LeaderboardView(APIView):
    @extend_schema(operation_id="leaderboard_list", parameters=[FilterSerializer], responses=RowSerializer(many=True))
    def get(self, request: Request, task: str) -> Response:
        """The rows in rank order; the header ``Board-Revision`` says which revision they are.

        With a filter, those pairs alone are ranked anew.
        """
        assert isinstance(request.user, User)
        # What hangs on the wall of a classroom is what pairs may see, whoever is signed in there.
        live = request.user.is_instructor and request.query_params.get("projector") != "1"
        found = access_task(request.user, task)
        filters = filters_of(request.query_params)
        board = board_of(found, live=live)
        rows = board["rows"] if filters.is_empty else what_if(found, filters, live=live)
        headers = {"Board-Revision": str(board["revision"]), "Board-State": board["state"], "Board-Part": board["part"]}
        return Response(rows, headers=headers)


def filters_of(asked: Mapping[str, str]) -> Filters:
    """The filters of an address; empty values are none. Raises Refusal for what is no filter's value."""
    said = {name: asked[name] for name in FILTERS if asked.get(name)}
    form = FilterSerializer(data=said)
    if not form.is_valid():
        raise refusals.unreadable_filter(sorted(form.errors)[0])
    known = dict(form.validated_data)
    return Filters(class_name=known.pop("class", None), **known)
