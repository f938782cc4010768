"""Boards as administrators see them: to look, and to rank again after a pair changed its name."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.read_only import ReadOnlyAdmin
from leaderboard.models import Board
from leaderboard.services import refresh


@admin.register(Board)
class BoardAdmin(ReadOnlyAdmin):
    list_display = ("task", "revision", "updated_at")
    list_select_related = ("task",)
    actions = ("rank_again",)

    @admin.action(description="Rank again")
    def rank_again(self, request: HttpRequest, boards: QuerySet[Board]) -> None:
        for board in boards.select_related("task"):
            refresh(board.task)
