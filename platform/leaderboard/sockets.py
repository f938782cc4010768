"""Addresses of the live sockets, and who is on the other side of one."""

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import ParseResult

from channels.auth import AuthMiddlewareStack
from channels.db import database_sync_to_async
from channels.routing import URLRouter
from channels.security.websocket import OriginValidator, WebsocketDenier
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.urls import path, re_path
from rest_framework.authtoken.models import Token

from accounts.models import User
from leaderboard.consumers import BoardConsumer

Application = Callable[[Any, Any, Any], Awaitable[Any]]

ROUTES = [
    path("ws/tasks/<slug:task>/leaderboard/", BoardConsumer.as_asgi()),
    re_path("", WebsocketDenier.as_asgi()),
]


class SameSite(OriginValidator):
    """Another site's page must not open a socket with a visitor's cookie. Browsers always say where a page comes
    from; a program that says nothing has no visitor whose cookie it could borrow."""

    def valid_origin(self, parsed_origin: ParseResult | None) -> bool:
        return parsed_origin is None or bool(super().valid_origin(parsed_origin))


class TokenMiddleware:
    """``Authorization: Token …`` works here as in the API, and comes before a session."""

    def __init__(self, application: Application) -> None:
        self.application = application

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> Any:
        header = dict(scope.get("headers", [])).get(b"authorization", b"").decode("latin1")
        kind, _, key = header.partition(" ")
        if kind.lower() == "token":
            scope = {**scope, "user": await person_with_token(key.strip())}
        return await self.application(scope, receive, send)


@database_sync_to_async
def person_with_token(key: str) -> User | AnonymousUser:
    token = Token.objects.select_related("user").filter(key=key, user__is_active=True).first()
    return token.user if token else AnonymousUser()


def live() -> Application:
    """The application for web sockets."""
    return SameSite(AuthMiddlewareStack(TokenMiddleware(URLRouter(ROUTES))), settings.ALLOWED_HOSTS)
