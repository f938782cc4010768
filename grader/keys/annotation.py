"""``annotation``: the pictures that the pair labels by hand, and what was drawn in them."""

from collections.abc import Mapping
from typing import Any

from challenges.pictures import find, labels_of, size_of
from challenges.questions import pictures_of
from grader.errors import SubmissionError
from grader.keys.draft import Draft
from grader.keys.material import material_zip


def draft(question: Mapping[str, Any]) -> Draft:
    """Truth: the pictures' sizes and every object. Raises ``SubmissionError`` where a picture has no labels."""
    pictures = pictures_of(question)
    rows = tuple((name, *label) for name in pictures for label in labels_of(name))
    if {name for name, *_ in rows} != set(pictures) or any(row[1] >= len(question["classes"]) for row in rows):
        raise _unlabelled()
    made = Draft(truth=(tuple((name, *size_of(name)) for name in pictures), rows))
    files = [find(name) for name in pictures]
    if len(files) == 1:
        made.material = (files[0].name, files[0].read_bytes())
    else:
        made.material = ("pictures.zip", material_zip((file.name, file.read_bytes()) for file in files))
    made.notes.append(f"{len(rows)} objects in {len(pictures)} pictures")
    return made


def _unlabelled() -> SubmissionError:
    return SubmissionError(
        "unlabelled_picture",
        {
            "en": "a picture has no label file, or one with more classes than “classes”",
            "fr": "une image n'a pas de fichier de labels, ou il a plus de classes que « classes »",
        },
        {
            "en": "Put NAME.txt (YOLO format) beside NAME.jpg in the folder of pictures.",
            "fr": "Mettez NOM.txt (format YOLO) à côté de NOM.jpg dans le dossier des images.",
        },
    )
