"""Addresses of the calls of leaderboard/."""

from django.urls import path

from leaderboard.api import LeaderboardView

urlpatterns = [
    path("tasks/<slug:task>/leaderboard/", LeaderboardView.as_view(), name="api-leaderboard"),
]
