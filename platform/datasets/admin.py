"""Clips are only looked at here: their pages and services write them."""

from django.contrib import admin

from accounts.read_only import ReadOnlyAdmin
from datasets.models import AcquisitionRules, Clip


@admin.register(AcquisitionRules)
class AcquisitionRulesAdmin(ReadOnlyAdmin):
    list_display = ("course", "clips_expected", "seconds_expected", "frame_rate", "max_seconds", "shares_classes")
    list_select_related = ("course",)


@admin.register(Clip)
class ClipAdmin(ReadOnlyAdmin):
    list_display = ("name", "pair", "sequence", "state", "frame_count", "uploaded_at")
    list_select_related = ("pair", "job")
    search_fields = ("name", "sha256")
