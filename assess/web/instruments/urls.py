"""Pages under /instruments/: the register, one instrument, a register as a file, and what is booked for a sitting."""

from django.urls import URLPattern, URLResolver, path

from assess.web.instruments import bookings, register, register_import

urlpatterns: list[URLPattern | URLResolver] = [
    path("", register.register, name="instruments"),
    path("one/", register.instrument, name="instruments-one"),
    path("import/", register_import.register_import, name="instruments-import"),
    path("certificates/<uuid:calibration_id>/", register.document, name="instruments-document"),
    path("sittings/<uuid:sitting_id>/", bookings.bookings, name="instruments-bookings"),
]
