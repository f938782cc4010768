"""Addresses of the pages of leaderboard/."""

from django.urls import path

from leaderboard import views

app_name = "leaderboard"
urlpatterns = [path("tasks/<slug:task>/leaderboard/", views.board, name="board")]
