"""Addresses of the pages of the game."""

from django.urls import path

from quests import hand_in_views, views

app_name = "quests"
urlpatterns = [
    path("cards/<slug:card>/", views.card, name="card"),
    path("cards/<slug:card>/quests/<slug:quest>/", views.quest, name="quest"),
    path("cards/<slug:card>/quests/<slug:quest>/answer/", views.answer, name="answer"),
    path("cards/<slug:card>/quests/<slug:quest>/give/", views.give, name="give"),
    path("cards/<slug:card>/quests/<slug:quest>/preview/", views.preview, name="preview"),
    path("cards/<slug:card>/quests/<slug:quest>/hint/", views.hint, name="hint"),
    path("cards/<slug:card>/quests/<slug:quest>/hand-in/", hand_in_views.hand_in, name="hand-in"),
    path("cards/<slug:card>/quests/<slug:quest>/material/", hand_in_views.material, name="material"),
    path("hand-ins/<int:pk>/files/<slug:part>/", hand_in_views.hand_in_file, name="hand-in-file"),
]
