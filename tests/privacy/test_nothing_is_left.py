"""A whole data folder, read to its last byte after somebody was forgotten: the database's own files included."""

import io
import json
import logging
import re
import sqlite3
import zipfile
import zlib
from pathlib import Path

import pytest
from axes.models import AccessFailureLog, AccessLog
from django.contrib.sessions.models import Session
from django.db import connection
from pytest_django import Settings

from accounts import mail
from capsules.models import CapsuleVersion, Captions
from courses.models import Pair
from inference.services import start_run
from privacy import forgetting, overwriting, rounds
from submissions.models import Checkpoint
from tests import capsule_films, clips, detections
from tests.hand_in import files_in
from tests.pages.browsing import browser_of
from tests.privacy.conftest import FIRST, FULL, LAST, MAIL, NUMBER, USERNAME, House, build
from tests.resilience.conftest import own_database
from uploads import pieces, resumable
from uploads.models import StoredFile

__all__ = ["own_database"]
#: In what the person sent.
REEL = b"reel-7f3a91"
NAMES = (USERNAME, MAIL, NUMBER, FULL, f"{LAST}, {FIRST}", f"{LAST} {FIRST}")
#: As bytes: as they are, and with JSON's escapes.
SPELT = {form.encode() for name in NAMES for form in (name, json.dumps(name)[1:-1])}
PATTERN = re.compile(rb"(?<![A-Za-z0-9])(?:" + b"|".join(map(re.escape, SPELT)) + rb")(?![A-Za-z0-9])", re.IGNORECASE)


@pytest.fixture
def lived_in(own_database: Path, folders: Path, settings: Settings) -> House:
    """A data folder after a busy week: films ready, waiting and on their way, letters to be sent, pages visited."""
    settings.DATA_DIR, settings.HAND_INS_DIR = folders, folders / "hand-ins"
    assert own_database.parent == folders
    house = build()
    pair, person, reel = house.pair, house.person, REEL.decode()
    clip = clips.prepare(clips.send(pair, f"{reel} 2", name=f"{USERNAME} 2.MOV", author=person))
    checkpoint = detections.a_checkpoint(pair, name=f"{USERNAME}.pt")
    run = start_run(clip=clip, submission_pk=checkpoint.pk, author=person, choices=detections.CHOICES)
    detections.end(run)
    clips.send(pair, f"{reel} 3", name=f"{USERNAME} 3.MOV", author=person)
    version = CapsuleVersion.objects.get()
    Captions.objects.create(version=version, language="fr", text=f"WEBVTT\n\n{FULL}", uploaded_by=person)
    capsule_films.hand_in(pair, f"{reel} 5", author=person)
    begun = resumable.create(owner=person, name=f"{USERNAME} 4.MOV", size_bytes=1_000, purpose="clip")
    pieces.append(begun, offset=0, piece=io.BytesIO(clips.film_bytes(f"{reel} 4")))
    mail.send([person, house.prof], subject={"en": FULL, "fr": FULL}, body={"en": MAIL, "fr": MAIL})
    for log in (AccessLog, AccessFailureLog):
        log.objects.create(username=USERNAME.upper(), ip_address="192.0.2.7", path_info="/sign-in/")
    for path in ("/", "/clips/", "/capsule/", "/privacy/", "/account/"):
        browser_of(person).get(path)
    browser_of(house.prof).get("/teach/course/export/", {"people": "1"})
    return house


def naming(folder: Path) -> list[str]:
    """Files of the data folder, and rows whose text lies packed in them, that name the person."""
    found = [name for name in files_in(folder) if PATTERN.search(name.encode() + b"\n" + (folder / name).read_bytes())]
    found += [name for name in files_in(folder) if PATTERN.search(_unzipped(folder / name))]
    found += [f"session {key}" for key, said in _sessions() if PATTERN.search(said)]
    return found + [f"packed in {table}" for table, value in _packed() if PATTERN.search(value)]


