"""Addresses of the live sockets of the room."""

from django.urls import path

from room.consumers import CardsConsumer, GridConsumer, RoomConsumer

ROUTES = [
    path("ws/room/", RoomConsumer.as_asgi()),
    path("ws/grid/", GridConsumer.as_asgi()),
    path("ws/cards/", CardsConsumer.as_asgi()),
]
