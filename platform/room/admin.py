"""Sessions and the journal as administrators see them: to look."""

from django.contrib import admin

from accounts.read_only import ReadOnlyAdmin
from room.models import GameEvent, Session


@admin.register(Session)
class SessionAdmin(ReadOnlyAdmin):
    list_display = ("title", "course", "group", "starts_at", "ends_at")
    list_select_related = ("course", "group")


@admin.register(GameEvent)
class GameEventAdmin(ReadOnlyAdmin):
    list_display = ("revision", "course", "what", "pair", "card", "quest", "created_at")
    list_select_related = ("course", "pair")
    list_filter = ("what", "card")
