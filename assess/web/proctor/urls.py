"""Pages under /proctor/: the board of a sitting, incidents, the level, and what waits for people."""

from django.urls import URLPattern, URLResolver, path

from assess.web.proctor import board, handed_in, incidents, level, pictures, seals

urlpatterns: list[URLPattern | URLResolver] = [
    path("", board.sittings, name="proctor"),
    path("sittings/<uuid:sitting_id>/", board.board, name="proctor-board"),
    path("sittings/<uuid:sitting_id>/rows", board.rows, name="proctor-rows"),
    path("sittings/<uuid:sitting_id>/say/", board.say, name="proctor-say"),
    path("sittings/<uuid:sitting_id>/identify/<uuid:attempt_id>/", board.identify, name="proctor-identify"),
    path("sittings/<uuid:sitting_id>/level/", level.level, name="proctor-level"),
    path("sittings/<uuid:sitting_id>/incidents/", incidents.incidents, name="proctor-incidents"),
    path("incidents/<uuid:incident_id>/", incidents.incident, name="proctor-incident"),
    path("attempts/<uuid:attempt_id>/pictures/", pictures.pictures, name="proctor-pictures"),
    path("sittings/<uuid:sitting_id>/seals/", seals.seals, name="proctor-seals"),
    path("sittings/<uuid:sitting_id>/handed-in/", handed_in.hand_in, name="proctor-hand-in"),
    path("sittings/<uuid:sitting_id>/seals/<uuid:attempt_id>/", seals.seal, name="proctor-seal"),
    path("sittings/<uuid:sitting_id>/resits/<uuid:resit_id>/", seals.resit, name="proctor-resit"),
    path("sittings/<uuid:sitting_id>/quarantine/<uuid:quarantine_id>/", seals.quarantined, name="proctor-quarantined"),
]
