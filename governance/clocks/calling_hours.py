"""The hours in which the law allows calls."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LegalHours:
    """Local times `HH:MM` between which a call may be made. The end is not included: 21:30:00 is too late."""

    weekday: tuple[str, str]
    weekend: tuple[str, str]

    def on(self, weekday: int) -> tuple[str, str]:
        """The start and end of the hours on a weekday. Monday is 0."""
        return self.weekend if weekday >= 5 else self.weekday

    def allow(self, weekday: int, hhmm: str) -> bool:
        """Whether calls are allowed in a minute, given as its weekday (Monday is 0) and its local `HH:MM`."""
        start, end = self.on(weekday)
        return start <= hhmm < end


CALLING_HOURS = LegalHours(weekday=("09:00", "21:30"), weekend=("10:00", "18:00"))  # CRTC, key telemarketing rules
