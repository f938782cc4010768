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
    rank = serializers.IntegerField(help_text="equal scores share a rank")
    pair = serializers.CharField()
    score = serializers.FloatField()
    interval = serializers.ListField(
        child=serializers.FloatField(), allow_null=True, help_text="[low, high] around the score, when it is known"
    )
    metrics = serializers.DictField(child=serializers.FloatField(allow_null=True))
    submitted_at = serializers.DateTimeField()
    submissions = serializers.IntegerField(help_text="how many the pair has handed in")


class LeaderboardView(APIView):
    @extend_schema(operation_id="leaderboard_list", responses=RowSerializer(many=True))
    def get(self, request: Request, task: str) -> Response:
        """The rows in rank order; the header ``Board-Revision`` says which revision they are."""
        assert isinstance(request.user, User)
        board = board_of(access_task(request.user, task))
        return Response(board["rows"], headers={"Board-Revision": str(board["revision"])})
