"""Addresses of the pages of courses/."""

from django.urls import path

from courses import views

app_name = "courses"
urlpatterns = [
    path("weights/<int:pk>/", views.weights, name="weights"),
]
