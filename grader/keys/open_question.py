"""``open_question``: a person reads the answer; there is nothing to compute."""

from collections.abc import Mapping
from typing import Any

from grader.keys.draft import Draft


def draft(question: Mapping[str, Any]) -> Draft:
    """An empty truth: no answer equals it, and no machine judges one."""
    return Draft(truth=())
