"""The shapes of the calls about clips, for the OpenAPI page; nothing is computed here."""

from typing import Any

from rest_framework import serializers

from submissions.serializers import BothLanguagesSerializer, ProgressSerializer

Serializer = serializers.Serializer[Any]


class NewClipSerializer(Serializer):
    """One of the two: the file itself, or the id of a finished resumable upload of purpose ``clip``."""

    file = serializers.FileField(required=False)
    upload = serializers.CharField(required=False, max_length=40)
    sha256 = serializers.CharField(required=False, help_text="of the whole file, in hexadecimal; checked")
    sequence = serializers.IntegerField(
        required=False, min_value=1, help_text="its place, or the clip to replace; the next free one without it"
    )


class FactsSerializer(Serializer):
    duration_seconds = serializers.FloatField()
    width = serializers.IntegerField(help_text="pixels, as it is shown")
    height = serializers.IntegerField()
    rotation = serializers.IntegerField()
    frame_rate = serializers.FloatField()
    is_variable_rate = serializers.BooleanField()
    frames = serializers.IntegerField()
    video_codec = serializers.CharField()
    audio_codec = serializers.CharField(allow_null=True)
    container = serializers.CharField()
    size_bytes = serializers.IntegerField()
    notes = serializers.ListField(child=serializers.CharField())


class FramesSerializer(Serializer):
    count = serializers.IntegerField(help_text="in the zip of GET /clips/{id}/frames/")
    left_out = serializers.IntegerField(help_text="that showed nothing new")
    rate = serializers.CharField(help_text="frames a second at which they were taken")


class RemarkSerializer(Serializer):
    code = serializers.CharField()
    tone = serializers.CharField(help_text="good, mind, bad or fact")
    text = BothLanguagesSerializer()


class ClipSerializer(Serializer):
    id = serializers.IntegerField()
    pair = serializers.CharField()
    sequence = serializers.IntegerField(allow_null=True, help_text="null for a refused one, and while it will replace")
    replaces = serializers.IntegerField(allow_null=True, help_text="the sequence whose clip it will replace")
    name = serializers.CharField()
    sha256 = serializers.CharField()
    status = serializers.CharField(help_text="queued, running, ready, refused or failed")
    position = serializers.IntegerField(allow_null=True, help_text="1 for the next one; null unless queued")
    progress = ProgressSerializer(allow_null=True)
    seconds_left = serializers.FloatField(allow_null=True, help_text="a guess; null when there is none")
    facts = FactsSerializer(allow_null=True)
    frames = FramesSerializer(allow_null=True)
    remarks = RemarkSerializer(many=True)
    reason = BothLanguagesSerializer(allow_null=True)
    advice = BothLanguagesSerializer(allow_null=True)
    error_id = serializers.CharField(allow_null=True)
    uploaded_by = serializers.CharField(allow_null=True)
    uploaded_at = serializers.DateTimeField()


class ClipReceiptSerializer(ClipSerializer):
    recognised = serializers.BooleanField(help_text="the pair had sent this very file before")
