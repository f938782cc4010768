"""How a test listens at the live sockets, and as whom."""

import json
from typing import Any

from asgiref.testing import ApplicationCommunicator
from django.conf import settings as django_settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from rest_framework.authtoken.models import Token

from accounts.models import User
from config.sockets import live


class Socket(ApplicationCommunicator):
    """A client of the live sockets, in as many words as these tests use."""

    def __init__(self, headers: list[tuple[bytes, bytes]], path: str, query: bytes = b"") -> None:
        super().__init__(
            live(),
            {"type": "websocket", "path": path, "query_string": query, "headers": headers, "subprotocols": []},
        )

    async def connect(self) -> bool:
        """True when the server opens the socket."""
        await self.send_input({"type": "websocket.connect"})
        answer = await self.receive_output(5)
        return bool(answer["type"] == "websocket.accept")

    async def say(self, text: str | None = None, data: bytes | None = None) -> None:
        await self.send_input({"type": "websocket.receive", "text": text, "bytes": data})

    async def hear(self) -> dict[str, Any]:
        message = await self.receive_output(5)
        assert message["type"] == "websocket.send"
        heard: dict[str, Any] = json.loads(message["text"])
        return heard

    async def close_code(self) -> int:
        """The code with which the server closes, saying nothing before."""
        message = await self.receive_output(5)
        assert message["type"] == "websocket.close"
        return int(message["code"])

    async def leave(self) -> None:
        await self.send_input({"type": "websocket.disconnect", "code": 1000})
        await self.wait(5)


def token_of(username: str) -> list[tuple[bytes, bytes]]:
    token, _ = Token.objects.get_or_create(user=User.objects.get(username=username))
    return [(b"authorization", f"Token {token.key}".encode())]


def cookie_of(username: str) -> list[tuple[bytes, bytes]]:
    user = User.objects.get(username=username)
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return [(b"cookie", f"{django_settings.SESSION_COOKIE_NAME}={session.session_key}".encode())]
