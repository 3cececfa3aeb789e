"""The admin of kept Friday reviews. The console's reports show what they say, and the review of any week."""

from django.contrib import admin
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kpi.review.models import FridayReview
from wholesale.plumbing.admin_base import ReadOnlyAdmin
from wholesale.plumbing.admin_parts import column
from wholesale.plumbing.showing import shown_number


@admin.register(FridayReview)
class FridayReviewAdmin(ReadOnlyAdmin):
    """The admin of kept reviews, the newest first."""

    list_display = ("ends_on", "since", "until", "mailed", "created_at")
    list_select_related = False
    search_fields = ("actor__exact",)
    search_help_text = _("Who had it kept, in full")
    fieldsets = (
        (_("Review"), {"fields": (("ends_on", "mailed"),)}),
        (_("Who and when"), {"fields": (("since", "until"), ("actor", "user"), ("created_at", "correlation_id"))}),
    )

    mailed = column(_("Mailed to"), lambda review: shown_number(review.mailed_to) if review.mailed_to else gettext("nobody"))
