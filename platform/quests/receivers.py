"""What the game does when the worker has made an answer key or checked a hand-in, and when a hand-in goes."""

from functools import partial
from typing import Any

from django.db import transaction
from django.db.models.signals import post_delete
from django.dispatch import receiver
from django.http import Http404

from challenges.key import AnswerKey
from grading.models import GradingJob
from grading.services import job_ending, job_finished
from quests import hand_in_files, hand_ins
from quests.models import HandInFile, Variant
from quests.queries import find_card, find_quest
from quests.services import redeal


@receiver(job_finished, dispatch_uid="redeal-variants-that-collide")
def redeal_colliding_variants(job: GradingJob, **_: Any) -> None:
    """A key may show that a variant's truth is also what a classic mistake gives: deal those pairs another one."""
    if job.kind != GradingJob.Kind.ANSWER_KEY:
        return
    for row in job.answer_keys.all():
        if row.key is None or not AnswerKey.from_json(row.key).collides:
            continue
        for variant in Variant.objects.filter(answer_key=row).select_related("pair__course"):
            try:
                card = find_card(variant.card)
                quest = find_quest(card, variant.quest)
            except Http404:  # the quest has left its card since
                continue
            redeal(variant=variant, quest=quest, card=card)


@receiver(job_ending, dispatch_uid="record-the-check-of-a-hand-in")
def record_hand_in(job: GradingJob, **_: Any) -> None:
    if job.kind == GradingJob.Kind.HAND_IN:
        hand_ins.record(job=job)


@receiver(post_delete, sender=HandInFile, dispatch_uid="remove-the-bytes-of-a-hand-in")
def remove_bytes(instance: HandInFile, **_: Any) -> None:
    """A pair that is deleted takes its files along, once that is certain."""
    transaction.on_commit(partial(hand_in_files.remove, instance.path))
