"""The page of one's unfinished uploads, under ``/account/uploads/``."""

from django.urls import path

from uploads import views

app_name = "uploads"

urlpatterns = [
    path("", views.unfinished, name="unfinished"),
    path("<str:upload_id>/remove/", views.remove, name="remove"),
]
