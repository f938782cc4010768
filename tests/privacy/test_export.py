"""One person's data, taken away: every table that leads to them, their files, and nobody else."""

import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axes.models import AccessFailureLog, AccessLog
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db.models import Model

from accounts.models import User
from courses.models import AuditEntry, Pair
from datasets.models import Clip
from marking.models import Mark
from privacy.gathering import gather
from privacy.holdings import HELD, NOT_TOLD, TOLD
from privacy.zip_stream import Member, blocks
from quests.models import HandInFile
from tests.builders import make_course, make_pair
from tests.pages.browsing import browser_of
from tests.privacy.conftest import FULL, MAIL, USERNAME, House, fill, keep
from tests.test_leaks import body_of
from uploads.models import StoredFile


def pointing_at(target: type[Model]) -> Iterator[tuple[str, str]]:
    """(table, field) of every foreign key, one-to-one and many-to-many that leads there."""
    for model in apps.get_models(include_auto_created=False):
        for field in model._meta.get_fields():
            if field.is_relation and field.related_model is target and not field.auto_created:
                yield model._meta.label, field.name


def heads(label: str) -> set[str]:
    """The fields that a table's entry begins its ways with."""
    held = HELD.get(label)
    return {way.partition("__")[0] for way in (held.ours + held.acted if held else ())}


def test_every_table_that_leads_to_a_person_is_told_or_says_why_not() -> None:
    found = set(pointing_at(User))
    assert len(found) > 30
    forgotten = {(label, field) for label, field in found if label not in TOLD and field not in heads(label)}
    assert forgotten - set(NOT_TOLD) == set(), "say in privacy/holdings.py what becomes of these"


def test_every_table_of_a_pair_is_told_or_says_why_not() -> None:
    found = set(pointing_at(Pair))
    assert len(found) > 10
    forgotten = {(label, field) for label, field in found if label not in TOLD and field not in heads(label)}
    assert forgotten - set(NOT_TOLD) == set(), "say in privacy/holdings.py what becomes of these"


def leading_to_people() -> set[str]:
    """Every table from which keys lead to a person or a pair, in however many steps."""
    leading = {User, Pair}
    while more := {
        model
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if model not in leading and field.related_model in leading
    }:
        leading |= more
    return {model._meta.label for model in leading}


def test_every_table_that_leads_there_by_way_of_others_is_told_or_says_why_not() -> None:
    found = leading_to_people()
    assert {"capsules.Chapter", "quests.HandInFile", "submissions.Resemblance"} <= found
    assert found - {*HELD, *TOLD, *(label for label, _ in NOT_TOLD)} == set(), (
        "say in privacy/holdings.py what becomes of these"
    )


def test_what_the_list_names_is_there() -> None:
    for label in HELD:
        if label.partition(".")[0] in {config.label for config in apps.get_app_configs()} and label != "inference.Run":
            apps.get_model(label)


def taken_by(house: House, person: User | None = None) -> dict[str, bytes]:
    """The zip that somebody downloads, by name."""
    response = browser_of(person or house.person).post("/privacy/export/")
    assert response["Content-Type"] == "application/zip"
    assert USERNAME not in response["Content-Disposition"]
    with zipfile.ZipFile(io.BytesIO(body_of(response))) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def rows(taken: dict[str, bytes], table: str) -> list[dict[str, Any]]:
    return json.loads(taken[f"data/{table}.json"])["rows"]  # type: ignore[no-any-return]


def test_the_zip_holds_the_rows_and_the_files_of_the_person_and_their_pair(house: House) -> None:
    taken = taken_by(house)
    (me,) = rows(taken, "accounts.User")
    assert (me["username"], me["email"]) == (USERNAME, MAIL)
    assert "password" not in me
    assert {row["kind"] for row in rows(taken, "accounts.Consent")} == {"filmed", "peers"}
    assert [row["text"] for row in rows(taken, "quests.Attempt")] == ["99"]
    assert rows(taken, "submissions.Submission")[0]["status"] == "done"
    films = [name for name in taken if name.startswith("files/")]
    assert len(films) == StoredFile.objects.count() + 1 + HandInFile.objects.count()
    assert any(taken[name] == b"film" for name in films)
    assert "vous" in taken["README.txt"].decode()
    assert "keeps about" in taken["README.txt"].decode()
    assert json.loads(taken["data/did.json"])["rows"] == {
        "courses.AuditEntry.actor": [str(AuditEntry.objects.get().pk)]
    }


def test_marks_and_comments_that_were_not_told_are_not_in_it(house: House) -> None:
    taken = taken_by(house)
    assert "data/marking.Mark.json" not in taken
    said = b"".join(taken.values()).decode("utf-8", "replace")
    assert "speak up" not in said
    assert "not yet told" not in said
    assert "did the editing" not in said
    Mark.objects.update(
        published={
            "mark": "13.5",
            "adjustments": {
                str(house.person.pk): {"delta": "1", "reason": "mine"},
                str(house.mate.pk): {"delta": "-2", "reason": "of the mate"},
            },
        }
    )
    taken = taken_by(house)
    (mark,) = rows(taken, "marking.Mark")
    assert mark["adjustments"] == {"me": {"delta": "1", "reason": "mine"}}
    assert "of the mate" not in b"".join(taken.values()).decode("utf-8", "replace")
    assert any("speak up" in row["text"].lower() for row in rows(taken, "capsules.Comment"))


