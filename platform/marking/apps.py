from django.apps import AppConfig


class MarkingConfig(AppConfig):
    name = "marking"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from capsules import blinding, columns, publication
        from marking.access import hidden_authors, hidden_authors_by_pair
        from marking.listing import COLUMN
        from marking.queries import marks_published

        publication.register(marks_published)
        blinding.register(blinding.Check(hidden_authors, hidden_authors_by_pair))
        columns.register(COLUMN)
