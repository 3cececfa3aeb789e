"""Refusals of ladders and of their templates."""

from collections.abc import Mapping

from wholesale.plumbing.errors import DomainError, NotFound


class NoLadder(DomainError):
    """No ladder starts."""


class LeadOptedOut(NoLadder, code="lead_opted_out"):
    """The lead has opted out of every channel of the ladder. If that was a mistake, lift the opt-out first."""


class LeadClosed(NoLadder, code="lead_closed"):
    """The lead's status says that nobody has to be won any more."""


class WrongNumber(NoLadder, code="wrong_number"):
    """What is on file to reach the lead is known to be somebody else's. Give the lead another number or address first."""


class AlreadyFollowedUp(NoLadder, code="already_followed_up"):
    """Another lead with the same number or address has an open ladder. Work that one, or cancel it first."""


class RecentlyFollowedUp(NoLadder, code="recently_followed_up"):
    """The lead's last ladder ended a short time ago."""


class DuplicateLead(DomainError, code="duplicate_lead", status=400):
    """An earlier row names the same lead; this one was left out."""


class LadderTemplateDisabled(NoLadder, code="ladder_template_disabled"):
    """No ladder template of this market, or of its province, is on: no ladder starts. Switch one on first."""


class QuebecWanting(DomainError, code="quebec_script_incomplete"):
    """A template that is on in Quebec has a French text at each step, names the organisation and says that consent can be
    withdrawn."""

    def __init__(self, wanting: Mapping[str, str]) -> None:
        super().__init__()
        self.wanting = wanting  # by place, such as `0.script_fr`

    @property
    def errors(self) -> list[tuple[str, str | None]]:
        """One error for each text that lacks something: what it lacks, and the place of the text."""
        return [(detail, f"steps.{place}") for place, detail in self.wanting.items()]


class LadderClosed(DomainError, code="ladder_closed"):
    """This ladder has no open step."""


class LadderNotFound(NotFound):
    """There is no ladder with this id."""
