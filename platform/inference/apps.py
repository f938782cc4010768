from django.apps import AppConfig


class InferenceConfig(AppConfig):
    name = "inference"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from inference import receivers  # noqa: F401
        from inference.kept import DETECTION
        from uploads import purposes

        purposes.register(DETECTION)
