"""A score beside its cut score, as a bar that says so in words too."""

from decimal import Decimal

from django.utils.html import format_html
from django.utils.safestring import SafeString

WIDTH, HEIGHT = 400, 34


def score_bar(name: str, score: Decimal, cut: Decimal, *, met: bool) -> SafeString:
    """A bar from 0 to 100 %: the score as its length, the cut score as a line across it. Colours come from the stylesheet."""
    at = float(cut) * WIDTH / 100
    words = f"{name}: {score} % of 100 %, the cut score is {cut} %. {'Reached' if met else 'Not reached'}."
    return format_html(
        '<svg class="score-bar{}" viewBox="0 0 {} {}" role="img" aria-label="{}" preserveAspectRatio="none">'
        '<rect class="score-all" x="0" y="9" width="{}" height="16" rx="3"/>'
        '<rect class="score-reached" x="0" y="9" width="{}" height="16" rx="3"/>'
        '<line class="score-cut" x1="{}" x2="{}" y1="2" y2="32"/></svg>',
        " score-met" if met else "", WIDTH, HEIGHT, words, WIDTH, round(float(score) * WIDTH / 100, 1),
        round(at, 1), round(at, 1),
    )  # fmt: skip


def cut_band(name: str, cut: Decimal, error: Decimal | None) -> SafeString:
    """A cut score on the scale from 0 to 100 %, with one standard error to either side where it is known."""
    at = float(cut) * WIDTH / 100
    half = 0.0 if error is None else float(error) * WIDTH / 100
    left, right = max(at - half, 0.0), min(at + half, float(WIDTH))
    told = "its standard error is not known" if error is None else f"one standard error is {error} to either side"
    return format_html(
        '<svg class="score-bar" viewBox="0 0 {} {}" role="img" aria-label="{}: {} of 100 %; {}." preserveAspectRatio="none">'
        '<rect class="score-all" x="0" y="9" width="{}" height="16" rx="3"/>'
        '<rect class="score-band" x="{}" y="5" width="{}" height="24"/>'
        '<line class="score-cut" x1="{}" x2="{}" y1="2" y2="32"/></svg>',
        WIDTH, HEIGHT, name, cut, told, WIDTH, round(left, 1), round(right - left, 1), round(at, 1), round(at, 1),
    )  # fmt: skip
