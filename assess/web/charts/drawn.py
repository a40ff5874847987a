"""A picture of a report on a page."""

from django.utils.safestring import SafeString, mark_safe

from assess.validity.report.markup import Markup


def drawn(picture: Markup) -> SafeString:
    """The picture as a template shows it. `assess.validity.report.markup` made it and escaped every value."""
    return mark_safe(str(picture))
