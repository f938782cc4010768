"""What was uploaded is only looked at."""

from django.contrib import admin

from accounts.read_only import ReadOnlyAdmin
from uploads.models import ResumableUpload, StoredFile


@admin.register(ResumableUpload)
class ResumableUploadAdmin(ReadOnlyAdmin):
    list_display = ("name", "owner", "purpose", "size_bytes", "created_at", "finished_at")
    list_filter = ("purpose",)
    list_select_related = ("owner",)


@admin.register(StoredFile)
class StoredFileAdmin(ReadOnlyAdmin):
    list_display = ("name", "pair", "purpose", "size_bytes", "content_type", "is_claimed", "created_at")
    list_filter = ("purpose", "is_claimed")
    list_select_related = ("pair",)
