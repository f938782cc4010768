"""One's own marks, once they are shown."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts.models import User
from courses.access import require_pair
from gradebook import queries, telling
from gradebook.rows import row_of


@require_GET
@never_cache
@login_required
def marks(request: HttpRequest) -> HttpResponse:
    """My own row, and how it came about; nobody else's is read for it."""
    assert isinstance(request.user, User)
    if request.user.is_instructor:
        return redirect("teach:gradebook")
    pair = require_pair(request.user)
    book = queries.gradebook_of(pair.course)
    rules = queries.rules_of(pair.course)
    row = row_of(pair, request.user, rules) if book.published_at else None
    whole = rules.quests_weight + rules.submissions_weight + rules.capsule_weight
    counted = [part for part in row.told.parts if part.weight] if row else []
    context = {
        "pair": pair,
        "book": book,
        "rules": rules,
        "row": row,
        "parts": [(telling.PART_NAMES[part.name], part, telling.share_of(part.weight, whole)) for part in counted],
    }
    return render(request, "gradebook/marks.html", context)
