"""What students reach: the rubric, their own mark, an appeal."""

from django.urls import path

from marking import views

app_name = "marking"
urlpatterns = [
    path("rubric/", views.rubric, name="rubric"),
    path("capsule/mark/", views.mark, name="mark"),
    path("capsule/mark/appeal/", views.appeal, name="appeal"),
]
