"""How these tests read pages and files."""

import re
from typing import Any

from asgiref.sync import async_to_sync

from accounts.models import User
from tests.pages.browsing import browser_of


def page_of(person: User, path: str, language: str = "en") -> str:
    answer = browser_of(person, language).get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


def said(page: str) -> str:
    """What one reads, tags aside."""
    return " ".join(re.sub(r"<[^>]*>", " ", page).split())


def body_of(response: Any) -> bytes:
    async def read() -> bytes:
        return b"".join([block async for block in response.streaming_content])

    return bytes(async_to_sync(read)()) if response.streaming else bytes(response.content)
