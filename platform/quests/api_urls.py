"""Addresses of the calls of quests/."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
