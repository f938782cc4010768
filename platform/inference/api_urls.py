"""Addresses of the calls about detections."""

from django.urls import path

from inference.api import CancelView, DetectionsView, DetectionView

urlpatterns = [
    path("clips/<int:clip_id>/detections/", DetectionsView.as_view(), name="api-detections"),
    path("detections/<int:detection_id>/", DetectionView.as_view(), name="api-detection"),
    path("detections/<int:detection_id>/cancel/", CancelView.as_view(), name="api-detection-cancel"),
]
