"""The e-mails with notices: one for each user about all that waits, at most one in 15 minutes.

They are sent at least once: a notice waits in the database until its e-mail is sent. If the mail server does not take one,
the notices say so, the background task fails, which the log, the list of tasks and Today show, and the e-mail is tried again
after 15 minutes. What was read in the app meanwhile is not sent.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.models import User
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from followups.sla.mail import can_send
from wholesale.console.notices.facts import QUARTER
from wholesale.console.notices.models import Notice, NoticeKind
from wholesale.console.notices.words import remedy_of, sentence
from wholesale.plumbing.http.personal import LANGUAGE_CODES
from wholesale.plumbing.models import UserLanguage, default_zone
from wholesale.plumbing.patience import is_database_fault
from wholesale.plumbing.showing import shown_number, shown_pair, shown_time

EVERY = QUARTER
SHOWN_MAX = 20  # notices that an e-mail names
UNSENT = (Notice.Mail.WAITING, Notice.Mail.FAILED)


class MailNotSent(Exception):
    """The mail server did not take an e-mail with notices."""


def waiting() -> QuerySet[Notice]:
    """Return the notices whose e-mail waits, also after a failure."""
    return Notice.objects.filter(mail__in=UNSENT, read_at__isnull=True)


def due(now: datetime) -> list[int]:
    """Return the ids of the users for whom an e-mail is due: something waits, and in the last 15 minutes none was tried. The
    kill switch does not wait for that."""
    lately = Notice.objects.filter(tried_at__gt=now - EVERY).values("user")
    urgent = Q(kind=NoticeKind.KILL_SWITCH, mail=Notice.Mail.WAITING)
    return list(waiting().filter(urgent | ~Q(user__in=lately)).order_by("user").values_list("user", flat=True).distinct())


def send_due(now: datetime | None = None) -> int:
    """Send the e-mails that are due. Return how many were sent.

    Raises:
        MailNotSent: the mail server did not take one of them.

    """
    now = now or timezone.now()
    sent = 0
    for user_id in due(now):
        try:
            sent += _send(user_id, now)
        except Exception as error:
            if is_database_fault(error):
                raise
            # The others follow with the next look: a server that does not answer takes EMAIL_TIMEOUT each time.
            Notice.objects.filter(user=user_id, mail__in=UNSENT).update(mail=Notice.Mail.FAILED, tried_at=now)
            raise MailNotSent from error
    return sent


@transaction.atomic
def _send(user_id: int, now: datetime) -> int:
    """Send a user one e-mail about all that waits. The notices are locked meanwhile, so two workers send only one."""
    notices = list(waiting().filter(user=user_id).select_for_update(skip_locked=True).order_by("-at", "-id"))
    if not notices:
        return 0
    these = Notice.objects.filter(pk__in=[notice.pk for notice in notices])
    user: Any = User.objects.select_related("settings").get(pk=user_id)
    if not (user.is_active and user.email and can_send()):
        these.update(mail=Notice.Mail.NONE)
        return 0
    chosen = getattr(user, "settings", None)
    language = LANGUAGE_CODES[UserLanguage(chosen.language)] if chosen else settings.LANGUAGE_CODE
    with translation.override(language), timezone.override(ZoneInfo(chosen.zone if chosen else default_zone())):
        subject, text = compose(notices, user)
    EmailMessage(subject, text, to=[user.email]).send()
    these.update(mail=Notice.Mail.SENT, tried_at=now)
    these.filter(in_app=False).update(read_at=now)  # nobody will mark them as read
    return 1


def compose(notices: Sequence[Notice], user: User) -> tuple[str, str]:
    """Return the subject and the text of an e-mail, in the active language and zone. It names nobody: its links lead on."""
    if len(notices) == 1:
        subject = sentence(notices[0])
    else:
        subject = ngettext("%(n)s notice", "%(n)s notices", len(notices)) % {"n": shown_number(len(notices))}
    lines = []
    for notice in notices[:SHOWN_MAX]:
        lines += [shown_pair(shown_time(notice.at), sentence(notice)), f"  {_link(remedy_of(notice, user))}", ""]
    if len(notices) > SHOWN_MAX:
        lines += [_("and %(n)s more") % {"n": shown_number(len(notices) - SHOWN_MAX)}, ""]
    lines += [
        _("All notices: %(link)s") % {"link": _link(reverse("notices"))},
        _("What is sent to you: %(link)s") % {"link": _link(reverse("my_settings"))},
    ]
    return f"Wholesale: {subject}", "\n".join(lines) + "\n"


def _link(path: str) -> str:
    return f"{settings.BASE_URL}{path}"
