from django.apps import AppConfig


class CapsulesConfig(AppConfig):
    name = "capsules"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from capsules import receivers  # noqa: F401
        from capsules.purpose import register_purpose

        register_purpose()
