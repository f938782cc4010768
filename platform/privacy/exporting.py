"""One person's data as a zip: a letter that says what is in it, tables as JSON, files as they are."""

import asyncio
import io
import json
from collections.abc import AsyncIterator, Iterator
from datetime import datetime
from typing import Any, Final

from django.core.serializers.json import DjangoJSONEncoder
from django.http import StreamingHttpResponse
from django.utils import timezone

from accounts.models import User
from privacy.gathering import Gathered, gather
from privacy.zip_stream import Member, blocks

VERSION: Final = 1
LETTER: Final = """{title_fr}

Voici ce que le site DLCV Quest garde de « {username} », le {day}.

donnees : data/*.json, un fichier par table. « me » est vous ; une autre personne n'est jamais nommée.
          data/did.json dit sur quelles lignes d'autrui vous avez agi, sans les montrer.
fichiers : files/, tels que vous et votre binôme les avez envoyés, et ce que le site en a fait.
absents : votre mot de passe et votre jeton, les clés des réponses, les notes qui n'ont pas été annoncées.

--------------------------------------------------------------------------------

{title_en}

This is what the site DLCV Quest keeps about "{username}", on {day}.

data:  data/*.json, one file a table. "me" is you; nobody else is ever named.
       data/did.json says which rows of other people you acted on, without showing them.
files: files/, as you and your pair sent them, and what the site made of them.
left out: your password and your token, the keys of answers, marks that were not announced.
"""


def export(person: User) -> StreamingHttpResponse:
    """The zip as an attachment, sent while it is written; nothing of it is left on the server."""
    gathered = gather(person)
    response = StreamingHttpResponse(_sent(blocks(members_of(person, gathered))), content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="{file_name(timezone.localdate().isoformat())}"'
    response["Cache-Control"] = "no-store"
    return response


def file_name(day: str) -> str:
    """Without the person's name: downloads lie about on shared machines."""
    return f"dlcv-quest-data-{day}.zip"


def members_of(person: User, gathered: Gathered) -> Iterator[Member]:
    yield _text("README.txt", _letter(person, timezone.now()))
    for label, rows in gathered.tables.items():
        yield _text(f"data/{label}.json", _as_json({"version": VERSION, "rows": rows}))
    yield _text("data/did.json", _as_json({"version": VERSION, "rows": gathered.acted}))
    yield from gathered.files


def _letter(person: User, now: datetime) -> str:
    titles = {"title_fr": "Vos données", "title_en": "Your data"}
    return LETTER.format(username=person.username, day=timezone.localtime(now).date().isoformat(), **titles)


def _as_json(value: Any) -> str:
    return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1)


def _text(name: str, text: str) -> Member:
    return Member(name, lambda: io.BytesIO(text.encode()))


async def _sent(parts: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Disks are read beside the event loop: other people's pages go on."""
    while (part := await asyncio.to_thread(next, parts, None)) is not None:
        if part:
            yield part
