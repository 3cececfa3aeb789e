"""The KPI log: events, and the words that clients sent with them."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kpi.review.models import FridayReview
from kpi.tripwire.models import RegressionPolicy, RegressionState, RegressionTrigger, policy_words
from wholesale.plumbing.append_only import AppendOnlyModel
from wholesale.plumbing.signed import user_key
from wholesale.plumbing.vocabulary import LABEL_MAX_LENGTH, WALKTHROUGH, WALKTHROUGH_MARK, WORD_MAX_LENGTH, Province
from wholesale.plumbing.wordings import StoredWords, WordedJsonField


class Domain(models.TextChoices):
    """The domains of the product's own metrics. Clients may use other domains, so the column has no choices."""

    WHOLESALE = "WHOLESALE", _("Wholesale")
    BUYER_MATCH = "BUYER_MATCH", _("Buyer match")
    CAPITAL = "CAPITAL", _("Capital")


# The events that reports and tripwires count: all but those of walkthroughs. A failure is left out only if the walkthrough
# was its actor. So nobody can hide a failure behind a walkthrough's correlation id: agents act under their own names.
COUNTED = ~Q(correlation_id__startswith=WALKTHROUGH_MARK) | Q(success=False) & ~Q(actor=WALKTHROUGH)


class KPIEvent(AppendOnlyModel):
    """A KPI event: something that happened and is counted. The row is never changed or deleted.

    The table needs no unique constraint: a fact happens only once (a task is completed once), and writes one row.
    """

    occurred_at = models.DateTimeField()
    domain = models.CharField(max_length=WORD_MAX_LENGTH)
    metric = models.CharField(max_length=WORD_MAX_LENGTH)
    success = models.BooleanField(null=True)
    value = models.DecimalField(max_digits=18, decimal_places=4, null=True)
    province = models.CharField(max_length=2, choices=Province, null=True, blank=True)
    market = models.CharField(max_length=WORD_MAX_LENGTH, null=True, blank=True)
    subject_type = models.CharField(max_length=WORD_MAX_LENGTH, blank=True, help_text=_("what the row is about"))
    subject_id = models.CharField(max_length=LABEL_MAX_LENGTH, blank=True)
    correlation_id = models.CharField(max_length=LABEL_MAX_LENGTH)
    actor = models.CharField(max_length=LABEL_MAX_LENGTH)
    user = user_key()
    detail = WordedJsonField(default=dict)
    lead_id = models.CharField(
        max_length=LABEL_MAX_LENGTH, null=True, blank=True, help_text=_("of the lead that it is about")
    )

    class Meta(AppendOnlyModel.Meta):
        indexes = [
            models.Index(fields=["domain", "metric", "-id"], name="kpievent_metric"),  # events?domain=&metric=
            # judged_events() of a policy that names a province, events?domain=&metric=&province=
            models.Index(fields=["domain", "metric", "province", "-id"], name="kpievent_province"),
            # events?correlation_id=, and kpi.trace
            models.Index(fields=["correlation_id", "occurred_at", "id"], name="kpievent_correlation"),
            models.Index(fields=["occurred_at"], name="kpievent_occurred_at"),  # summarise(), events?since=&until=
            # The log in the admin: by domain, by province, and the search for a subject.
            models.Index(fields=["domain", "occurred_at", "id"], name="kpievent_domain_time"),
            models.Index(fields=["province", "occurred_at", "id"], name="kpievent_province_time"),
            models.Index(fields=["subject_id"], name="kpievent_subject"),
        ]
        ordering = ["-id"]
        permissions = [("view_trace", "Can read what happened in a request, by its correlation id")]
        verbose_name = _("KPI event")
        verbose_name_plural = _("KPI events")

    def __str__(self) -> str:
        return policy_words(self.domain, self.metric)


class KPIEventWords(StoredWords):
    """The detail that a client sent with an event. Erasing a person who is named in it removes the row."""

    event = models.OneToOneField(KPIEvent, primary_key=True, on_delete=models.PROTECT, related_name="words")
    detail = models.JSONField()

    class Meta:
        verbose_name_plural = _("kpi event words")


__all__ = [
    "COUNTED",
    "Domain",
    "FridayReview",
    "KPIEvent",
    "KPIEventWords",
    "RegressionPolicy",
    "RegressionState",
    "RegressionTrigger",
]
