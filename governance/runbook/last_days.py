"""What the runbook says of things with a last day, such as registrations."""

from collections.abc import Mapping
from datetime import date, timedelta

from governance.runbook.registry import Finding


def ended_or_ending(
    last_days: Mapping[str, date], today: date, notice: timedelta, *, ended: str, of: str = "for"
) -> Finding | None:
    """What has ended and what ends within the notice, by name; None where nothing does. A last day counts.

    `ended` is the sentence of what has, with `{}` in the place of the names; `of` stands before the names of what will.
    """
    over = sorted(name for name, last_day in last_days.items() if last_day < today)
    soon = sorted(name for name, last_day in last_days.items() if today <= last_day <= today + notice)
    said = [ended.format(", ".join(over))] if over else []
    said += [f"It ends within {notice.days} days {of} {', '.join(soon)}."] if soon else []
    return Finding(False, " ".join(said), {"ended": over, "ending": soon}) if said else None
