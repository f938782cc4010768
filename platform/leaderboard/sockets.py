"""The address of a board's live socket."""

from django.urls import path

from leaderboard.consumers import BoardConsumer

ROUTES = [path("ws/tasks/<slug:task>/leaderboard/", BoardConsumer.as_asgi())]
