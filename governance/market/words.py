"""The rules of a market policy in words."""

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from governance import policies
from governance.channels import Channel
from governance.clocks.calling_hours import CALLING_HOURS
from governance.market.models import MarketPolicy
from governance.market.rules import CHANNEL_WINDOWS, CHANNELS, WINDOWS
from wholesale.plumbing import mark
from wholesale.plumbing.differences import Parts, ranges
from wholesale.plumbing.showing import shown_pair

DAYS = (_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun"))


def windows_text(rules: dict[str, Any]) -> str:
    """The contact windows in one line, such as "Mon-Fri 09:00-20:00, Sat 10:00-18:00; Call: Mon 09:00-12:00", or "never"."""
    own = rules.get(CHANNEL_WINDOWS, {})
    parts = [shown_pair(channel.label, _in_one_line(own[channel])) for channel in Channel if channel in own]
    return "; ".join([_in_one_line(rules[WINDOWS]), *parts])


def channels_text(rules: dict[str, Any]) -> str:
    """The channels that the rules allow, in one line, or "none"."""
    return ", ".join(rules[CHANNELS]) or gettext("none")


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
    law = gettext("By law from %(start)s until before %(end)s, at weekends from %(from)s until before %(until)s.")
    hours = dict(zip(("start", "end", "from", "until"), (*CALLING_HOURS.weekday, *CALLING_HOURS.weekend), strict=True))
    return f"{said}. {law % hours}"


def _in_one_line(windows: list[dict[str, Any]]) -> str:
    return ", ".join(f"{ranges(DAYS, w['days'])} {_hours(w)}" for w in windows) or gettext("never")


def _by_day(windows: list[dict[str, Any]]) -> dict[str, str]:
    hours = [sorted(_hours(window) for window in windows if day in window["days"]) for day in range(len(DAYS))]
    return {str(day): ", ".join(found) or gettext("never") for day, found in zip(DAYS, hours, strict=True)}


def _hours(window: dict[str, Any]) -> str:
    return f"{window['start']}-{window['end']}"
