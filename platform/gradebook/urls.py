"""Addresses of one's own marks; the instructors' pages are in config.teach_urls."""

from django.urls import path

from gradebook import views

app_name = "gradebook"
urlpatterns = [path("marks/", views.marks, name="mine")]
