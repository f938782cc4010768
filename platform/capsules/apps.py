from django.apps import AppConfig


class CapsulesConfig(AppConfig):
    name = "capsules"
    default_auto_field = "django.db.models.BigAutoField"
