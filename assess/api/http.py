"""The HTTP API. Its description is served at /api/openapi.json; routers of the areas join it here."""

from ninja import NinjaAPI

from assess.api import pictures, public, streams

api = NinjaAPI(
    title="Assayer",
    version="1",
    description="Items, rubrics, sittings, attempts, evidence, decisions and credentials of this installation.",
)

api.add_router("", public.router)
api.add_router("", streams.router)
api.add_router("", pictures.router)
