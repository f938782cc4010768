"""Addresses of the calls of leaderboard/."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
