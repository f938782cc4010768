"""The board, as a call."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import User
from leaderboard.queries import board_of
from submissions.access import access_task


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


class LeaderboardView(APIView):
    @extend_schema(operation_id="leaderboard_list", responses=RowSerializer(many=True))
    def get(self, request: Request, task: str) -> Response:
        """The rows in rank order; the header ``Board-Revision`` says which revision they are."""
        assert isinstance(request.user, User)
        board = board_of(access_task(request.user, task), live=request.user.is_instructor)
        return Response(board["rows"], headers={"Board-Revision": str(board["revision"])})
