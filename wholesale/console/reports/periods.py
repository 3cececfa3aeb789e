"""The days of a report, which its reader chooses. They are days of the reader's zone."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from wholesale.plumbing.days import WITHIN_RANGE
from wholesale.plumbing.showing import shown_day
from wholesale.plumbing.texts import Words


def day_field(label: Words, *, required: bool = True) -> forms.DateField:
    """Return the field of a day."""
    widget = UnfoldAdminTextInputWidget(attrs={"type": "date"})
    return forms.DateField(label=label, required=required, validators=WITHIN_RANGE, widget=widget)


class PeriodForm(forms.Form):
    """The form of a report about some days. `given` is the address; what it leaves out is the last days, today included."""

    last_days = 7

    since = day_field(_("From"))
    until = day_field(_("To the end of"))

    def __init__(self, given: dict[str, Any], now: datetime) -> None:
        self.now = now
        today = timezone.localdate(now)
        since = today - timedelta(days=self.last_days - 1)
        super().__init__({"since": since.isoformat(), "until": today.isoformat(), **given})

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if "since" in given and "until" in given and given["since"] > given["until"]:
            self.add_error("since", gettext("Must not lie after the last day."))
        return given

    def span(self) -> tuple[datetime, datetime]:
        """Return the first instant of the days, and the instant at which they are over: now, if they are not over yet."""
        since = _begins(self.cleaned_data["since"])
        until = min(_begins(self.cleaned_data["until"] + timedelta(days=1)), self.now)
        return since, max(until, since + timedelta(microseconds=1))

    def period(self) -> str:
        """Return the days in words."""
        days = {name: shown_day(self.cleaned_data[name]) for name in ("since", "until")}
        zone = timezone.get_current_timezone_name()
        return gettext("From %(since)s to the end of %(until)s (%(zone)s)") % {**days, "zone": zone}


def _begins(day: date) -> datetime:
    return datetime.combine(day, time(), timezone.get_current_timezone())
