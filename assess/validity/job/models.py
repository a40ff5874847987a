"""Job-task analyses, content panels, bias reviews: who said what about the job, and that items and criteria are that job.

What an argument cites is frozen when an analysis or a panel is closed: `dataset` with its SHA-256. The rows of single ratings
beside it are how it came about, are only ever added to, and hold no name.
"""

import uuid

from django.db import models
from django.db.models import F, Q


class JobAnalysis(models.Model):
    """A survey of practitioners about the job behind a scheme version, what the rules made of it, and the board's word."""

    class State(models.TextChoices):
        OPEN = "open"
        CLOSED = "closed"
        ADOPTED = "adopted"
        WITHDRAWN = "withdrawn"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    scheme_version = models.ForeignKey("assess.SchemeVersion", on_delete=models.PROTECT, related_name="job_analyses")
    number = models.PositiveSmallIntegerField()
    definition = models.JSONField(help_text="statements, links and rules as they were asked")
    definition_sha256 = models.CharField(max_length=64)
    state = models.CharField(max_length=9, choices=State, default=State.OPEN)
    simulated = models.BooleanField(default=False, help_text="whether any respondent is made up")
    opened_by = models.ForeignKey("assess.Account", on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    closed_by = models.ForeignKey("assess.Account", on_delete=models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True)
    dataset = models.JSONField(null=True, help_text="the ratings by study-local labels")
    dataset_sha256 = models.CharField(max_length=64, blank=True)
    result = models.JSONField(null=True, help_text="indices, verdicts and reliability")
    adopted_by = models.ForeignKey("assess.Account", on_delete=models.PROTECT, null=True, related_name="+")
    adopted_at = models.DateTimeField(null=True)
    board = models.CharField(max_length=200, blank=True)
    rulings = models.JSONField(default=dict, help_text="statement → keep and reason, where the board said otherwise")
    remark = models.TextField(blank=True, help_text="the board's reasons, or why it was withdrawn")

    class Meta:
        verbose_name_plural = "job analyses"
        constraints = [
            models.UniqueConstraint(fields=["scheme_version", "number"], name="job_analyses_are_numbered"),
            models.UniqueConstraint(
                fields=["scheme_version"], condition=Q(state="open"), name="one_job_analysis_is_open"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["open", "withdrawn"], closed_at=None, dataset_sha256="")
                | Q(
                    state__in=["closed", "adopted"],
                    closed_at__isnull=False,
                    closed_by__isnull=False,
                    dataset__isnull=False,
                )
                & ~Q(dataset_sha256=""),
                name="job_analysis_closed_over_frozen_data",
            ),
            models.CheckConstraint(
                condition=~Q(state="withdrawn") | ~Q(remark=""), name="job_analysis_withdrawn_with_a_reason"
            ),
            models.CheckConstraint(
                condition=Q(adopted_by=None, adopted_at=None) & ~Q(state="adopted")
                | Q(state="adopted", adopted_by__isnull=False, adopted_at__isnull=False) & ~Q(board=""),
                name="job_analysis_adopted_by_a_named_board",
            ),
            models.CheckConstraint(
                condition=Q(adopted_by=None) | (~Q(adopted_by=F("opened_by")) & ~Q(adopted_by=F("closed_by"))),
                name="job_analysis_not_adopted_by_who_ran_it",
            ),
        ]

    def __str__(self) -> str:
        return f"job-task analysis {self.number} of {self.scheme_version_id}"


