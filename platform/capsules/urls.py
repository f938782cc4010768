"""Addresses of the capsules: the pair's own page, what players ask for, and what other pairs may watch."""

from django.urls import path

from capsules import peer_views, views, watch_views

app_name = "capsules"
urlpatterns = [
    path("capsule/", views.capsule, name="capsule"),
    path("capsule/status/", views.status, name="status"),
    path("capsule/hand-in/", views.hand_in, name="hand-in"),
    path("capsule/chapters/", views.chapters, name="chapters"),
    path("capsule/appearances/", views.appearances, name="appearances"),
    path("capsule/captions/", views.captions, name="set-captions"),
    path("capsule/captions/<slug:language>/remove/", views.remove_captions, name="remove-captions"),
    path("capsule/versions/<int:pk>/film/", watch_views.film, name="film"),
    path("capsule/versions/<int:pk>/poster/", watch_views.poster, name="poster"),
    path("capsule/versions/<int:pk>/original/", watch_views.original, name="original"),
    path("capsule/versions/<int:pk>/captions/<slug:language>/", watch_views.captions, name="captions"),
    path("capsule/versions/<int:pk>/comments/", watch_views.comments, name="comments"),
    path("capsule/comments/<int:pk>/edit/", watch_views.edit_comment, name="edit-comment"),
    path("capsule/comments/<int:pk>/remove/", watch_views.remove_comment, name="remove-comment"),
    path("capsules/", peer_views.peers, name="peers"),
    path("capsules/<int:pk>/", peer_views.peer, name="peer"),
    path("capsules/<int:pk>/appreciate/", peer_views.appreciate, name="appreciate"),
]
