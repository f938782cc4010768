"""The course's checkpoint, for those who study or teach there."""

from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET

from courses.downloads import download
from courses.models import CourseWeights
from courses.services import weights_path


@require_GET
@login_required
def weights(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The file itself. Older ones stay there for whoever is on that course."""
    of_mine = Q(course__pairs__members=request.user) | Q(course__instructors=request.user)
    file = get_object_or_404(CourseWeights.objects.filter(of_mine).distinct(), pk=pk)
    try:
        return download(weights_path(file), name=file.file_name, request=request)
    except FileNotFoundError as error:
        raise Http404("the file is gone from the weights folder") from error
