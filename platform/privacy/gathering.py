"""One person's data as plain rows and files: what an export is made of."""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any

from django.apps import apps
from django.core.files.storage import default_storage
from django.db.models import Field, ForeignKey, Model, Q

from accounts.models import User
from datasets.models import Clip
from inference.models import Run
from privacy.holdings import HELD, Held
from privacy.told import told_to
from privacy.zip_stream import Member
from quests.hand_in_files import path_of
from quests.models import HandInFile
from submissions.models import Checkpoint
from uploads.models import StoredFile

Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Gathered:
    """``tables`` are whole rows; ``acted`` says of which rows of others the person did something, by field."""

    tables: Mapping[str, Rows]
    acted: Mapping[str, list[str]]
    files: tuple[Member, ...]


def gather(person: User) -> Gathered:
    """Everything; the files' bytes are opened later, one after the other."""
    tables: dict[str, Rows] = {}
    acted: dict[str, list[str]] = {}
    for label, held in HELD.items():
        model = find_model(label)
        if model is None:
            continue
        if held.ours and (rows := _rows(model, held, person)):
            tables[label] = rows
        for field in held.acted:
            if found := [
                str(pk) for pk in model._default_manager.filter(**{field: person}).values_list("pk", flat=True)
            ]:
                acted[f"{label}.{field}"] = found
    tables |= {label: rows for label, rows in told_to(person) if rows}
    return Gathered(tables, acted, tuple(_files(person)))


def find_model(label: str) -> type[Model] | None:
    try:
        return apps.get_model(label)
    except LookupError:
        return None


def _rows(model: type[Model], held: Held, person: User) -> Rows:
    mine = Q()
    for way in held.ours:
        mine |= Q(**{way: person.pk})
    pks = model._default_manager.filter(mine).order_by().values_list("pk", flat=True).distinct()
    fields = [field for field in model._meta.concrete_fields if field.name not in held.leaves_out]
    rows = model._default_manager.filter(pk__in=pks).order_by("pk")
    return [{field.name: _value(row, field, person) for field in fields} for row in rows]


def _value(row: Model, field: "Field[Any, Any]", person: User) -> Any:
    """Another person is never named: whoever takes their data away takes nobody else's."""
    value = getattr(row, field.attname)
    if isinstance(field, ForeignKey) and field.related_model is User and value is not None:
        return "me" if value == person.pk else "somebody else"
    return value


def _files(person: User) -> Iterator[Member]:
    """What the person and their pairs handed in and what was made of it."""
    mine, of_clip = Q(pair__members=person) | Q(owner=person), _clips_of_files(person)
    for stored in StoredFile.objects.filter(mine).distinct().order_by("pk"):
        name = f"{of_clip[stored.pk]}-{stored.name}" if stored.pk in of_clip else stored.name
        yield Member(_name(stored.purpose, stored.pk, name), _from_storage(stored.key))
    for checkpoint in Checkpoint.objects.filter(pair__members=person).distinct().order_by("pk"):
        yield Member(_name("checkpoints", checkpoint.pk, checkpoint.original_name), _from_storage(checkpoint.path))
    for file in HandInFile.objects.filter(hand_in__variant__pair__members=person).distinct().order_by("pk"):
        yield Member(_name("hand-ins", file.pk, file.name), _from_disk(path_of(file)))


def _clips_of_files(person: User) -> dict[int, str]:
    """What was made of a clip → the clip's own name: ten files called copy.mp4 say nothing."""
    clips = Clip.objects.filter(Q(pair__members=person) | Q(uploaded_by=person)).distinct()
    rows: list[tuple[Clip, tuple[int | None, ...]]] = [
        (clip, (clip.copy_id, clip.poster_id, clip.frames_id, clip.sheet_id)) for clip in clips
    ]
    runs = Run.objects.filter(clip__in=clips).select_related("clip")
    rows += [(run.clip, (run.video_id, run.poster_id)) for run in runs]
    return {pk: PurePosixPath(clip.name).stem for clip, keys in rows for pk in keys if pk is not None}


def _name(folder: str, pk: int, name: str) -> str:
    """A name that stays in its folder, whatever it was called."""
    safe = "".join(mark if mark.isalnum() or mark in "._- ()" else "_" for mark in PurePosixPath(name).name)
    return f"files/{folder}/{pk}-{safe.strip('. ')[:120] or 'file'}"


def _from_storage(key: str) -> Any:
    def open_() -> AbstractContextManager[IO[bytes]]:
        if not default_storage.exists(key):
            raise FileNotFoundError(key)
        return default_storage.open(key, "rb")

    return open_


def _from_disk(path: Path) -> Any:
    return lambda: path.open("rb")
