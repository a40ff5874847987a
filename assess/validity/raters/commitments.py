"""The ledger commits to exemplars, their panel, blind marks, and trainings with every change."""

from assess.ledger.registry import register_table
from assess.validity.raters.models import (
    BlindMarks,
    Exemplar,
    PanelSignature,
    Retraining,
    Training,
    TrainingSession,
)

register_table("exemplar", Exemplar)
register_table("panel_signature", PanelSignature)
register_table("training_session", TrainingSession)
register_table("blind_marks", BlindMarks)
register_table("training", Training)
register_table("retraining", Retraining)