def _unzipped(path: Path) -> bytes:
    if not zipfile.is_zipfile(path):
        return b""
    with zipfile.ZipFile(path) as archive:
        return b"\n".join(name.encode() + b"\n" + archive.read(name) for name in archive.namelist())


def _sessions() -> list[tuple[str, bytes]]:
    rows = Session.objects.all()
    return [(row.session_key, json.dumps(row.get_decoded(), ensure_ascii=False).encode()) for row in rows]


def _packed() -> list[tuple[str, bytes]]:
    packed = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            values = [value for row in cursor.fetchall() for value in row if isinstance(value, bytes)]
            packed += [(table, zlib.decompress(value)) for value in values if value[:1] == b"x"]
    return packed


def films_in(folder: Path) -> list[str]:
    """Everything that was sent or made, but the checkpoints."""
    kept = [*files_in(folder / "uploads"), *files_in(folder / "hand-ins")]
    return [name for name in kept if not name.startswith("checkpoints/")]


def reels_in(folder: Path) -> list[str]:
    return [name for name in files_in(folder / "uploads") if REEL in (folder / "uploads" / name).read_bytes()]


def forget(house: House) -> None:
    forgetting.forget(person=house.person, actor=house.prof, typed=USERNAME)


def test_where_nobody_is_left_no_byte_names_the_person_or_shows_their_films(lived_in: House, folders: Path) -> None:
    lived_in.pair.members.remove(lived_in.mate)
    assert len(films_in(folders)) > 10
    named = naming(folders)
    assert any(name.startswith("db.sqlite3") for name in named)
    assert any(name.startswith("uploads/bundles/") for name in named)
    assert len(reels_in(folders)) >= 3
    forget(lived_in)
    assert naming(folders) == []
    assert reels_in(folders) == []
    assert films_in(folders) == []
    assert len(files_in(folders / "uploads" / "checkpoints")) == Checkpoint.objects.count() > 0
    assert lived_in.mate.username.encode() in (folders / "db.sqlite3").read_bytes()


def test_a_team_mate_keeps_every_film_and_loses_the_name_alone(lived_in: House, folders: Path) -> None:
    before = films_in(folders)
    (begun,) = files_in(folders / "uploads" / "resumable")
    forget(lived_in)
    assert naming(folders) == []
    assert films_in(folders) == [name for name in before if name != f"resumable/{begun}" and "bundles" not in name]
    browser = browser_of(lived_in.mate)
    clip = lived_in.pair.clips.exclude(copy=None).get()
    for path in (f"/clips/{clip.pk}/video/", f"/clips/{clip.pk}/frames/", "/clips/", "/capsule/"):
        assert browser.get(path).status_code == 200
    assert StoredFile.objects.filter(pair=lived_in.pair).count() > 6


def test_what_a_worker_makes_of_their_films_afterwards_is_removed(lived_in: House, folders: Path) -> None:
    version = CapsuleVersion.objects.exclude(job=None).get()
    lived_in.pair.members.remove(lived_in.mate)
    forget(lived_in)
    capsule_films.prepare(version)
    assert films_in(folders) == []
    assert not StoredFile.objects.exists()


def test_where_the_database_is_held_the_daily_round_makes_up_for_it(
    lived_in: House, folders: Path, caplog: pytest.LogCaptureFixture
) -> None:
    reader = sqlite3.connect(folders / "db.sqlite3")
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM accounts_user").fetchone()
    with caplog.at_level(logging.WARNING):
        forget(lived_in)
    assert not lived_in.pair.members.filter(pk=lived_in.person.pk).exists()
    assert "within a day" in caplog.text
    assert naming(folders) != []
    reader.close()
    assert rounds.sweep_everything()["forgotten"] == 1
    assert naming(folders) == []


def test_a_site_where_nobody_was_forgotten_is_not_written_anew(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overwriting, "overwrite_deleted", lambda: pytest.fail("written anew"))
    assert overwriting.sweep() == 0
    assert Pair.objects.count() == 1
