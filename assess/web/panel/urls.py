"""Pages under /panel/: judges of cut-score meetings. Rating goes on without a network."""

from django.urls import URLPattern, URLResolver, path

from assess.web import offline
from assess.web.panel import meeting, rating

urlpatterns: list[URLPattern | URLResolver] = [
    path("", meeting.meetings, name="panel"),
    path("sw.js", offline.worker, name="panel-worker"),
    path("<uuid:meeting_id>/", meeting.meeting, name="panel-meeting"),
    path("<uuid:meeting_id>/say/", meeting.say, name="panel-say"),
    path("<uuid:meeting_id>/phase", meeting.phase, name="panel-phase"),
    path("<uuid:meeting_id>/state", rating.state, name="panel-state"),
    path("<uuid:meeting_id>/ratings", rating.ratings, name="panel-ratings"),
]
