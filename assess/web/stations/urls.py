"""Pages under /stations/: the computers beside the benches."""

from django.urls import URLPattern, URLResolver, path

from assess.web.stations import agents

urlpatterns: list[URLPattern | URLResolver] = [path("", agents.agents, name="stations")]
