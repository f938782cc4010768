"""Addresses of what a person reads and decides about their own data."""

from django.urls import path

from config.privacy import views

app_name = "privacy"
urlpatterns = [
    path("", views.privacy, name="mine"),
    path("consent/", views.consent, name="consent"),
]
