"""Short names of the classic mistakes, for instructors' tables."""

from django import template

from challenges.advice import title_of
from config.templatetags.page_parts import in_language

register = template.Library()


@register.filter
def mistake_title(code: str) -> str:
    return in_language(title_of(code))
