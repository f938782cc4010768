from django.apps import AppConfig


class RoomConfig(AppConfig):
    name = "room"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from room import receivers  # noqa: F401
