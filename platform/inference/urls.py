"""Addresses of the pages of detections, below those of their clip."""

from django.urls import path

from inference import file_views, views

app_name = "inference"
urlpatterns = [
    path("<int:clip_id>/detections/", views.runs, name="runs"),
    path("<int:clip_id>/detections/<int:run_id>/", views.run, name="run"),
    path("<int:clip_id>/detections/<int:run_id>/stop/", views.stop, name="stop"),
    path("<int:clip_id>/detections/<int:run_id>/delete/", views.delete, name="delete"),
    path("<int:clip_id>/detections/<int:run_id>/video/", file_views.video, name="video"),
    path("<int:clip_id>/detections/<int:run_id>/poster/", file_views.poster, name="poster"),
    path("<int:clip_id>/detections/<int:run_id>/timeline/", file_views.timeline, name="timeline"),
]
