"""The rules of a market policy in words."""

from datetime import time
from typing import Any

from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from governance import policies
from governance.channels import Channel
from governance.clocks.calling_hours import CALLING_HOURS
from governance.market.models import MarketPolicy
from governance.market.rules import CHANNEL_WINDOWS, CHANNELS, WINDOWS
from wholesale.plumbing import mark
from wholesale.plumbing.differences import Parts, ranges
from wholesale.plumbing.showing import shown_hour, shown_pair

ALL_DAY = ("00:00", "23:59")
DAYS = (_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun"))


def windows_text(rules: dict[str, Any]) -> str:
    """The contact windows in one line, such as "Mon-Fri 9:00 a.m. to 8:00 p.m., Sat all day; Call: Mon 9:00 a.m. to
    12:00 p.m.", or "never"."""
    own = rules.get(CHANNEL_WINDOWS, {})
    parts = [shown_pair(channel.label, _in_one_line(own[channel])) for channel in Channel if channel in own]
    return "; ".join([_in_one_line(rules[WINDOWS]), *parts])


def channels_text(rules: dict[str, Any]) -> str:
    """The channels that the rules allow, in one line, or "none"."""
    return ", ".join(str(Channel(channel).label) for channel in rules[CHANNELS]) or gettext("none")


def windows_by_day(rules: dict[str, Any]) -> dict[str, Parts]:
    """The contact windows of all channels, and of each channel those of its own, by the day. The key is their title."""
    own = rules.get(CHANNEL_WINDOWS, {})
    title = gettext("Contact windows")
    found = {title: Parts(_in_one_line(rules[WINDOWS]), _by_day(rules[WINDOWS]))}
    for channel in Channel:
        said = _in_one_line(own[channel]) if channel in own else ""
        days = _by_day(own[channel]) if channel in own else {str(day): gettext("as for every channel") for day in DAYS}
        found[f"{title}, {channel.label}"] = Parts(said, days)
    return found


def hours_of(province: str, market: str) -> dict[str, str]:
    """When the policy in force for a market lets each channel be used, in local time and in words. By channel."""
    policy = policies.effective(MarketPolicy, mark.current(), province, market)
    if policy is None:
        return dict.fromkeys(Channel.values, gettext("never: the place has no market policy"))
    if not policy.enabled:
        return dict.fromkeys(Channel.values, gettext("never: the market policy is off"))
    return {channel.value: _channel_hours(policy.rules, channel) for channel in Channel}


def _channel_hours(rules: dict[str, Any], channel: Channel) -> str:
    if channel not in rules[CHANNELS]:
        return gettext("never: the market policy does not allow this channel")
    said = _in_one_line(rules.get(CHANNEL_WINDOWS, {}).get(channel, rules[WINDOWS]))
    if channel != Channel.CALL:
        return said
    known = map(_hour, (*CALLING_HOURS.weekday, *CALLING_HOURS.weekend))
    law = dict(zip(("start", "end", "from", "until"), known, strict=True))
    return gettext(
        "%(said)s (by law from %(start)s until before %(end)s, at weekends from %(from)s until before %(until)s)"
    ) % {"said": said, **law}


def _in_one_line(windows: list[dict[str, Any]]) -> str:
    return ", ".join(f"{ranges(DAYS, w['days'])} {_hours(w)}" for w in windows) or gettext("never")


def _by_day(windows: list[dict[str, Any]]) -> dict[str, str]:
    in_order = sorted(windows, key=lambda window: window["start"])
    hours = [[_hours(window) for window in in_order if day in window["days"]] for day in range(len(DAYS))]
    return {str(day): ", ".join(found) or gettext("never") for day, found in zip(DAYS, hours, strict=True)}


def _hours(window: dict[str, Any]) -> str:
    start, end = window["start"], window["end"]
    if (start, end) == ALL_DAY:
        return gettext("all day")
    return _between(start, end)


def _between(start: str, end: str) -> str:
    hours = {"low": _hour(start), "high": _hour(end)}
    return (pgettext("interval", "%(low)s to %(high)s") % hours).replace(" ", "\xa0")  # it does not break in the middle


def _hour(hhmm: str) -> str:
    return shown_hour(time.fromisoformat(hhmm))
