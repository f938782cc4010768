from django.apps import AppConfig
from django.conf import settings

from challenges.catalogue import CATALOGUE


class QuestsConfig(AppConfig):
    name = "quests"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from quests import receivers  # noqa: F401

        CATALOGUE.add(settings.CARDS_DIR)
