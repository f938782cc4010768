"""Addresses of a pair's clips."""

from django.urls import path

from datasets import views

app_name = "datasets"
urlpatterns = [
    path("", views.clips, name="clips"),
]
