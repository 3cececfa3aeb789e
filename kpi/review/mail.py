"""The e-mail with a review: as text and as HTML. It has figures and places, and no name, number or address of a person."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.urls import reverse
from django.utils.translation import override

from kpi.review.rendering import as_html, as_markdown, title_of


def send(review: dict[str, Any], to: Sequence[str]) -> None:
    """Send a review to these addresses."""
    link = f"{settings.BASE_URL}{reverse('admin:kpi_fridayreview_now')}"
    with override("en-ca"):
        title = title_of(review)
    message = EmailMultiAlternatives(title, f"{as_markdown(review)}\n{link}\n", to=list(to))
    message.attach_alternative(as_html(review), "text/html")
    message.send()
