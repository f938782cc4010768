"""What pairs hand in: tasks, the files they upload, and each submission's fate."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from courses.models import new_seed


class Task(models.Model):
    """A competition of one course; its rules are ``challenges/tasks/<slug>.yaml``, its data a folder of the server.

    What changes figures (``convention``, ``public_percent``) is changed by ``submissions.rules`` or a Reevaluation.
    ``parts_seed`` decides which pictures are in the public part: a secret.
    """

    class Convention(models.TextChoices):
        YOLOV5 = "yolov5", _("YOLOv5’s")
        ULTRALYTICS = "ultralytics", _("ultralytics’")
        COCO = "coco", _("COCO’s")

    class FinalRule(models.TextChoices):
        BEST = "best", _("the best one")
        CHOSEN = "chosen", _("the one the pair chose")

    course = models.ForeignKey("courses.Course", on_delete=models.CASCADE, related_name="tasks")
    slug = models.SlugField(unique=True)
    data = models.CharField(max_length=200, help_text="the data.yaml, relative to the datasets folder")
    is_open = models.BooleanField(default=True)
    convention = models.CharField(max_length=12, choices=Convention.choices, default=Convention.YOLOV5)
    public_percent = models.PositiveSmallIntegerField(
        default=100,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
        help_text="of the hidden pictures; the others count when the board is revealed",
    )
    parts_seed = models.CharField(max_length=64, default=new_seed, editable=False)
    quota_per_day = models.PositiveIntegerField(
        default=5, null=True, blank=True, help_text="evaluations that succeed, per pair and day; empty for no limit"
    )
    attempts_per_day = models.PositiveIntegerField(default=30, help_text="files handed in, whatever became of them")
    final_rule = models.CharField(max_length=8, choices=FinalRule.choices, default=FinalRule.BEST)
    uses_ladder = models.BooleanField(default=False, help_text="public scores move only on a significant gain")
    shows_gallery = models.BooleanField(default=True, help_text="pairs explore their errors on the validation split")
    frozen_at = models.DateTimeField(null=True, blank=True, editable=False)
    revealed_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["slug"]

    def __str__(self) -> str:
        return self.slug

    @property
    def subject(self) -> str:
        """What the audit trace calls it."""
        return f"task:{self.slug}"

    @property
    def has_parts(self) -> bool:
        return self.public_percent < 100


class Checkpoint(models.Model):
    """A file a pair uploaded, stored once however often it is sent. Bytes: nobody but the sealed child reads it."""

    pair = models.ForeignKey("courses.Pair", on_delete=models.CASCADE, related_name="checkpoints")
    sha256 = models.CharField(max_length=64)
    size_bytes = models.PositiveBigIntegerField()
    original_name = models.CharField(max_length=200)
    path = models.CharField(max_length=200, help_text="its key in the site's storage")
    sketch = models.TextField(blank=True, help_text="what two files are compared by; empty until it was evaluated")
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["pair", "sha256"], name="a_pair_stores_a_file_once")]

    def __str__(self) -> str:
        return self.original_name


class Submission(models.Model):
    """One checkpoint handed in for one task. ``job`` is its current evaluation; earlier ones share its subject.

    Where the task has a private part, ``score``, ``metrics`` and ``summary`` are of the public one, and nothing of
    ``private_score``, ``private_metrics``, ``private_summary`` and ``draws["private"]`` is shown before the reveal.
    The summaries are what a row of the board says; ``metrics`` are whole reports, which lists do not read.
    """

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="submissions")
    pair = models.ForeignKey("courses.Pair", on_delete=models.CASCADE, related_name="submissions")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    checkpoint = models.ForeignKey(Checkpoint, on_delete=models.PROTECT, related_name="submissions")
    job = models.ForeignKey("grading.GradingJob", null=True, on_delete=models.SET_NULL, related_name="+")
    configuration = models.CharField(max_length=40, blank=True, help_text="named by the pair, for a plain state_dict")
    is_chosen = models.BooleanField(default=False, help_text="the one that counts, where pairs choose")
    score = models.FloatField(null=True, blank=True, help_text="the task's metric, 0…1; null until evaluated")
    private_score = models.FloatField(null=True, blank=True)
    ladder_score = models.FloatField(null=True, blank=True, help_text="what the Ladder shows after this submission")
    summary = models.JSONField(null=True, blank=True)
    private_summary = models.JSONField(null=True, blank=True)
    metrics = models.JSONField(null=True, blank=True)
    private_metrics = models.JSONField(null=True, blank=True)
    draws = models.JSONField(null=True, blank=True, help_text='the metric\'s bootstrap draws: {"public", "private"}')
    record = models.JSONField(null=True, blank=True)
    gallery = models.JSONField(null=True, blank=True)
    submitted_at = models.DateTimeField(auto_now_add=True)

    #: What lists and boards leave where it is.
    HEAVY = ("metrics", "private_metrics", "draws", "record", "gallery")
    #: Set by submit_checkpoint on the row it returns: the pair had handed in this very file before.
    recognised = False

    class Meta:
        ordering = ["-submitted_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["task", "checkpoint"], name="a_checkpoint_is_submitted_once_per_task"),
            models.UniqueConstraint(
                fields=["task", "pair"], condition=models.Q(is_chosen=True), name="a_pair_chooses_one_submission"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.task} · {self.pair} · {self.pk}"

    @property
    def subject(self) -> str:
        return f"submission:{self.pk}"


class Attempt(models.Model):
    """One time that a pair had a file evaluated: what quotas are counted from. Instructors' runs are not attempts."""

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="attempts")
    pair = models.ForeignKey("courses.Pair", on_delete=models.CASCADE, related_name="evaluation_attempts")
    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="attempts")
    job = models.ForeignKey("grading.GradingJob", null=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-made_at", "-pk"]
        indexes = [models.Index(fields=["task", "pair", "made_at"], name="attempts_of_a_day")]

    def __str__(self) -> str:
        return f"{self.submission} at {self.made_at:%F %T}"


class Reevaluation(models.Model):
    """All of a task's results made anew beside the published ones, which it replaces at once or not at all.

    ``changes`` are the task's fields that the new results are made with (``convention``, ``public_percent``).
    """

    class State(models.TextChoices):
        RUNNING = "running", _("running")
        READY = "ready", _("ready")
        PUBLISHED = "published", _("published")
        ABANDONED = "abandoned", _("abandoned")

    UNDECIDED = (State.RUNNING, State.READY)

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="reevaluations")
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=200, blank=True)
    changes = models.JSONField(default=dict, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.RUNNING)
    created_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["task"],
                condition=models.Q(state__in=["running", "ready"]),
                name="one_reevaluation_of_a_task_at_a_time",
            )
        ]

    def __str__(self) -> str:
        return f"{self.task} again, {self.created_at:%F %T}"


