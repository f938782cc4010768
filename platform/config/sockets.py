"""The live sockets of the site, gathered from the apps."""

from channels.security.websocket import WebsocketDenier
from django.urls import re_path

from accounts.sockets import Application, sockets
from leaderboard.sockets import ROUTES as BOARD
from room.sockets import ROUTES as ROOM


def live() -> Application:
    """The application for web sockets."""
    return sockets([*BOARD, *ROOM, re_path("", WebsocketDenier.as_asgi())])
