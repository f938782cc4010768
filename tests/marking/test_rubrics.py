"""The course's rubric: read by students beforehand, written as a draft, published in versions."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import Http404

from accounts.errors import Refusal
from accounts.models import User
from capsules.models import Capsule
from challenges.rubric import to_document
from challenges.rubric_file import default_rubric, to_yaml
from courses.models import AuditEntry, Course
from marking import editing, rubrics
from marking.models import Mark, Marking, RubricDraft, RubricVersion
from marking.versions import current_version
from tests.builders import make_pair, member_of
from tests.marking.making import mark_it, mark_of, publish_all
from tests.pages.browsing import browser_of

pytestmark = pytest.mark.django_db
LAST = "inference.lessons.micro"


def publish_with(
    course: Course, instructor: User, change: Callable[[dict[str, Any]], Any], *, carries: bool
) -> RubricVersion:
    """A new version, changed in place."""
    document = to_document(current_version(course).rubric)
    change(document)
    before = rubrics.draft_of(course)
    draft = rubrics.edit(
        instructor=instructor, course=course, revision=before.revision if before else None, document=document
    )
    return rubrics.publish(instructor=instructor, course=course, revision=draft.revision, carries=carries)


def add_cell(document: dict[str, Any]) -> None:
    outside = {name: value for name, value in document["cells"][0].items() if name not in ("analysis", "scope")}
    document["cells"].append(outside)


def drop_last(document: dict[str, Any]) -> None:
    document["cells"].pop()


@pytest.mark.parametrize(("language", "says"), [("en", "Rubric of the video capsule"), ("fr", "Grille d’évaluation")])
def test_students_read_the_rubric_beforehand_in_their_language(course: Course, language: str, says: str) -> None:
    student = member_of(make_pair(course))
    page = browser_of(student, language).get("/rubric/").content.decode()
    assert says in page
    assert page.count('class="rubric__cell"') == 18
    assert page.count("<li><span>") == 90
    assert "/teach/" not in page
    assert not RubricVersion.objects.exists()


def test_students_read_the_version_that_counts_and_no_draft(course: Course, prof: User) -> None:
    student = member_of(make_pair(course))
    publish_with(course, prof, drop_last, carries=False)
    rubrics.edit(
        instructor=prof, course=course, revision=None, document={"title": {"fr": "secret", "en": "secret"}, "cells": []}
    )
    page = browser_of(student).get("/rubric/").content.decode()
    assert "secret" not in page
    assert page.count('class="rubric__cell"') == 17


def test_a_draft_is_kept_as_typed_and_says_what_is_missing(course: Course, prof: User) -> None:
    browser = browser_of(prof)
    answer = browser.post("/teach/rubric/cells/3/", {"revision": "", "weight": "2,5", "expects:en": "", "0:en": "<b>"})
    assert answer.status_code == 302
    cell = RubricDraft.objects.get().document["cells"][3]
    assert (cell["weight"], cell["expects"]["en"], cell["descriptors"][0]["en"]) == (2.5, "", "<b>")
    assert cell["expects"]["fr"]
    page = browser.get("/teach/rubric/").content.decode()
    assert "not finished" in page
    assert "rubric.yaml:" in page
    assert "Publish this rubric" not in page
    assert current_version(course).number == 1
    assert "&lt;b&gt;" in page


def test_a_weight_that_is_no_number_is_said_and_the_rest_is_kept(course: Course, prof: User) -> None:
    typed = {"revision": "", "weight": "abc", "0:en": "Nothing is shown."}
    said = browser_of(prof, htmx=True).post("/teach/rubric/cells/3/", typed).content.decode()
    assert "This is no weight." in said
    cell = RubricDraft.objects.get().document["cells"][3]
    assert (cell["weight"], cell["descriptors"][0]["en"]) == (1, "Nothing is shown.")


def test_a_draft_that_cannot_be_used_is_not_published(course: Course, prof: User) -> None:
    document = to_document(default_rubric())
    document["cells"][0]["descriptors"].pop()
    draft = rubrics.edit(instructor=prof, course=course, revision=None, document=document)
    with pytest.raises(Refusal, match="5 descriptors"):
        rubrics.publish(instructor=prof, course=course, revision=draft.revision, carries=True)
    assert (RubricVersion.objects.count(), RubricDraft.objects.count()) == (0, 1)


def test_two_people_writing_do_not_overwrite_each_other(course: Course, prof: User, colleague: User) -> None:
    rubrics.edit(instructor=prof, course=course, revision=None, document={"cells": [], "title": "mine"})
    for revision in (None, 0, 2):
        with pytest.raises(Refusal, match="changed_meanwhile"):
            rubrics.edit(instructor=colleague, course=course, revision=revision, document={"cells": []})
    assert RubricDraft.objects.get().document["title"] == "mine"


def test_the_file_goes_out_and_comes_back(course: Course, prof: User) -> None:
    browser = browser_of(prof)
    text = browser.get("/teach/rubric/file/").content.decode()
    assert text == to_yaml(to_document(default_rubric()))
    changed = SimpleUploadedFile("mine.yaml", text.replace("weight: 1", "weight: 3", 1).encode())
    assert browser.post("/teach/rubric/bring/", {"file": changed}).status_code == 302
    assert RubricDraft.objects.get().document["cells"][0]["weight"] == 3
    assert browser.get("/teach/rubric/file/").content.decode() == text.replace("weight: 1", "weight: 3", 1)
    assert "weight: 3" not in browser.get("/teach/rubric/file/?version=1").content.decode()
    for number in ("9", "9" * 5000):
        assert browser.get(f"/teach/rubric/file/?version={number}").status_code == 404


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"title: {fr: x", "rubric.yaml:1"),
        (b"\xff\xfe", "rubric.yaml:1"),
        (b"a: &x 1\nb: *x\n", "rubric.yaml:2"),
        (b"", "empty"),
        (b"cells: " + b"[" * 5000, "rubric.yaml:1"),
        (b"#" * 300_000, "larger than"),
    ],
)
def test_a_file_that_cannot_be_used_is_declined_with_its_line(
    course: Course, prof: User, content: bytes, says: str
) -> None:
    answer = browser_of(prof).post("/teach/rubric/bring/", {"file": SimpleUploadedFile("r.yaml", content)}, follow=True)
    assert says in answer.content.decode()
    assert not RubricDraft.objects.exists()


def test_publishing_carries_markings_over_cell_by_cell(
    course: Course, capsule: Capsule, other: Capsule, prof: User
) -> None:
    mark_it(capsule, prof, 3)
    mark_it(other, prof, 2, done=False)
    made = publish_with(course, prof, drop_last, carries=True)
    assert {one.rubric_version for one in Marking.objects.all()} == {made}
    kept = Marking.objects.get(capsule=capsule)
    assert kept.cells[LAST] == {"level": 3, "note": ""}  # kept, not counted
    assert (kept.state, mark_of(capsule).computed, mark_of(capsule).rubric_version) == ("done", 15, made)
    assert AuditEntry.objects.filter(action="rubric-published").get().after["markings_carried"] == 2


def test_a_done_marking_with_a_new_empty_cell_is_opened_again(course: Course, capsule: Capsule, prof: User) -> None:
    mark_it(capsule, prof, 4)
    publish_with(course, prof, add_cell, carries=True)
    assert Marking.objects.get().state == "draft"
    assert (mark_of(capsule).state, mark_of(capsule).computed) == ("draft", None)


def test_without_carrying_what_is_begun_keeps_its_version(course: Course, capsule: Capsule, prof: User) -> None:
    mark_it(capsule, prof, 4)
    publish_with(course, prof, add_cell, carries=False)
    assert Marking.objects.get().rubric_version.number == 1
    assert mark_of(capsule).computed == 20


def test_marks_that_were_told_never_change_with_the_rubric(course: Course, capsule: Capsule, prof: User) -> None:
    mark_it(capsule, prof, 3)
    publish_all(course, prof)
    told = Mark.objects.get().published
    publish_with(course, prof, add_cell, carries=True)
    assert Mark.objects.get().published == told
    assert (Mark.objects.get().state, Marking.objects.get().rubric_version.number) == ("published", 1)


def test_cells_and_headings_are_added_and_taken_out_on_the_page(course: Course, prof: User) -> None:
    browser = browser_of(prof, htmx=True)

    def post(path: str, **typed: str) -> str:
        draft = rubrics.draft_of(course)
        revision = str(draft.revision) if draft else ""
        return browser.post(f"/teach/rubric/{path}", {"revision": revision, **typed}).content.decode()

    post("axes/themes/add/", **{"new:fr": "Forme", "new:en": "Form & voice"})
    page = post("cells/add/", theme="form_voice")
    assert "19" in page
    document = RubricDraft.objects.get().document
    assert document["themes"][-1] == {"key": "form_voice", "title": {"fr": "Forme", "en": "Form & voice"}}
    assert rubrics.key_of(document["cells"][-1]) == "form_voice"
    post("cells/18/", action="remove")
    post("axes/scopes/remove/", key="micro")
    document = RubricDraft.objects.get().document
    assert len(document["cells"]) == 9
    assert browser.post("/teach/rubric/axes/colours/add/", {"revision": "1"}).status_code == 404
    stale = browser.post("/teach/rubric/head/", {"revision": "1", "title:en": "late"}).content.decode()
    assert "Somebody changed this meanwhile" in stale
    assert RubricDraft.objects.get().document["title"]["en"] != "late"


def test_the_head_is_edited_and_published_without_script(course: Course, prof: User) -> None:
    browser = browser_of(prof)
    browser.post(
        "/teach/rubric/head/", {"revision": "", "title:en": "Ours", "rounding": "0.5", "themes:dataset:fr": "Jeu"}
    )
    browser.post("/teach/rubric/publish/", {"revision": "1"})
    made = current_version(course)
    assert (made.number, made.rubric.title["en"], str(made.rubric.rounding)) == (2, "Ours", "0.5")
    assert made.rubric.themes[0].title == {"fr": "Jeu", "en": "Dataset"}
    assert made.created_by == prof
    assert not RubricDraft.objects.exists()


def test_others_neither_read_nor_write_it(course: Course, prof: User, outsider: User) -> None:
    student = member_of(make_pair(course))
    for path in ("", "head/", "cells/add/", "cells/0/", "bring/", "discard/", "publish/", "file/"):
        assert browser_of(student).post(f"/teach/rubric/{path}", {"revision": ""}).status_code in (404, 405)
    browser_of(outsider).post("/teach/rubric/head/", {"revision": "", "title:en": "theirs"})
    assert not RubricDraft.objects.filter(course=course).exists()
    for person in (student, outsider):
        with pytest.raises(Http404):
            rubrics.edit(instructor=person, course=course, revision=None, document={})


@pytest.mark.parametrize(
    ("title", "taken", "key"),
    [("Form & voice", set(), "form_voice"), ("Été", set(), "t"), ("2 parts", set(), "part_2_parts"),
     ("Form", {"form"}, "form_2"), ("§", set(), "part"), ("x" * 90, set(), "x" * 24)],
)  # fmt: skip
def test_a_heading_gets_a_key_of_its_own(title: str, taken: set[str], key: str) -> None:
    document = {"themes": [{"key": one} for one in taken], "cells": []}
    made = editing.with_heading(document, "themes", {"new:en": title, "new:fr": title})
    assert made["themes"][-1]["key"] == key
    assert len(document["themes"]) == len(taken)


def test_a_mark_that_follows_a_new_rubric_leaves_what_it_was_in_the_trace(
    course: Course, capsule: Capsule, other: Capsule, prof: User
) -> None:
    mark_it(capsule, prof, 3, c18=0)
    mark_it(other, prof, 3)
    was = mark_of(capsule).computed
    publish_with(course, prof, drop_last, carries=True)
    entry = AuditEntry.objects.get(action="mark-computed-again")  # the other one is worth the same as before
    assert (entry.pair, entry.actor, entry.reason) == (capsule.pair, prof, "the rubric changed")
    assert (entry.before["mark"], entry.after["mark"]) == (str(was), "15.00")