class ReevaluationItem(models.Model):
    """One submission of a campaign, with as much of its new result as the preview of the ranks needs."""

    campaign = models.ForeignKey(Reevaluation, on_delete=models.CASCADE, related_name="items")
    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="+")
    job = models.ForeignKey("grading.GradingJob", null=True, on_delete=models.SET_NULL, related_name="+")
    score = models.FloatField(null=True, blank=True)
    private_score = models.FloatField(null=True, blank=True)
    draws = models.JSONField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "submission"], name="a_submission_is_reevaluated_once")
        ]

    def __str__(self) -> str:
        return f"{self.campaign}: {self.submission}"


class Resemblance(models.Model):
    """Two pairs' files that hold the same or nearly the same weights: for the instructor to look at, no more."""

    first = models.ForeignKey(Checkpoint, on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey(Checkpoint, on_delete=models.CASCADE, related_name="+")
    equal_share = models.FloatField(help_text="of the tensors, 0…1")
    cosine = models.FloatField(null=True, blank=True, help_text="of what the two trainings changed")
    found_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-equal_share", "-cosine", "pk"]
        constraints = [models.UniqueConstraint(fields=["first", "second"], name="two_files_resemble_each_other_once")]

    def __str__(self) -> str:
        return f"{self.first} ~ {self.second}"
