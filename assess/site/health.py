"""What a load balancer asks: is the process alive, and may it be sent people?"""

from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from assess.site import checks


@require_safe
@never_cache
def alive(request: HttpRequest) -> JsonResponse:
    """Answer without asking anything else: the process runs."""
    return JsonResponse({"alive": True})


@require_safe
@never_cache
def ready(request: HttpRequest) -> JsonResponse:
    """Answer 200 when database, migrations, broker folder and disk are fit, else 503.

    The sentences name folders of the machine, so a stranger is told the names and verdicts only.
    """
    answers = [look() for look in checks.FOR_READINESS]
    fit = all(answer.passed for answer in answers)
    document = {"ready": fit, "checks": {answer.name: answer.passed for answer in answers}}
    return JsonResponse(document, status=200 if fit else 503)
