"""People and roles, what each agreed to, and letters on their way to them."""

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


class User(AbstractUser):
    """Somebody who signs in: a student works in a pair, an instructor runs courses."""

    class Role(models.TextChoices):
        STUDENT = "student", _("student")
        INSTRUCTOR = "instructor", _("instructor")

    role = models.CharField(max_length=12, choices=Role.choices, default=Role.STUDENT)
    id_number = models.CharField(_("ID number"), max_length=60, blank=True, help_text="what the school calls them by")
    #: The account of somebody who was removed: empty, kept for what others share with it.
    forgotten_at = models.DateTimeField(null=True, blank=True, editable=False)

    @property
    def is_instructor(self) -> bool:
        return self.role == self.Role.INSTRUCTOR

    @property
    def display_name(self) -> str:
        """As pages call them, in the reader's language."""
        if self.forgotten_at:
            return gettext("a former student")
        return self.get_full_name() or self.username


class Consent(models.Model):
    """What somebody answered to one question about their image, and when. The newest answer counts; the earlier ones
    stay as the trace of what was given and withdrawn. ``version`` is the text that was read (``accounts.consents``)."""

    class Kind(models.TextChoices):
        FILMED = "filmed", _("being seen and heard in videos")
        DATASET = "dataset", _("the class's collective dataset")
        PEERS = "peers", _("the capsule shown to other pairs")

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="consents")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    version = models.PositiveSmallIntegerField()
    is_given = models.BooleanField()
    answered_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-answered_at", "-pk"]
        indexes = [models.Index(fields=["person", "kind"], name="consents_of_a_person")]

    def __str__(self) -> str:
        return f"{self.person}: {self.kind} {'given' if self.is_given else 'refused'}"


class Letter(models.Model):
    """A message that waits to be sent, written in the same transaction as what it tells of. It goes when it is sent, or
    when nobody takes it (``accounts.post``); the address is the one that the person has then."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="letters")
    subject = models.CharField(max_length=200)
    text = models.TextField()
    written_at = models.DateTimeField(auto_now_add=True)
    tries = models.PositiveSmallIntegerField(default=0)
    #: Not before; whoever tries to send it puts this off, so that nobody else does meanwhile.
    due_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        ordering = ["due_at", "pk"]

    def __str__(self) -> str:
        return f"{self.person}: {self.subject}"
