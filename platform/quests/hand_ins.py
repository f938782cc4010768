"""Every write about what is handed in: take it, record what the worker found, turn a verdict into an attempt.

A hand-in costs nothing until there is a verdict, and nothing at all when it could not be read or failed through us.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from challenges.kinds import KINDS, Kind, Part
from challenges.report import Report
from challenges.spec import Card, Quest
from courses.models import Pair
from grading.endings import VERSION
from grading.models import GradingJob
from grading.services import enqueue
from quests import hand_in_files as storage
from quests import hand_in_refusals as refusals
from quests import locks, services, versions
from quests import refusals as decline
from quests.hand_in_files import ArrivedFile
from quests.models import Attempt, HandIn, HandInFile, Variant
from quests.queries import find_card, find_quest
from quests.recording import decide_again, record_attempt
from quests.signals import card_changed

#: Hand-ins that one pair may send within an hour, whatever the quests.
MOST_PER_HOUR: Final = 30

Status = HandIn.Status


def hand_in(
    *, pair: Pair, author: User, card: Card, quest: Quest, files: Sequence[ArrivedFile] = (), text: str = ""
) -> HandIn:
    """Take what a pair hands in, and give it to whoever looks at it first: the worker, or a person.

    The very same again is the earlier one, ``recognised``, unless that failed through our fault. Raises Refusal, with
    nothing written and the files left alone, when something is missing, or when it is not the moment.
    """
    variant = services.deal(pair=pair, card=card, quest=quest)
    if variant is None or variant.answer_key.key is None:
        raise decline.not_ready()
    text = text.strip()
    _require_parts(quest.rules, files, text)
    with transaction.atomic():
        # The write lock is ours from here: two members who hand in at once are served one after the other.
        earlier = list(variant.hand_ins.prefetch_related("files"))
        known = next((one for one in earlier if _is_same(one, files, text)), None)
        if known is not None:
            known.recognised = True
            return known
        _require_moment(variant, versions.seen(variant, quest), earlier)
        return _keep(variant, author, quest, files, text)


def _require_parts(kind: Kind, files: Sequence[ArrivedFile], text: str) -> None:
    if not kind.is_handed_in:
        raise refusals.typed_instead()
    brought = {file.part for file in files}
    for part in kind.parts:
        if part.is_text and len(text.encode()) > part.most_bytes:
            raise refusals.text_too_long(part)
        if part.required and not (text if part.is_text else part.name in brought):
            raise refusals.part_missing(part)
    if not brought and not text:
        raise refusals.nothing_handed_in()


def _is_same(earlier: HandIn, files: Sequence[ArrivedFile], text: str) -> bool:
    sent = {(file.part, file.digest) for file in files}
    kept = {(file.part, file.digest) for file in earlier.files.all()}
    return earlier.status != Status.FAILED and sent == kept and text == earlier.text


def _require_moment(variant: Variant, quest: Quest, earlier: Sequence[HandIn]) -> None:
    """Not solved, an attempt left, nothing else being looked at, and not the thirtieth within the hour."""
    attempts = list(variant.attempts.all())
    if any(attempt.verdict == Attempt.Verdict.CORRECT for attempt in attempts):
        raise refusals.solved_already()
    if any(one.is_undecided for one in earlier):
        raise refusals.one_at_a_time()
    if quest.attempts is not None and len(attempts) >= quest.attempts + _extra_attempts(variant, quest):
        raise decline.exhausted()
    lately = timezone.now() - timedelta(hours=1)
    if HandIn.objects.filter(variant__pair=variant.pair_id, created_at__gt=lately).count() >= MOST_PER_HOUR:
        raise refusals.too_many(MOST_PER_HOUR)


def _extra_attempts(variant: Variant, quest: Quest) -> int:
    """What an instructor added to the attempts."""
    found = locks.unlock_of(variant.pair, quest)
    return found.extra_attempts if found else 0


def _keep(variant: Variant, author: User, quest: Quest, files: Sequence[ArrivedFile], text: str) -> HandIn:
    """Inside a transaction; when it is undone the bytes go too."""
    kept: list[str] = []
    try:
        row = HandIn.objects.create(variant=variant, author=author, text=text, status=Status.WAITING)
        for file in files:
            kept.append(storage.keep(file))
            HandInFile.objects.create(
                hand_in=row,
                part=file.part,
                name=file.name,
                path=kept[-1],
                size_bytes=file.size_bytes,
                digest=file.digest,
            )
        _give_to_the_worker(row, variant, quest.rules)
        tell(row, "handed_in", by=author)
    except BaseException:
        for path in kept:
            storage.remove(path)
        raise
    return row


def _give_to_the_worker(row: HandIn, variant: Variant, kind: Kind) -> None:
    """Queue what a machine can check; what only a person can goes on waiting for one."""
    by_machine = {part.name for part in kind.parts if part.checked_by == "machine"}
    files = {file.part: file.path for file in row.files.all() if file.part in by_machine}
    if not files:
        return
    payload = {
        "version": VERSION,
        "question": variant.question,
        "answer_key": variant.answer_key_id,
        "files": files,
    }
    row.job = enqueue(kind=GradingJob.Kind.HAND_IN, subject=f"hand-in:{row.pk}", payload=payload)
    row.status = Status.CHECKING
    row.save(update_fields=["job", "status"])


def record(*, job: GradingJob) -> None:
    """Take over how the check ended, inside the transaction that ends it. Once: a hand-in that is decided stays so.

    Raises when a report does not hold: the ending is undone, and the attempt was ours.
    """
    row = HandIn.objects.select_related("variant__pair", "author").filter(job=job, status=Status.CHECKING).first()
    if row is None:
        return
    if job.status == GradingJob.Status.FAILED:
        row.status, row.error_id = Status.FAILED, job.error_id
        row.save(update_fields=["status", "error_id"])
        return
    report = _report_of(job)
    row.report = report.to_json()
    if report.verdict == "malformed":
        row.status = Status.UNREADABLE
    elif report.verdict == "wrong":
        row.status, row.attempt = Status.RETURNED, judge(row, is_right=False, mistake=report.mistake or "")
    elif needs_a_person(row):
        row.status = Status.WAITING
    else:
        row.status, row.attempt = Status.ACCEPTED, judge(row, is_right=True)
    row.save(update_fields=["report", "status", "attempt"])


def _report_of(job: GradingJob) -> Report:
    """What came of the check; what the grader would not even open, as a report that says so."""
    outcome: Mapping[str, Any] = job.outcome or {}
    if job.status != GradingJob.Status.REFUSED:
        return Report.from_json(outcome["report"])
    advice = {language: f"{outcome['reason'][language]} {outcome['advice'][language]}" for language in ("fr", "en")}
    return Report(verdict="malformed", mistake=None, advice=advice)


def needs_a_person(row: HandIn) -> bool:
    """Whether something of it is for a person to look at."""
    brought = {file.part for file in row.files.all()}
    parts = parts_of(row.variant)
    return any(part.checked_by == "person" and (part.name in brought or (part.is_text and row.text)) for part in parts)


def parts_of(variant: Variant) -> tuple[Part, ...]:
    return KINDS[variant.question["kind"]].parts


def judge(row: HandIn, *, is_right: bool, mistake: str = "") -> Attempt | None:
    """The attempt that a verdict becomes, told to whoever watches. Inside a transaction.

    None where the pair has solved the quest meanwhile by an older hand-in: there is nothing more to earn.
    """
    card = find_card(row.variant.card)
    quest = versions.seen(row.variant, find_quest(card, row.variant.quest))
    others = [attempt for attempt in row.variant.attempts.all() if attempt.pk != row.attempt_id]
    if row.attempt is not None:
        return decide_again(attempt=row.attempt, card=card, quest=quest, others=others, is_correct=is_right).attempt
    if any(attempt.verdict == Attempt.Verdict.CORRECT for attempt in others):
        return None
    text, understood = _as_text(row)
    recorded = record_attempt(
        variant=row.variant,
        author=row.author,
        card=card,
        quest=quest,
        earlier=others,
        is_correct=is_right,
        mistake=mistake,
        text=text,
        understood=understood,
    )
    return recorded.attempt


def _as_text(row: HandIn) -> tuple[str, str]:
    """What the history says was answered, and how it was read."""
    names = " · ".join(file.name for file in row.files.all())
    understood = row.report["understood"] if row.report else ""
    return names or row.text, understood or names or row.text


def tell(row: HandIn, what: str, *, by: User) -> None:
    """Whoever watches the pair's card hears of it with the transaction."""
    card_changed.send(
        sender=HandIn,
        pair=row.variant.pair,
        card=row.variant.card,
        quest=row.variant.quest,
        what=what,
        by=by,
        data={},
    )
