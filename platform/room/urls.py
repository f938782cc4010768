"""Addresses of the room for students."""

from django.urls import path

from room import views

app_name = "room"
urlpatterns = [path("cards/changes/", views.card_changes, name="card-changes")]
