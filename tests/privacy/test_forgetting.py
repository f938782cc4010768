"""Forgetting somebody: nothing names them any more, what is others' stays, and only those may who should."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as site
from django.contrib.sessions.models import Session
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts import consents
from accounts.errors import Refusal
from accounts.models import Consent, User
from capsules.access import shown_to_peers
from capsules.models import Capsule, CapsuleRules, CapsuleVersion, Captions, Chapter, Comment
from courses import audit
from courses.models import AuditEntry
from datasets.models import Clip
from marking.models import Adjustment, Mark
from privacy import forgetting, scrubbing
from privacy.scrubbing import Names
from quests.models import Attempt, HandInFile
from submissions.models import Checkpoint
from tests.builders import make_course, make_pair, make_person
from tests.pages.browsing import browser_of
from tests.privacy.conftest import FIRST, FULL, LAST, MAIL, NUMBER, USERNAME, House, fill
from uploads.models import ResumableUpload, StoredFile

LINK = "https://films.example/our-capsule"
WORDS = (USERNAME, MAIL, NUMBER, FULL, f"{LAST}, {FIRST}", f"{LAST} {FIRST}")


def whole_database() -> list[str]:
    """Every value of every row of every table, as text; what JSON escaped is written out."""
    said = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            for row in cursor.fetchall():
                said += [f"{table}: {_written_out(value)}" for value in row if isinstance(value, str | bytes)]
    return said


def _written_out(value: str | bytes) -> str:
    text = value.decode("utf-8", "replace") if isinstance(value, bytes) else value
    try:
        return json.dumps(json.loads(text), ensure_ascii=False)
    except ValueError:
        return text


def naming(*words: str) -> list[str]:
    pattern = Names(tuple(words), "").pattern
    return [text for text in whole_database() if pattern.search(text)]


def forget(house: House) -> str:
    return forgetting.forget(person=house.person, actor=house.prof, typed=USERNAME)


def test_before_the_name_stands_in_many_places_so_that_these_tests_could_see_it(house: House) -> None:
    tables = {text.partition(":")[0] for text in naming(*WORDS)}
    assert len(tables) >= 9, tables


def test_afterwards_nothing_in_the_whole_database_names_the_person(house: House) -> None:
    browser_of(house.person).get("/account/")  # a session
    instead = forget(house)
    assert naming(*WORDS) == []
    person = User.objects.get(pk=house.person.pk)
    assert (person.username, person.is_active, person.has_usable_password()) == (instead, False, False)
    assert person.forgotten_at is not None
    assert instead in Comment.objects.get(by_instructor=True).text
    decoded = [session.get_decoded().get("_auth_user_id") for session in Session.objects.all()]
    assert str(person.pk) not in decoded


def test_what_is_about_the_person_alone_goes_and_what_others_share_stays(house: House) -> None:
    attempts, checkpoints = Attempt.objects.count(), Checkpoint.objects.count()
    forget(house)
    assert list(house.pair.members.all()) == [house.mate]
    for model in (Consent, Adjustment, ResumableUpload):
        assert not model._default_manager.exists()
    assert (Attempt.objects.count(), Checkpoint.objects.count()) == (attempts, checkpoints)
    assert Attempt.objects.filter(author=house.person).exists()
    assert Comment.objects.count() == 2
    assert Mark.objects.get().computed is not None
    assert Clip.objects.get().source is not None  # the team-mate's too


def test_the_files_of_a_pair_in_which_nobody_is_left_go_and_the_classs_checkpoints_stay(
    house: House, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    house.pair.members.remove(house.mate)
    films = list(StoredFile.objects.exclude(purpose="checkpoint").values_list("key", flat=True))
    handed_in = [Path(site.HAND_INS_DIR) / path for path in HandInFile.objects.values_list("path", flat=True)]
    checkpoint = Checkpoint.objects.get()
    assert len(films) == 2
    assert all(path.is_file() for path in handed_in)
    with django_capture_on_commit_callbacks(execute=True):
        forget(house)
    assert not any(default_storage.exists(key) for key in films)
    assert not any(path.exists() for path in handed_in)
    assert default_storage.exists(checkpoint.path)
    assert not Clip.objects.exists()
    assert AuditEntry.objects.filter(action="clip-deleted").exists()
    assert naming(*WORDS) == []


def test_films_that_somebody_left_behind_in_a_pair_where_nobody_is_go_as_well(
    house: House, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    new = make_pair(house.course, "2", "new-mate")
    for member in (house.person, house.mate):
        house.pair.members.remove(member)
        new.members.add(member)
    films = list(StoredFile.objects.exclude(purpose="checkpoint").values_list("key", flat=True))
    fates = {fate.pair: fate.stays for fate in forgetting.preview(house.person).pairs}
    assert fates == {house.pair: False, new: True}
    with django_capture_on_commit_callbacks(execute=True):
        forget(house)
    assert films
    assert not any(default_storage.exists(key) for key in films)
    assert naming(*WORDS) == []


def test_films_of_a_pair_that_somebody_left_to_others_stay_and_are_shown_to_no_other_pair(house: House) -> None:
    house.pair.members.remove(house.person)
    make_pair(house.course, "2").members.add(house.person)
    forget(house)
    assert Clip.objects.get().source is not None
    assert CapsuleVersion.objects.get().is_private


def test_an_instructor_of_a_course_that_they_left_has_a_word_too(house: House) -> None:
    other = make_course("other", instructor="other-prof")
    make_pair(other, "9").members.add(house.person)
    house.pair.members.remove(house.person)
    for teacher in (house.prof, other.instructors.get()):
        assert not forgetting.may_decide_for(teacher, house.person)
    other.instructors.add(house.prof)
    assert forgetting.may_decide_for(house.prof, house.person)


def link_of(house: House) -> CapsuleVersion:
    """What the pair handed in is a film elsewhere, with subtitles and chapters, and other pairs may watch it."""
    version = CapsuleVersion.objects.get(capsule__pair=house.pair)
    version.kind, version.link, version.copy = CapsuleVersion.Kind.LINK, LINK, None
    version.save()
    Captions.objects.create(version=version, language="fr", text="WEBVTT", uploaded_by=house.mate)
    Chapter.objects.create(version=version, at_seconds=0, title="Notre objet")
    audit.record(
        course=house.course, actor=house.mate, action="capsule-handed-in", subject="capsule:1", after={"link": LINK}
    )
    Capsule.objects.filter(pair=house.pair).update(current=version)
    CapsuleRules.objects.update_or_create(course=house.course, defaults={"peers_may_watch": True})
    for member in house.pair.members.all():
        Consent.objects.filter(person=member, kind=consents.PEERS).delete()
        consents.answer(person=member, answers={consents.PEERS: True})
    return version


def test_other_pairs_see_no_more_of_a_film_whose_member_cannot_be_asked_any_more(house: House) -> None:
    version = link_of(house)
    watcher = make_pair(house.course, "2", "watcher").members.get()
    assert list(shown_to_peers(watcher)) == [version.pk]
    forget(house)
    assert list(shown_to_peers(watcher)) == []
    version.refresh_from_db()
    assert version.link == LINK  # it is the team-mate's too


def test_where_nobody_is_left_a_films_address_and_its_words_go_as_well(house: House) -> None:
    link_of(house)
    house.pair.members.remove(house.mate)
    forget(house)
    assert not Captions.objects.exists()
    assert not Chapter.objects.exists()
    assert [text for text in whole_database() if LINK in text] == []


def test_a_short_number_is_not_taken_out_of_what_others_wrote(house: House) -> None:
    house.person.id_number = "42"
    house.person.save()
    audit.record(course=house.course, actor=house.prof, action="note", subject="x:1", after={"text": "42 frames"})
    forget(house)
    assert AuditEntry.objects.get(action="note").after == {"text": "42 frames"}
    assert User.objects.get(pk=house.person.pk).id_number == ""


def test_nobody_elses_words_are_touched(house: House) -> None:
    other = make_pair(house.course, "2", "zqfx", "other")
    someone = other.members.get(username="zqfx")
    fill(house.course, other, someone)
    forget(house)
    assert Clip.objects.get(pair=other).name == "zqfx walks.mp4"
    assert User.objects.get(pk=someone.pk).username == "zqfx"
    assert Consent.objects.filter(person=someone).count() == 2


def test_the_trace_says_who_did_it_and_not_to_whom(house: House) -> None:
    forget(house)
    entry = AuditEntry.objects.filter(action="person-forgotten").get()
    assert (entry.actor, entry.subject, entry.before) == (house.prof, f"person:{house.person.pk}", None)


def test_the_forgotten_cannot_sign_in_and_are_a_former_student_on_pages(house: House) -> None:
    forget(house)
    page = browser_of(house.mate).get("/capsule/").content.decode()
    assert USERNAME not in page
    from config.templatetags.page_parts import display_name

    assert str(display_name(User.objects.get(pk=house.person.pk))) in ("a former student", "un ancien étudiant")


def test_another_name_typed_changes_nothing(house: House) -> None:
    before = whole_database()
    with pytest.raises(Refusal):
        forgetting.forget(person=house.person, actor=house.prof, typed="somebody")
    assert whole_database() == before


# --- words ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("zqf did it", "X did it"),
        ("ZQF-best.pt", "X-best.pt"),
        ("zqf_2.mp4", "X_2.mp4"),
        ("zqfx and azqf", "zqfx and azqf"),
        (f"mail {MAIL.upper()}!", "mail X!"),
        (f"{FIRST}  {LAST}", "X"),
        (f"{LAST}, {FIRST}: late", "X: late"),
        (f"{FIRST} alone", f"{FIRST} alone"),
        ({"zqf": ["zqf", 1, None]}, {"zqf": ["X", 1, None]}),
    ],
)
def test_names_go_as_whole_words(house: House, text: Any, clean: Any) -> None:
    assert Names.of(house.person, "X").out_of(text) == clean


def test_every_text_column_is_looked_at_but_those_whose_words_mean_something() -> None:
    looked_at = {f"{model._meta.label}.{field.name}" for model, field in scrubbing.texts()}
    for column in (
        "capsules.Comment.text",
        "capsules.Comment.drawing",
        "courses.AuditEntry.actor_name",
        "courses.AuditEntry.before",
        "quests.Attempt.text",
        "quests.HandIn.remark",
        "submissions.Checkpoint.original_name",
        "uploads.StoredFile.name",
        "marking.Mark.cells",
        "marking.Marking.comment",
        "marking.Appeal.text",
        "datasets.Clip.name",
    ):
        assert column in looked_at
    assert not {"uploads.StoredFile.key", "quests.Variant.quest", "accounts.User.username"} & looked_at


# --- who may ----------------------------------------------------------------------------------------------------------


def test_an_instructor_of_all_their_courses_may_and_an_administrator_and_nobody_else(house: House) -> None:
    page = f"/teach/privacy/people/{house.person.pk}/"
    other = make_course("other", instructor="other-prof")
    assert browser_of(other.instructors.get()).get(page).status_code == 404
    assert browser_of(house.mate).get(page).status_code == 404
    assert browser_of(house.prof).get(page).status_code == 200
    make_pair(other, "9").members.add(house.person)
    assert browser_of(house.prof).get(page).status_code == 404  # the other course has a word too
    root = make_person("root")
    User.objects.filter(pk=root.pk).update(is_superuser=True)
    assert browser_of(User.objects.get(pk=root.pk)).get(page).status_code == 200
    for action in ("forget", "export"):
        assert browser_of(other.instructors.get()).post(f"{page}{action}/", {"typed": USERNAME}).status_code == 404
    assert User.objects.filter(username=USERNAME).exists()


def test_instructors_are_not_forgotten_this_way(house: House) -> None:
    assert browser_of(house.prof).get(f"/teach/privacy/people/{house.prof.pk}/").status_code == 404


def test_the_page_shows_what_would_go_and_wants_the_name_typed(house: House) -> None:
    client = browser_of(house.prof)
    page = f"/teach/privacy/people/{house.person.pk}/"
    shown = client.get(page).content.decode()
    assert "1 other member has them" in shown
    assert "their name in" in shown
    refused = client.post(f"{page}forget/", {"typed": "zqg"})
    assert refused.status_code == 400
    assert User.objects.filter(username=USERNAME).exists()
    assert client.post(f"{page}forget/", {"typed": f" {USERNAME} "})["Location"] == "/teach/privacy/"
    assert not User.objects.filter(username=USERNAME).exists()
    assert client.get(page).status_code == 404  # once is enough


def test_from_a_terminal_it_is_said_before_it_is_done(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("forget_person", USERNAME)
    assert "Nothing was changed" in capsys.readouterr().out
    assert User.objects.filter(username=USERNAME).exists()
    call_command("forget_person", USERNAME, yes=True)
    assert not User.objects.filter(username=USERNAME).exists()
    with pytest.raises(CommandError):
        call_command("forget_person", "prof", yes=True)
