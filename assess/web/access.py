"""Who may see a page, and what a page does with an answer of the door.

A page is open to named roles. Whoever lacks them, and whoever asks for a record that is not theirs, gets the same 404 as for a
page that does not exist: nothing is learned from asking. Views adapt and decide nothing; the door and the queries do.
"""

from collections.abc import Callable
from functools import update_wrapper
from typing import Any, Concatenate, NoReturn, ParamSpec

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import BadRequest, ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponseBase
from django.http.request import RawPostDataException

from assess import door
from assess.people.models import Account
from assess.people.queries import Actor, actor

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, Actor, P], HttpResponseBase]
Guarded = Callable[Concatenate[HttpRequest, P], HttpResponseBase]

STAFF = ("assessor", "proctor", "technician", "author", "reviewer", "judge", "board", "director", "approver")


class _Failed:
    """What `attempted` gives when the door said no; the sentence stands among the page's messages."""

    def __bool__(self) -> bool:
        return False


FAILED = _Failed()


def who(request: HttpRequest) -> Actor | None:
    """The actor of a request, read once; None for a stranger. Roles are read anew for every request."""
    if not hasattr(request, "_assayer_actor"):
        user = request.user
        request._assayer_actor = actor(user) if isinstance(user, Account) and user.is_active else None  # type: ignore[attr-defined]
    found: Actor | None = request._assayer_actor  # type: ignore[attr-defined]
    return found


def page(*roles: str) -> Callable[[View[P]], Guarded[P]]:
    """Open a view to actors who hold one of `roles` (any account, where none is named).

    A stranger is sent to sign in and comes back afterwards.
    """
    wanted = frozenset(roles)

    def decorate(view: View[P]) -> Guarded[P]:
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            actor = who(request)
            if actor is None:
                return redirect_to_login(request.get_full_path())
            if wanted and wanted.isdisjoint(actor.roles):
                hidden()
            if any("\0" in text for sent in (request.GET, request.POST) for _, texts in sent.lists() for text in texts):
                raise BadRequest("No field of a page holds the character NUL, and no database keeps it.")
            response = view(request, actor, *args, **kwargs)
            response.headers.setdefault("Cache-Control", "private, no-store")
            return response

        update_wrapper(guarded, view)
        guarded.roles = wanted  # type: ignore[attr-defined]  # read by the test that walks every route
        return guarded

    return decorate


def hidden() -> NoReturn:
    """Answer as for a page that does not exist."""
    raise Http404("There is no such page.")


def attempted(request: HttpRequest, name: str, /, *, said: str = "", **arguments: Any) -> Any:
    """Ask the door for an act on behalf of the request's actor.

    Returns
    -------
    Any
        The act's result, after `said` was put among the messages; `FAILED` (false) after the door's sentence was.

    Raises
    ------
    Http404
        Where the act is about a record that does not exist.
    """
    actor = who(request)
    if actor is None:
        hidden()
    try:
        result = door.act(actor, name, **arguments)
    except door.REFUSALS as refused:
        messages.error(request, str(refused))
        return FAILED
    except ObjectDoesNotExist:
        hidden()
    if said:
        messages.success(request, said)
    return result


def body_of(request: HttpRequest) -> bytes:
    """What was sent as it is; nothing of a form, whose fields were read before."""
    try:
        return request.body
    except RawPostDataException:
        return b""
