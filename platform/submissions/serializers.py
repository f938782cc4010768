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


class HandInSerializer(Serializer):
    """One of the two: the file itself, or the id of a finished resumable upload."""

    file = serializers.FileField(required=False)
    upload = serializers.CharField(required=False, max_length=40)
    sha256 = serializers.CharField(
        required=False, help_text="of the whole file, in hexadecimal: nothing is handed in unless it is the one stored"
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
    status = serializers.CharField(help_text="queued, running, done, refused or failed")
    progress = ProgressSerializer(allow_null=True)
    position = serializers.IntegerField(allow_null=True, help_text="1 for the next one; null unless queued")
    score = serializers.FloatField(allow_null=True)
    metrics = serializers.DictField(allow_null=True)
    reason = BothLanguagesSerializer(allow_null=True)
    advice = BothLanguagesSerializer(allow_null=True)
    error_id = serializers.CharField(allow_null=True)
    model = serializers.DictField(allow_null=True, help_text="what the checkpoint turned out to be")
    seconds = serializers.DictField(child=serializers.FloatField(), allow_null=True)
    submitted_at = serializers.DateTimeField()
    checkpoint = CheckpointSerializer()
