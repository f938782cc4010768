"""Addresses of the pages of submissions/."""

from django.urls import path

from submissions import gallery_views, submission_views, terminal_views, views

app_name = "submissions"
urlpatterns = [
    path("tasks/<slug:task>/", views.task, name="task"),
    path("tasks/<slug:task>/hand-in/", views.hand_in, name="hand-in"),
    path("tasks/<slug:task>/data/", views.data, name="data"),
    path("tasks/<slug:task>/terminal/", terminal_views.terminal, name="terminal"),
    path("terminal/dlcv.zip", terminal_views.client, name="client"),
    path("submissions/<int:pk>/", submission_views.submission, name="submission"),
    path("submissions/<int:pk>/status/", submission_views.status, name="status"),
    path("submissions/<int:pk>/cancel/", submission_views.stop, name="cancel"),
    path("submissions/<int:pk>/choose/", submission_views.choose_it, name="choose"),
    path("submissions/<int:pk>/unchoose/", submission_views.unchoose_it, name="unchoose"),
    path("submissions/<int:pk>/errors/", gallery_views.errors, name="gallery"),
    path("submissions/<int:pk>/errors/<int:index>/", gallery_views.picture, name="gallery-picture"),
    path("submissions/<int:pk>/errors/<int:index>/picture/", gallery_views.picture_data, name="gallery-file"),
]
