from django.urls import path

from quests import api, hand_in_api

urlpatterns = [
    path("cards/", api.CardsView.as_view(), name="api-cards"),
    path("cards/<slug:card>/", api.CardView.as_view(), name="api-card"),
    path("cards/<slug:card>/quests/<slug:quest>/", api.QuestView.as_view(), name="api-quest"),
    path("cards/<slug:card>/quests/<slug:quest>/answers/", api.AnswersView.as_view(), name="api-answers"),
    path("cards/<slug:card>/quests/<slug:quest>/given/", api.GivenView.as_view(), name="api-given"),
    path("cards/<slug:card>/quests/<slug:quest>/hints/", api.HintsView.as_view(), name="api-hints"),
    path("cards/<slug:card>/quests/<slug:quest>/hand-ins/", hand_in_api.HandInsView.as_view(), name="api-hand-ins"),
    path("cards/<slug:card>/quests/<slug:quest>/material/", hand_in_api.MaterialView.as_view(), name="api-material"),
    path("hand-ins/<int:hand_in_id>/", hand_in_api.HandInView.as_view(), name="api-hand-in"),
]
