"""Addresses of the calls of submissions/."""

from django.urls import path

from submissions.api import SubmissionsView, SubmissionView, TasksView

urlpatterns = [
    path("tasks/", TasksView.as_view(), name="api-tasks"),
    path("tasks/<slug:task>/submissions/", SubmissionsView.as_view(), name="api-submissions"),
    path("submissions/<int:submission_id>/", SubmissionView.as_view(), name="api-submission"),
]
