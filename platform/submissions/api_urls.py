"""Addresses of the calls of submissions/."""

from django.urls import path

from submissions.api import CancelView, ChooseView, LogView, SubmissionsView, SubmissionView, TasksView, TaskView

urlpatterns = [
    path("tasks/", TasksView.as_view(), name="api-tasks"),
    path("tasks/<slug:task>/", TaskView.as_view(), name="api-task"),
    path("tasks/<slug:task>/submissions/", SubmissionsView.as_view(), name="api-submissions"),
    path("submissions/<int:submission_id>/", SubmissionView.as_view(), name="api-submission"),
    path("submissions/<int:submission_id>/cancel/", CancelView.as_view(), name="api-submission-cancel"),
    path("submissions/<int:submission_id>/choose/", ChooseView.as_view(), name="api-submission-choose"),
    path("submissions/<int:submission_id>/log/", LogView.as_view(), name="api-submission-log"),
]
