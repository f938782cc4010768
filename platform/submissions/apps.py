from django.apps import AppConfig


class SubmissionsConfig(AppConfig):
    name = "submissions"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from submissions import receivers  # noqa: F401
        from submissions.storage import CHECKPOINT, checkpoint_bytes
        from uploads import purposes, quotas

        purposes.register(CHECKPOINT)
        quotas.count_also(checkpoint_bytes)
