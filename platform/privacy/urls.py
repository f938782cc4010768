"""Addresses of what a person reads and decides about their own data."""

from django.urls import path

from privacy import views

app_name = "privacy"
urlpatterns = [
    path("", views.privacy, name="mine"),
    path("consent/", views.consent, name="consent"),
    path("export/", views.take_away, name="export"),
    path("request/", views.request_erasure, name="request"),
]
