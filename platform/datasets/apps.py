from django.apps import AppConfig


class DatasetsConfig(AppConfig):
    name = "datasets"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from datasets import receivers  # noqa: F401
        from datasets.arrivals import CLIP
        from uploads import purposes

        purposes.register(CLIP)