def test_nobody_else_is_in_it(house: House) -> None:
    other = make_pair(house.course, "2", "stranger-one", "stranger-two")
    fill(house.course, other, other.members.get(username="stranger-one"))
    taken = taken_by(house)
    said = b"\n".join([*taken.values(), *(name.encode() for name in taken)]).decode("utf-8", "replace")
    assert "stranger" not in said
    mates = taken_by(house, house.mate)
    assert [row["username"] for row in rows(mates, "accounts.User")] == ["mate"]
    assert "data/accounts.Consent.json" not in mates
    authors = {row["author"] for row in rows(mates, "quests.Attempt")}
    assert authors == {"somebody else"}


def test_answer_keys_and_places_on_our_disk_are_not_in_it(house: House) -> None:
    taken = taken_by(house)
    said = b"".join(content for name, content in taken.items() if name.endswith(".json")).decode()
    kept = [*StoredFile.objects.values_list("key", flat=True), *HandInFile.objects.values_list("path", flat=True)]
    for secret in ("1234", *kept):
        assert secret not in said


def test_an_instructor_takes_it_for_them_and_the_trace_says_so(house: House) -> None:
    where = f"/teach/privacy/people/{house.person.pk}/export/"
    response = browser_of(house.prof).post(where)
    assert zipfile.is_zipfile(io.BytesIO(body_of(response)))
    assert AuditEntry.objects.filter(action="person-exported", actor=house.prof).count() == 1
    other = make_course("other", instructor="other-prof").instructors.get()
    for stranger in (other, house.mate):
        assert browser_of(stranger).post(where).status_code == 404
    assert AuditEntry.objects.filter(action="person-exported").count() == 1
    assert browser_of(house.prof).get(where).status_code == 405


def test_it_says_when_and_from_where_they_signed_in_and_nothing_of_who_else_tried(house: House) -> None:
    for name, address in ((USERNAME.upper(), "192.0.2.7"), ("mate", "192.0.2.8")):
        AccessLog.objects.create(username=name, ip_address=address, user_agent="Firefox", path_info="/sign-in/")
    AccessFailureLog.objects.create(username=USERNAME, ip_address="192.0.2.9", user_agent="curl", path_info="/sign-in/")
    taken = taken_by(house)
    told = {(row["what"], row.get("address"), row.get("browser")) for row in rows(taken, "sign-ins")}
    assert told >= {("signed in", "192.0.2.7", "Firefox"), ("failed", None, None)}
    assert not any(address in b"".join(taken.values()) for address in (b"192.0.2.8", b"192.0.2.9"))


def test_what_was_made_of_a_clip_bears_the_clips_name(house: House) -> None:
    clip = Clip.objects.get()
    clip.name = "tasse à café.mp4"
    clip.copy, clip.poster = (
        keep(house.pair, None, "clip", name, name.encode()) for name in ("copy.mp4", "poster.jpg")
    )
    clip.save()
    taken = taken_by(house)
    for stored in (clip.copy, clip.poster):
        assert taken[f"files/clip/{stored.pk}-tasse à café-{stored.name}"] == stored.name.encode()


def test_a_file_that_is_gone_and_a_name_with_a_path_break_nothing(house: House) -> None:
    stored = StoredFile.objects.get(purpose="clip")
    StoredFile.objects.filter(pk=stored.pk).update(key="clip/gone")
    StoredFile.objects.filter(purpose="capsule").update(name="../../etc/pass\nwd")
    taken = taken_by(house)
    assert not any(name.startswith("files/clip/") for name in taken)
    assert all(".." not in name and "\n" not in name for name in taken)


def test_a_long_file_is_read_block_by_block() -> None:
    read: list[int] = []

    class Counting(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            read.append(size or 0)
            return super().read(size)

    content = bytes(range(256)) * 4096  # 1 MiB
    sent = list(blocks([Member("long.bin", lambda: Counting(content)), Member("b.txt", lambda: io.BytesIO(b"x"))]))
    assert max(map(len, sent)) < len(content) / 2
    assert set(read) == {2**18}
    with zipfile.ZipFile(io.BytesIO(b"".join(sent))) as archive:
        assert archive.read("long.bin") == content
        assert archive.read("b.txt") == b"x"


def test_from_a_terminal_it_is_a_file_for_its_owner_alone(house: House, tmp_path: Path) -> None:
    target = tmp_path / "data.zip"
    call_command("export_person", USERNAME, str(target))
    assert oct(target.stat().st_mode & 0o777) == "0o600"
    assert zipfile.is_zipfile(target)
    for arguments in ((USERNAME, str(target)), ("nobody", str(tmp_path / "other.zip"))):
        with pytest.raises(CommandError):
            call_command("export_person", *arguments)


def test_gathering_says_what_somebody_did_without_showing_it(house: House) -> None:
    gathered = gather(house.prof)
    assert "courses.Course.instructors" in gathered.acted
    assert FULL not in json.dumps(gathered.tables, default=str)
