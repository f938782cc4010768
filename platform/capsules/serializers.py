"""What the calls about capsules answer, for the schema."""

from typing import Any

from rest_framework import serializers

Serializer = serializers.Serializer[Any]


class DeadlineSerializer(Serializer):
    opens_at = serializers.DateTimeField(allow_null=True)
    due_at = serializers.DateTimeField(allow_null=True, help_text="this pair's: at this very instant it is late")
    counts_from = serializers.CharField(help_text="begun or finished: the end of an upload that is compared")
    latest_arrival = serializers.DateTimeField(allow_null=True, help_text="when an upload begun in time must be there")
    accepts_late = serializers.BooleanField()
    accepts_links = serializers.BooleanField()
    limit_bytes = serializers.IntegerField()
    zone = serializers.CharField()


class VersionSerializer(Serializer):
    id = serializers.IntegerField()
    number = serializers.IntegerField()
    kind = serializers.CharField(help_text="file or link")
    state = serializers.CharField(help_text="preparing, ready, link, refused, failed or removed")
    link = serializers.CharField(allow_blank=True)
    name = serializers.CharField(allow_blank=True)
    sha256 = serializers.CharField(allow_blank=True)
    size_bytes = serializers.IntegerField()
    handed_in_by = serializers.CharField(allow_null=True)
    begun_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField()
    counted_at = serializers.DateTimeField(help_text="the instant that decided")
    is_late = serializers.BooleanField()
    facts = serializers.DictField(allow_null=True, help_text="of the film, once it was looked at")
    length = serializers.CharField(allow_blank=True, help_text="too_short, short, fine, long, too_long; advice alone")
    reason = serializers.DictField(allow_null=True, help_text="why it is no film, in fr and en")


class CapsuleSerializer(Serializer):
    deadline = DeadlineSerializer()
    current = VersionSerializer(allow_null=True)
    versions = VersionSerializer(many=True)


class CapsuleFormSerializer(Serializer):
    """One of the three."""

    file = serializers.FileField(required=False)
    upload = serializers.CharField(required=False, help_text="the id of a finished upload with the purpose “capsule”")
    link = serializers.URLField(required=False, help_text="https only; the server never opens it")
    sha256 = serializers.CharField(required=False, help_text="what the file should be")


class CommentSerializer(Serializer):
    id = serializers.IntegerField()
    at_seconds = serializers.FloatField(allow_null=True, help_text="null: of the whole film")
    text = serializers.CharField(allow_blank=True)
    drawing = serializers.ListField(help_text="shapes in shares (0…1) of the picture")
    author = serializers.CharField(allow_null=True)
    by_instructor = serializers.BooleanField()
    thread = serializers.IntegerField(allow_null=True, help_text="the comment that it answers")
    created_at = serializers.DateTimeField()
