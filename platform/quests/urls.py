"""Addresses of the pages of the game."""

from django.urls import URLPattern

app_name = "quests"
urlpatterns: list[URLPattern] = []
