"""Cut scores: what a meeting came to, and which board adopted it."""

import uuid

from django.db import models
from django.db.models import F, Q


class CutScore(models.Model):
    """A cut score of one part: how it came about, by which panel, with which error, and which board adopted it.

    Values are per cent of the part's maximum.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    scheme_version = models.ForeignKey("assess.SchemeVersion", on_delete=models.PROTECT, related_name="cut_scores")
    part = models.CharField(max_length=40)
    number = models.PositiveSmallIntegerField()
    method = models.CharField(max_length=120)
    value = models.DecimalField(max_digits=5, decimal_places=2)
    standard_error = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    panel = models.CharField(max_length=200)
    document = models.JSONField(help_text="the ratings and every step to the value")
    simulated = models.BooleanField()
    held_by = models.ForeignKey("assess.Account", on_delete=models.PROTECT, related_name="+")
    held_at = models.DateTimeField()
    adopted_by = models.ForeignKey("assess.Account", on_delete=models.PROTECT, null=True, related_name="+")
    board = models.CharField(max_length=200, blank=True)
    adopted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["scheme_version", "part", "number"], name="cut_scores_are_numbered"),
            models.CheckConstraint(condition=Q(value__gte=0, value__lte=100), name="cut_score_is_a_percentage"),
            models.CheckConstraint(
                condition=Q(adopted_by=None, adopted_at=None) | (Q(adopted_at__isnull=False) & ~Q(board="")),
                name="cut_score_adopted_by_a_named_board",
            ),
            models.CheckConstraint(
                condition=Q(adopted_by=None) | ~Q(adopted_by=F("held_by")), name="cut_score_not_adopted_by_its_maker"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.part}: {self.value} %"
