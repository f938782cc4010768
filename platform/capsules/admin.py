"""The administrators' view of capsules: to look, never to change what was handed in or said."""

from django.contrib import admin

from accounts.read_only import ReadOnlyAdmin
from capsules.models import Capsule, CapsuleRules, CapsuleVersion, Extension


@admin.register(CapsuleRules)
class CapsuleRulesAdmin(ReadOnlyAdmin):
    list_display = ("course", "due_at", "counts_from", "accepts_late", "peers_may_watch")


@admin.register(Capsule)
class CapsuleAdmin(ReadOnlyAdmin):
    list_display = ("pair", "current")
    list_select_related = ("pair", "current__capsule__pair")


@admin.register(CapsuleVersion)
class CapsuleVersionAdmin(ReadOnlyAdmin):
    list_display = ("capsule", "number", "kind", "handed_in_by", "counted_at", "is_late")
    list_filter = ("kind", "is_late")
    list_select_related = ("capsule__pair", "handed_in_by")


@admin.register(Extension)
class ExtensionAdmin(ReadOnlyAdmin):
    list_display = ("pair", "due_at", "granted_by", "reason")
    list_select_related = ("pair", "granted_by")
