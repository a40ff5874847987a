from importlib import import_module

from django.apps import AppConfig

COMMITTING = (
    "ledger",
    "people",
    "schemes",
    "schemes.computations",
    "sittings",
    "sittings.agents",
    "attempts",
    "attempts.feeds",
    "proctoring",
    "validity.datasets",
    "validity.studies",
    "validity.cut_scores",
    "awards",
    "validity.raters",
    "validity.monitoring",
    "validity.job",
)
"""The areas whose records the ledger commits to, each in its `commitments.py`."""

ERASING = ("attempts", "proctoring", "validity.datasets", "awards", "validity.job")
"""The areas that know something of a person beside `people`, each with what it erases in its `erasure.py`."""


class AssessConfig(AppConfig):
    name = "assess"
    label = "assess"
    verbose_name = "Assayer"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Every process that knows our tasks must know the broker they go to; by name, since rooms below `site` never
        # import it.
        import_module("assess.site.celery")
        # The ledger is told which documents its leaves commit to, once models are there.
        for area in COMMITTING:
            import_module(f"assess.{area}.commitments")
        for area in ERASING:
            import_module(f"assess.{area}.erasure")
