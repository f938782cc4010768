"""Addresses of a pair's clips."""

from django.urls import path

from datasets import clip_views, file_views, views

app_name = "datasets"
urlpatterns = [
    path("", views.clips, name="clips"),
    path("new/", views.new, name="new"),
    path("object-class/", views.object_class, name="object-class"),
    path("frames/", file_views.frames_of_pair, name="all-frames"),
    path("<int:pk>/", clip_views.clip, name="clip"),
    path("<int:pk>/number/", clip_views.number, name="number"),
    path("<int:pk>/again/", clip_views.again, name="again"),
    path("<int:pk>/delete/", clip_views.delete, name="delete"),
    path("<int:pk>/video/", file_views.stored, {"what": "copy"}, name="video"),
    path("<int:pk>/poster/", file_views.stored, {"what": "poster"}, name="poster"),
    path("<int:pk>/sheet/", file_views.stored, {"what": "sheet"}, name="sheet"),
    path("<int:pk>/frames/", file_views.frames, name="frames"),
]
