"""Addresses of the pages of leaderboard/."""

from django.urls import URLPattern

app_name = "leaderboard"
urlpatterns: list[URLPattern] = []
