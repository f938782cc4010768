"""Every address of the site, gathered from the apps."""

from django.contrib import admin
from django.urls import include, path, re_path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from config import api, health, views

urlpatterns = [
    path("", views.home, name="home"),
    path("", include("accounts.urls")),
    path("", include("courses.urls")),
    path("", include("room.urls")),  # before the cards: /cards/changes/ is none of them
    path("", include("quests.urls")),
    path("", include("submissions.urls")),
    path("", include("leaderboard.urls")),
    path("clips/", include("datasets.urls")),
    path("", include("capsules.urls")),
    path("", include("marking.urls")),
    path("clips/", include("inference.urls")),
    path("teach/", include("config.teach_urls")),
    path("uploads/", include("uploads.urls")),
    path("", include("gradebook.urls")),
    path("account/uploads/", include("uploads.page_urls")),
    path("privacy/", include("privacy.urls")),
    path("healthz", health.healthz, name="healthz"),
    path("status/", views.status, name="status"),
    path("language/", include("django.conf.urls.i18n")),
    path("api/", include("accounts.api_urls")),
    path("api/", include("quests.api_urls")),
    path("api/", include("submissions.api_urls")),
    path("api/", include("datasets.api_urls")),
    path("api/", include("inference.api_urls")),
    path("api/", include("leaderboard.api_urls")),
    path("api/", include("capsules.api_urls")),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    # Its script at an address of its own: the content security policy lets no inline one run.
    path("api/docs/", SpectacularSwaggerSplitView.as_view(url_name="schema"), name="api-docs"),
    re_path(r"^api/(?:.*/)?$", api.NotHere.as_view()),
    path("admin/", admin.site.urls),
]

handler400 = "config.views.bad_request"
handler404 = "config.views.page_not_found"
handler500 = "config.views.server_error"
