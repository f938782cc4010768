"""Addresses of the calls about clips."""

from django.urls import path

from datasets.api import ClipsView, ClipView

urlpatterns = [
    path("clips/", ClipsView.as_view(), name="api-clips"),
    path("clips/<int:clip_id>/", ClipView.as_view(), name="api-clip"),
]
