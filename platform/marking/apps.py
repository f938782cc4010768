from django.apps import AppConfig


class MarkingConfig(AppConfig):
    name = "marking"
    default_auto_field = "django.db.models.BigAutoField"
