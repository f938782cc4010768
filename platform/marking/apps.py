from django.apps import AppConfig


class MarkingConfig(AppConfig):
    name = "marking"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from capsules import publication
        from marking.queries import marks_published

        publication.register(marks_published)
