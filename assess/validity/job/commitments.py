"""The ledger commits to analyses, panels, their experts, bias reviews and concerns: when they are made and whenever they change."""

from assess.ledger.registry import register_table
from assess.validity.job.models import BiasConcern, BiasReview, ContentPanel, JobAnalysis, PanelExpert

register_table("job_analysis", JobAnalysis)
register_table("content_panel", ContentPanel)
register_table("panel_expert", PanelExpert)
register_table("bias_review", BiasReview)
register_table("bias_concern", BiasConcern)
