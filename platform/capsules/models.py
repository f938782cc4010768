"""What a pair hands in for the course's mark, one film, and what is said about it while it is watched."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

MEBIBYTE = 2**20


class CapsuleRules(models.Model):
    """How one course takes its capsules. A course without this row has these defaults, and no deadline.

    A hand-in at ``due_at`` itself is late. Where uploads count from when they were ``begun``, they must have arrived
    ``grace_minutes`` after the deadline. The four lengths are advice, shown with colours; they refuse nothing.
    """

    class CountsFrom(models.TextChoices):
        BEGUN = "begun", _("when the upload was begun")
        FINISHED = "finished", _("when the upload was finished")

    course = models.OneToOneField("courses.Course", on_delete=models.CASCADE, related_name="capsule_rules")
    opens_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    counts_from = models.CharField(max_length=8, choices=CountsFrom.choices, default=CountsFrom.FINISHED)
    grace_minutes = models.PositiveIntegerField(default=180)
    accepts_late = models.BooleanField(default=True)
    accepts_links = models.BooleanField(default=True)
    limit_bytes = models.PositiveBigIntegerField(default=256 * MEBIBYTE)
    shortest_seconds = models.PositiveIntegerField(default=300)
    ideal_low_seconds = models.PositiveIntegerField(default=540)
    ideal_high_seconds = models.PositiveIntegerField(default=660)
    longest_seconds = models.PositiveIntegerField(default=1200)
    peers_may_watch = models.BooleanField(default=False)
    instructions = models.JSONField(default=dict, blank=True, help_text='{"fr", "en"}, Markdown')

    class Meta:
        verbose_name_plural = "capsule rules"

    def __str__(self) -> str:
        return f"capsules of {self.course}"


class Extension(models.Model):
    """More time for one pair, and why. The course's deadline counts where that is later."""

    pair = models.OneToOneField("courses.Pair", on_delete=models.CASCADE, related_name="capsule_extension")
    due_at = models.DateTimeField()
    reason = models.CharField(max_length=400)
    granted_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    granted_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"{self.pair} until {self.due_at:%F %T}"


