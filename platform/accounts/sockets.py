"""Who is on the other side of a live socket, and what may be said on one."""

import json
from collections.abc import Awaitable, Callable
from typing import Any, Final
from urllib.parse import ParseResult

from channels.auth import AuthMiddlewareStack
from channels.db import database_sync_to_async
from channels.routing import URLRouter
from channels.security.websocket import OriginValidator
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from rest_framework.authtoken.models import Token

from accounts.models import User

Application = Callable[[Any, Any, Any], Awaitable[Any]]

#: Close codes: for whoever may not listen here, and for a message that is not one.
NOT_HERE: Final = 4404
NOT_A_MESSAGE: Final = 4400
LONGEST_MESSAGE: Final = 1_000


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


def listener(scope: Any) -> User | None:
    """Who listens: somebody who may sign in, or None."""
    user = scope.get("user")
    return user if isinstance(user, User) and user.is_active else None


def sockets(routes: list[Any]) -> Application:
    """The application that serves these addresses to people who are who they say."""
    return SameSite(AuthMiddlewareStack(TokenMiddleware(URLRouter(routes))), settings.ALLOWED_HOSTS)


def revision_asked_for(text: str | None) -> int | None:
    """The revision in ``{"since": 3}``; None when the message is anything else."""
    if text is None or len(text) > LONGEST_MESSAGE:
        return None
    try:
        message = json.loads(text)
    except (ValueError, RecursionError):
        return None
    since = message.get("since") if isinstance(message, dict) else None
    return since if isinstance(since, int) and not isinstance(since, bool) else None
