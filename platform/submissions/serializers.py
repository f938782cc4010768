"""The shapes of the calls, for the OpenAPI page; nothing is computed here."""

from typing import Any

from rest_framework import serializers

Serializer = serializers.Serializer[Any]


class BothLanguagesSerializer(Serializer):
    fr = serializers.CharField()
    en = serializers.CharField()


class RefusalSerializer(Serializer):
    code = serializers.CharField(required=False)
    reason = BothLanguagesSerializer()
    advice = BothLanguagesSerializer()


class TaskSerializer(Serializer):
    slug = serializers.SlugField()
    title = BothLanguagesSerializer()
    statement = BothLanguagesSerializer()
    classes = serializers.ListField(child=serializers.CharField())
    image_size = serializers.IntegerField()
    metric = serializers.CharField()
    is_open = serializers.BooleanField()
    convention = serializers.CharField(help_text="yolov5, ultralytics or coco: how the score is computed")
    public_percent = serializers.IntegerField(help_text="of the hidden pictures; the others count at the reveal")
    quota_per_day = serializers.IntegerField(allow_null=True, help_text="valid evaluations per pair; null for no limit")
    final_rule = serializers.CharField(help_text="best or chosen: which submission counts")
    ladder = serializers.BooleanField(help_text="whether public scores move only on a significant gain")
    frozen_at = serializers.DateTimeField(allow_null=True)
    revealed_at = serializers.DateTimeField(allow_null=True)


class QuotaSerializer(Serializer):
    used = serializers.IntegerField(help_text="valid evaluations of today: done, waiting or running")
    limit = serializers.IntegerField(allow_null=True)
    left = serializers.IntegerField(allow_null=True)
    attempts = serializers.IntegerField(help_text="files sent today, whatever became of them")
    attempts_limit = serializers.IntegerField()
    resets_at = serializers.DateTimeField()


class TaskDetailSerializer(TaskSerializer):
    quota = QuotaSerializer(allow_null=True)


class HandInSerializer(Serializer):
    """One of the two: the file itself, or the id of a finished resumable upload."""

    file = serializers.FileField(required=False)
    upload = serializers.CharField(required=False, max_length=40)
    sha256 = serializers.CharField(
        required=False, help_text="of the whole file, in hexadecimal: nothing is handed in unless it is the one stored"
    )
    configuration = serializers.CharField(
        required=False,
        max_length=40,
        help_text="the published network of a plain state_dict, such as yolov5s",
    )


class ReceiptSerializer(Serializer):
    id = serializers.IntegerField()
    status = serializers.CharField()
    position = serializers.IntegerField(allow_null=True)
    recognised = serializers.BooleanField()
    sha256 = serializers.CharField(help_text="of the file as it is stored")


class ProgressSerializer(Serializer):
    stage = serializers.CharField()
    done = serializers.IntegerField()
    total = serializers.IntegerField()


class CheckpointSerializer(Serializer):
    name = serializers.CharField()
    size = serializers.IntegerField()
    sha256 = serializers.CharField()


class SubmissionSerializer(Serializer):
    id = serializers.IntegerField()
    task = serializers.SlugField()
    pair = serializers.CharField()
    status = serializers.CharField(help_text="queued, running, done, refused, failed or cancelled")
    progress = ProgressSerializer(allow_null=True)
    position = serializers.IntegerField(allow_null=True, help_text="1 for the next one; null unless queued")
    seconds_left = serializers.FloatField(allow_null=True, required=False, help_text="a guess; null when there is none")
    score = serializers.FloatField(allow_null=True, help_text="of the public part, where there is a private one")
    is_held_back = serializers.BooleanField(help_text="no significant gain under the Ladder: no figure of its own")
    is_chosen = serializers.BooleanField()
    configuration = serializers.CharField()
    metrics = serializers.DictField(allow_null=True, help_text="the whole report; in lists, what the board says")
    private = serializers.DictField(allow_null=True, required=False, help_text="score and metrics, once revealed")
    record = serializers.DictField(allow_null=True, required=False, help_text="what the result was made from")
    quota = QuotaSerializer(required=False)
    reason = BothLanguagesSerializer(allow_null=True)
    advice = BothLanguagesSerializer(allow_null=True)
    error_id = serializers.CharField(allow_null=True)
    model = serializers.DictField(allow_null=True, help_text="what the checkpoint turned out to be")
    seconds = serializers.DictField(child=serializers.FloatField(), allow_null=True)
    submitted_at = serializers.DateTimeField()
    checkpoint = CheckpointSerializer()


class LogSerializer(Serializer):
    whole = serializers.BooleanField(help_text="true for instructors")
    lines = serializers.ListField(child=serializers.CharField())
