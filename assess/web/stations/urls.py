"""Pages under /stations/: the computers beside the benches, and the feeds of others."""

from django.urls import URLPattern, URLResolver, path

from assess.web.stations import agents, feeds, health, plans

urlpatterns: list[URLPattern | URLResolver] = [
    path("", agents.agents, name="stations"),
    path("health/", health.health, name="stations-health"),
    path("<int:station_id>/plan/", plans.plan, name="stations-plan"),
    path("feeds/", feeds.feeds, name="feeds"),
]
