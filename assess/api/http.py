"""The HTTP API. Its description is served at /api/openapi.json; routers of the areas join it here."""

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI

from assess.api import feeds, pictures, public, stations, streams
from assess.api.station_signature import StationRefused

api = NinjaAPI(
    title="Assayer",
    version="1",
    description="Items, rubrics, sittings, attempts, evidence, decisions and credentials of this installation.",
)

api.add_router("", public.router)
api.add_router("", streams.router)
api.add_router("", pictures.router)
api.add_router("", stations.router)
api.add_router("", feeds.router)


@api.exception_handler(StationRefused)
def station_refused(request: HttpRequest, refused: StationRefused) -> HttpResponse:
    """A station's request that is not taken."""
    return api.create_response(request, refused.document(), status=refused.status)