class Respondent(models.Model):
    """A practitioner who answers: a label of a file, or an account that signs in. Described coarsely, never named."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    analysis = models.ForeignKey(JobAnalysis, on_delete=models.PROTECT, related_name="respondents")
    label = models.CharField(max_length=12, help_text="study-local")
    account = models.ForeignKey("assess.Account", on_delete=models.SET_NULL, null=True, related_name="+")
    region = models.CharField(max_length=60)
    years = models.CharField(max_length=8)
    setting = models.CharField(max_length=60)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["analysis", "label"], name="one_respondent_of_a_label"),
            models.UniqueConstraint(
                fields=["analysis", "account"], condition=Q(account__isnull=False), name="one_respondent_of_an_account"
            ),
        ]

    def __str__(self) -> str:
        return self.label


class StatementRating(models.Model):
    """What a respondent said of a statement; a later number takes the place of an earlier one and leaves it standing."""

    respondent = models.ForeignKey(Respondent, on_delete=models.PROTECT, related_name="ratings")
    statement = models.CharField(max_length=40)
    number = models.PositiveSmallIntegerField()
    done = models.BooleanField()
    importance = models.PositiveSmallIntegerField(null=True)
    frequency = models.PositiveSmallIntegerField(null=True)
    harm = models.PositiveSmallIntegerField(null=True)
    learned = models.CharField(max_length=10, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["respondent", "statement", "number"], name="statement_ratings_are_numbered"
            ),
            models.CheckConstraint(
                condition=Q(done=False, importance=None, frequency=None, harm=None)
                | Q(
                    done=True,
                    importance__gte=1,
                    importance__lte=5,
                    frequency__gte=1,
                    frequency__lte=5,
                    harm__gte=1,
                    harm__lte=5,
                ),
                name="statement_rated_if_done",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.statement} by {self.respondent_id}"


class ContentPanel(models.Model):
    """Experts who say of each item, criterion and simulation whether it belongs; frozen and judged when it is closed."""

    class State(models.TextChoices):
        OPEN = "open"
        CLOSED = "closed"
        WITHDRAWN = "withdrawn"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    scheme_version = models.ForeignKey("assess.SchemeVersion", on_delete=models.PROTECT, related_name="content_panels")
    number = models.PositiveSmallIntegerField()
    elements = models.JSONField(help_text="what is looked at: id, kind, outcome, SHA-256 of its version, author")
    rules = models.JSONField()
    state = models.CharField(max_length=9, choices=State, default=State.OPEN)
    simulated = models.BooleanField(default=False, help_text="whether any expert is made up")
    opened_by = models.ForeignKey("assess.Account", on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    closed_by = models.ForeignKey("assess.Account", on_delete=models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True)
    dataset = models.JSONField(null=True)
    dataset_sha256 = models.CharField(max_length=64, blank=True)
    result = models.JSONField(null=True)
    remark = models.TextField(blank=True, help_text="why it was withdrawn")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["scheme_version", "number"], name="content_panels_are_numbered"),
            models.UniqueConstraint(
                fields=["scheme_version"], condition=Q(state="open"), name="one_content_panel_is_open"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["open", "withdrawn"], closed_at=None, dataset_sha256="")
                | Q(state="closed", closed_at__isnull=False, closed_by__isnull=False, dataset__isnull=False)
                & ~Q(dataset_sha256=""),
                name="content_panel_closed_over_frozen_data",
            ),
            models.CheckConstraint(
                condition=~Q(state="withdrawn") | ~Q(remark=""), name="content_panel_withdrawn_with_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"content panel {self.number} of {self.scheme_version_id}"


class PanelExpert(models.Model):
    """An expert with a seat: by which verified certificate, with which relations, and why they sit there all the same."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    panel = models.ForeignKey(ContentPanel, on_delete=models.PROTECT, related_name="experts")
    account = models.ForeignKey("assess.Account", on_delete=models.PROTECT, related_name="+")
    label = models.CharField(max_length=12, help_text="study-local")
    qualification = models.CharField(max_length=300)
    certificate = models.UUIDField(help_text="of the verified certificate")
    relations = models.JSONField(default=list, help_text="what was found about conflicts, as sentences")
    accepted_because = models.TextField(blank=True, help_text="why the relations do not stand in the way")
    seated_by = models.ForeignKey("assess.Account", on_delete=models.PROTECT, related_name="+")
    seated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["panel", "account"], name="one_seat_on_a_content_panel"),
            models.UniqueConstraint(fields=["panel", "label"], name="one_expert_of_a_label"),
            models.CheckConstraint(condition=~Q(account=F("seated_by")), name="nobody_seats_themselves"),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} on {self.panel_id}"


class ElementRating(models.Model):
    """What an expert said of an element; a later number takes the place of an earlier one and leaves it standing."""

    expert = models.ForeignKey(PanelExpert, on_delete=models.PROTECT, related_name="ratings")
    element = models.CharField(max_length=64)
    number = models.PositiveSmallIntegerField()
    necessity = models.PositiveSmallIntegerField(help_text="1 not necessary, 2 useful, 3 essential")
    relevance = models.PositiveSmallIntegerField(help_text="1 to 4")
    comment = models.TextField(blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["expert", "element", "number"], name="element_ratings_are_numbered"),
            models.CheckConstraint(
                condition=Q(necessity__gte=1, necessity__lte=3, relevance__gte=1, relevance__lte=4),
                name="element_rated_on_its_scales",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.element} by {self.expert_id}"


class BiasReview(models.Model):
    """A person who wrote none of it read these elements for bias and sensitivity."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    scheme_version = models.ForeignKey("assess.SchemeVersion", on_delete=models.PROTECT, related_name="bias_reviews")
    elements = models.JSONField(help_text="id → SHA-256 of the version that was read")
    reviewer = models.ForeignKey("assess.Account", on_delete=models.PROTECT, related_name="+")
    remark = models.TextField(blank=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{len(self.elements)} elements by {self.reviewer_id}"


class BiasConcern(models.Model):
    """What a reader holds against an element. It is open, and blocks, until another person resolves it."""

    class Code(models.TextChoices):
        STEREOTYPE = "stereotype", "a stereotype, or one group shown in one role only"
        LANGUAGE = "language", "harder words or sentences than the job needs"
        CULTURE = "culture", "knowledge of one country, culture or milieu that the job does not need"
        ACCESS = "access", "a barrier to people with a disability that the job does not need"
        OFFENCE = "offence", "may hurt or disturb people"
        ADVANTAGE = "advantage", "gives one group of candidates an advantage that is not competence"
        OTHER = "other", "something else"

    class Resolution(models.TextChoices):
        CHANGED = "changed", "the element was changed"
        KEPT = "kept", "kept: the job needs it as it is"
        WITHDRAWN = "withdrawn", "the element was taken out"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    review = models.ForeignKey(BiasReview, on_delete=models.PROTECT, related_name="concerns")
    element = models.CharField(max_length=64)
    code = models.CharField(max_length=10, choices=Code)
    words = models.TextField()
    raised_by = models.ForeignKey("assess.Account", on_delete=models.PROTECT, related_name="+")
    raised_at = models.DateTimeField()
    resolution = models.CharField(max_length=9, choices=Resolution, blank=True)
    reason = models.TextField(blank=True)
    resolved_by = models.ForeignKey("assess.Account", on_delete=models.PROTECT, null=True, related_name="+")
    resolved_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(words=""), name="bias_concern_says_what"),
            models.CheckConstraint(
                condition=Q(resolution="", reason="", resolved_by=None, resolved_at=None)
                | Q(resolved_by__isnull=False, resolved_at__isnull=False) & ~Q(resolution="") & ~Q(reason=""),
                name="bias_concern_resolved_with_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(resolved_by=None) | ~Q(resolved_by=F("raised_by")), name="bias_concern_takes_two"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code}: {self.element}"
