"""Statements, hints, advice and model answers: Markdown without HTML, with formulas and coloured code."""

from config.prose.render import LONGEST_TEXT, to_html

__all__ = ["LONGEST_TEXT", "to_html"]
