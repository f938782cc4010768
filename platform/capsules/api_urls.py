"""The calls about capsules."""

from django.urls import path

from capsules import api

urlpatterns = [
    path("capsule/", api.CapsuleView.as_view(), name="api-capsule"),
    path("capsule/comments/", api.CommentsView.as_view(), name="api-capsule-comments"),
]