class Capsule(models.Model):
    """A pair's capsule: whatever it hands in, this row stays, and ``current`` is the version that counts."""

    pair = models.OneToOneField("courses.Pair", on_delete=models.CASCADE, related_name="capsule")
    current = models.ForeignKey("CapsuleVersion", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["pair__group__name", "pair__name"]

    def __str__(self) -> str:
        return f"capsule of {self.pair}"


class CapsuleVersion(models.Model):
    """One hand-in. ``counted_at`` is the instant that was compared with the deadline, by the rule of that day.

    ``sha256``, ``size_bytes`` and ``name`` are of the file as it came, kept when its bytes are gone; ``source`` is that
    file, ``copy`` the clean film that is watched, ``poster`` a picture of it: each null once removed, or not made yet.
    """

    class Kind(models.TextChoices):
        FILE = "file", _("file")
        LINK = "link", _("link")

    capsule = models.ForeignKey(Capsule, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField(help_text="1 for the first of its pair")
    kind = models.CharField(max_length=4, choices=Kind.choices)
    link = models.URLField(max_length=500, blank=True)
    name = models.CharField(max_length=200, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    size_bytes = models.PositiveBigIntegerField(default=0)
    source = models.ForeignKey("uploads.StoredFile", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    copy = models.ForeignKey("uploads.StoredFile", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    poster = models.ForeignKey("uploads.StoredFile", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    facts = models.JSONField(null=True, blank=True, help_text="grader.VideoFacts as JSON; null until it was looked at")
    job = models.ForeignKey("grading.GradingJob", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    handed_in_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    begun_at = models.DateTimeField()
    finished_at = models.DateTimeField()
    counted_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True, blank=True, help_text="the pair's deadline at that moment")
    is_late = models.BooleanField(default=False)
    is_private = models.BooleanField(default=False, help_text="never shown to other pairs: a member left")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["capsule", "number"], name="capsule_versions_are_numbered")]

    def __str__(self) -> str:
        return f"{self.capsule}, version {self.number}"

    @property
    def subject(self) -> str:
        """What its job, and the audit trace, call it."""
        return f"capsule:{self.pk}"

    @property
    def duration_seconds(self) -> float | None:
        return self.facts["duration_seconds"] if self.facts else None


class Appearance(models.Model):
    """The pair's word that one of its members is seen or heard, and where first."""

    version = models.ForeignKey(CapsuleVersion, on_delete=models.CASCADE, related_name="appearances")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    at_seconds = models.FloatField()

    class Meta:
        ordering = ["at_seconds", "pk"]
        constraints = [models.UniqueConstraint(fields=["version", "person"], name="one_appearance_of_a_member")]

    def __str__(self) -> str:
        return f"{self.person} at {self.at_seconds:.1f} s"


class Chapter(models.Model):
    version = models.ForeignKey(CapsuleVersion, on_delete=models.CASCADE, related_name="chapters")
    at_seconds = models.FloatField()
    title = models.CharField(max_length=80)

    class Meta:
        ordering = ["at_seconds", "pk"]

    def __str__(self) -> str:
        return f"{self.at_seconds:.0f} s: {self.title}"


class Captions(models.Model):
    """Subtitles in one language: WebVTT as ``capsules.captions`` wrote it anew, never as it came."""

    class Language(models.TextChoices):
        FRENCH = "fr", "Français"
        ENGLISH = "en", "English"

    version = models.ForeignKey(CapsuleVersion, on_delete=models.CASCADE, related_name="captions")
    language = models.CharField(max_length=2, choices=Language.choices)
    text = models.TextField()
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    uploaded_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["language"]
        verbose_name_plural = "captions"
        constraints = [models.UniqueConstraint(fields=["version", "language"], name="one_captions_of_a_language")]

    def __str__(self) -> str:
        return f"{self.language} of {self.version}"


class Comment(models.Model):
    """Something said at a moment of a version; ``drawing`` is what was drawn on its frame (``capsules.drawing``).

    ``thread`` is the comment that this one answers; answers are not answered. A removed one that was answered stays
    without its text. An instructor's is read by the pair once its marks are published (``capsules.publication``).
    """

    version = models.ForeignKey(CapsuleVersion, on_delete=models.CASCADE, related_name="comments")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    by_instructor = models.BooleanField()
    at_seconds = models.FloatField(null=True, blank=True, help_text="null for the whole film, and for a link's")
    drawing = models.JSONField(default=list, blank=True)
    text = models.TextField(max_length=4000, blank=True)
    thread = models.ForeignKey("self", null=True, blank=True, on_delete=models.CASCADE, related_name="replies")
    created_at = models.DateTimeField(auto_now_add=True)
    edited_at = models.DateTimeField(null=True, blank=True)
    is_removed = models.BooleanField(default=False)

    class Meta:
        ordering = ["at_seconds", "created_at", "pk"]
        indexes = [models.Index(fields=["version", "at_seconds"], name="comments_of_a_version")]

    def __str__(self) -> str:
        return f"{self.author} at {self.at_seconds}: {self.text[:40]}"


class Phrase(models.Model):
    """What an instructor says of many capsules, kept to be inserted by one key."""

    course = models.ForeignKey("courses.Course", on_delete=models.CASCADE, related_name="+")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    text = models.CharField(max_length=400)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["course", "owner", "text"], name="a_phrase_is_kept_once")]

    def __str__(self) -> str:
        return self.text


class Appreciation(models.Model):
    """A kind word of somebody of another pair. Who said it is here so that it is said once, and shown to nobody."""

    class What(models.TextChoices):
        CLEAR = "clear", _("clear explanations")
        LEARNED = "learned", _("I learned something")
        FIGURES = "figures", _("telling figures")
        HONEST = "honest", _("honest about what failed")
        PLEASANT = "pleasant", _("a pleasure to watch")
        ORIGINAL = "original", _("an original idea")

    version = models.ForeignKey(CapsuleVersion, on_delete=models.CASCADE, related_name="appreciations")
    viewer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    what = models.CharField(max_length=10, choices=What.choices)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["version", "viewer", "what"], name="a_kind_word_is_said_once")]

    def __str__(self) -> str:
        return f"{self.what} for {self.version}"
