"""Pages under /stations/: the computers beside the benches, and the feeds of others."""

from django.urls import URLPattern, URLResolver, path

from assess.web.stations import agents, feeds

urlpatterns: list[URLPattern | URLResolver] = [
    path("", agents.agents, name="stations"),
    path("feeds/", feeds.feeds, name="feeds"),
]
