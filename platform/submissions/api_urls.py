"""Addresses of the calls of submissions/."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
