"""The shapes of the calls about detections, for the OpenAPI page; nothing is computed here."""

from typing import Any

from rest_framework import serializers

from submissions.serializers import BothLanguagesSerializer, ProgressSerializer

Serializer = serializers.Serializer[Any]


class NewDetectionSerializer(Serializer):
    submission = serializers.IntegerField(help_text="of the clip's pair, evaluated to its end")
    image_size = serializers.IntegerField(required=False, help_text="a multiple of 32; the task's without it")
    confidence = serializers.FloatField(required=False, help_text="boxes below are not drawn; 0.25 without it")
    iou = serializers.FloatField(required=False, help_text="suppression threshold; 0.45 without it")


class DetectionSettingsSerializer(Serializer):
    image_size = serializers.IntegerField()
    confidence = serializers.FloatField()
    iou = serializers.FloatField()


class DetectionSerializer(Serializer):
    id = serializers.IntegerField()
    clip = serializers.IntegerField()
    submission = serializers.IntegerField()
    checkpoint = serializers.CharField()
    pair = serializers.CharField()
    status = serializers.CharField(help_text="queued, running, done, refused, failed or cancelled")
    position = serializers.IntegerField(allow_null=True, help_text="1 for the next one; null unless queued")
    progress = ProgressSerializer(allow_null=True)
    seconds_left = serializers.FloatField(allow_null=True, required=False, help_text="a guess; null when there is none")
    settings = DetectionSettingsSerializer()
    facts = serializers.DictField(allow_null=True, help_text="width, height, frames, seconds, the network")
    timeline = serializers.DictField(allow_null=True, required=False, help_text="boxes per class over time")
    reason = BothLanguagesSerializer(allow_null=True)
    advice = BothLanguagesSerializer(allow_null=True)
    error_id = serializers.CharField(allow_null=True)
    created_at = serializers.DateTimeField()


class DetectionReceiptSerializer(DetectionSerializer):
    recognised = serializers.BooleanField(help_text="the same detection was made before")
