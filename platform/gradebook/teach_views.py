"""The gradebook, for those who teach this course; anybody else gets 404."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.errors import Refusal
from accounts.models import User
from accounts.telling import say
from challenges.spec import load_cards
from courses.access import course_of, require_instructor
from courses.models import Course
from gradebook import exporting, forms, queries, services
from gradebook.columns import Column, columns_from, moved, usual_columns
from gradebook.previewing import compare, mean
from gradebook.rows import KEYS, Row, rows_of, sort
from gradebook.rules import STEPS, Rules

PREVIEW_LINES = 5


@require_GET
@never_cache
@login_required
def gradebook(request: HttpRequest) -> HttpResponse:
    """Everybody's marks: ``?group=A1&sort=final&order=desc``."""
    course = _course(request)
    rules = queries.rules_of(course)
    group, by = request.GET.get("group", ""), request.GET.get("sort", "group")
    descending = request.GET.get("order") == "desc"
    rows = _of_group(rows_of(course, rules), group)
    context = {
        "course": course,
        "book": queries.gradebook_of(course),
        "rules": rules,
        "rows": sort(rows, by, descending=descending),
        "groups": course.groups.values_list("name", flat=True),
        "group": group,
        "by": by if by in KEYS else "group",
        "descending": descending,
        "mean": mean([row.seen.final for row in rows]),
        "complete": sum(row.told.final is not None for row in rows),
        "drafts": sum(row.seen.is_draft for row in rows),
        "missing": sum(row.seen.final is None for row in rows),
    }
    return render(request, "gradebook/teach_gradebook.html", context)


@require_http_methods(["GET", "POST"])
@never_cache
@login_required
def rules(request: HttpRequest) -> HttpResponse:
    """The weights and the bonus. A change is shown before it is saved: what it would do to whom."""
    course = _course(request)
    if request.method == "GET":
        return _rules_page(request, course, queries.rules_of(course).to_json())
    typed = forms.as_typed(request.POST)
    try:
        wanted = forms.rules_typed(request.POST, [card.slug for card in load_cards()])
        if request.POST.get("action") != "save":
            return _rules_page(request, course, typed, wanted)
        services.save_rules(course=course, instructor=_teacher(request), rules=wanted, base=forms.base_of(request.POST))
    except Refusal as refusal:
        say(request, refusal)
        return _rules_page(request, course, typed, status=refusal.status)
    messages.success(request, _("The rules are saved: every mark follows them from now on."))
    return redirect("teach:gradebook")


def _rules_page(
    request: HttpRequest, course: Course, typed: dict[str, Any], wanted: Rules | None = None, status: int = 200
) -> HttpResponse:
    newest = queries.newest_rules(course)
    standing = queries.rules_of(course)
    context = {
        "typed": typed,
        "newest": newest,
        "base": newest.number if newest else 0,
        "cards": [(card, card.slug in typed["cards"] or not typed["cards"]) for card in load_cards()],
        "steps": [format(step, "f") for step in STEPS],
        "versions": queries.versions_of(course),
        "preview": compare(rows_of(course, standing), rows_of(course, wanted)) if wanted else None,
    }
    return render(request, "gradebook/teach_rules.html", context, status=status)


@require_http_methods(["GET", "POST"])
@never_cache
@login_required
def columns(request: HttpRequest) -> HttpResponse:
    """Which columns the files have, and the files themselves."""
    course = _course(request)
    book = queries.gradebook_of(course)
    if request.method == "GET":
        return _columns_page(request, course, queries.columns_of(book, _language()))
    typed = forms.columns_typed(request.POST)
    complete = columns_from([vars(column) for column in typed], _language())
    if request.POST.get("action") == "usual":
        complete = usual_columns(_language())
    elif move := forms.move_asked(request.POST):
        return _columns_page(request, course, moved(complete, *move), is_saved=False)
    try:
        services.save_columns(course=course, instructor=_teacher(request), columns=complete)
    except Refusal as refusal:
        say(request, refusal)
        return _columns_page(request, course, complete, is_saved=False, status=refusal.status)
    messages.success(request, _("The columns are saved."))
    return redirect("teach:gradebook-columns")


def _columns_page(
    request: HttpRequest, course: Course, shown: tuple[Column, ...], *, is_saved: bool = True, status: int = 200
) -> HttpResponse:
    identifies = any(column.is_included and column.identifies for column in shown)
    rows = rows_of(course, queries.rules_of(course))
    table = exporting.table_of(rows, shown, with_drafts=False) if identifies else None
    context = {
        "columns": shown,
        "is_saved": is_saved,
        "table": table,
        "lines": table.lines[:PREVIEW_LINES] if table else (),
        "groups": course.groups.values_list("name", flat=True),
        "drafts": sum(row.seen.is_draft for row in rows),
        "is_french": _language() == "fr",
    }
    return render(request, "gradebook/teach_columns.html", context, status=status)


@require_GET
@never_cache
@login_required
def file(request: HttpRequest) -> HttpResponse:
    """The marks to take elsewhere; see ``forms.file_asked``."""
    course = _course(request)
    asked = forms.file_asked(request.GET)
    rows = _of_group(rows_of(course, queries.rules_of(course)), asked.group)
    shown = queries.columns_of(queries.gradebook_of(course), _language())
    table = exporting.table_of(rows, shown, with_drafts=asked.with_drafts)
    name = asked.name(course.slug, forms.today(course))
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    if asked.kind == forms.XLSX:
        content = exporting.as_xlsx(table, title=course.title)
        return HttpResponse(content, content_type=exporting.XLSX_TYPE, headers=headers)
    text = exporting.as_csv(table, separator=asked.separator, point=asked.point, with_mark=asked.with_mark)
    return HttpResponse(text, content_type=exporting.CSV_TYPE, headers=headers)


@require_POST
@login_required
def publish(request: HttpRequest) -> HttpResponse:
    """Let everybody read their own row, with or without a message; or take it back."""
    course, teacher = _course(request), _teacher(request)
    if request.POST.get("action") == "withdraw":
        services.withdraw(course=course, instructor=teacher)
        messages.success(request, _("Nobody reads their marks any more."))
        return redirect("teach:gradebook")
    people = User.objects.filter(pairs__course=course).distinct() if "write" in request.POST else ()
    address = request.build_absolute_uri(reverse("gradebook:mine"))
    services.publish(course=course, instructor=teacher, people=people, address=address)
    messages.success(request, _("Each person reads their own marks from now on, and nobody else’s."))
    return redirect("teach:gradebook")


def _of_group(rows: list[Row], group: str) -> list[Row]:
    return [row for row in rows if group in ("", row.pair.group.name)]


def _course(request: HttpRequest) -> Course:
    return course_of(_teacher(request))


def _teacher(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    require_instructor(request.user)
    return request.user


def _language() -> str:
    return (get_language() or "fr")[:2]
