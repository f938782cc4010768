"""Addresses of the instructors' pages, gathered from the apps."""

from django.urls import URLPattern

app_name = "teach"
urlpatterns: list[URLPattern] = []
