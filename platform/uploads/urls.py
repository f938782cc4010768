"""Addresses of resumable uploads, under ``/uploads/``."""

from django.urls import path

from uploads.tus import UploadsView, UploadView

urlpatterns = [
    path("", UploadsView.as_view(), name="uploads"),
    path("<str:upload_id>", UploadView.as_view(), name="upload"),
    path("<str:upload_id>/", UploadView.as_view()),
]
