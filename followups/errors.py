"""Refusals of follow-up."""

from collections.abc import Mapping

from wholesale.plumbing.errors import DomainError, NotAllowedForYou, NotFound


class TaskNotFound(NotFound):
    """There is no task with this id."""


class NotYourTask(NotAllowedForYou):
    """This task has another owner; your role completes unowned tasks and its own."""


class NotYourName(NotAllowedForYou):
    """Your role claims tasks under its own user name only."""


class VendorNotRegistered(DomainError):
    """The registration of the vendor for which this agent works has ended: the agent claims nothing."""

    code = "vendor_not_registered"


class VendorNotFound(NotFound):
    """There is no such vendor."""


class UnreadableFile(DomainError):
    """The file cannot be read."""

    code = "unreadable_file"
    status = 400


class ImportNotReady(DomainError):
    """This import is not waiting to be confirmed: it is not checked yet, was imported already, or its file is gone."""

    code = "import_not_ready"
    status = 409


class TimeOutOfRange(DomainError):
    """The time must not lie in the future, nor too far back."""

    code = "out_of_range"
    status = 400


class NoLadder(DomainError):
    """No ladder starts."""


class LeadOptedOut(NoLadder):
    """The lead has opted out of every channel of the ladder. If that was a mistake, lift the opt-out first."""

    code = "lead_opted_out"


class LeadClosed(NoLadder):
    """The lead's status says that nobody has to be won any more."""

    code = "lead_closed"


class WrongNumber(NoLadder):
    """What is on file to reach the lead is known to be somebody else's. Give the lead another number or address first."""

    code = "wrong_number"


class AlreadyFollowedUp(NoLadder):
    """Another lead with the same number or address has an open ladder. Work that one, or cancel it first."""

    code = "already_followed_up"


class RecentlyFollowedUp(NoLadder):
    """The lead's last ladder ended a short time ago."""

    code = "recently_followed_up"


class DuplicateLead(DomainError):
    """An earlier row names the same lead; this one was left out."""

    code = "duplicate_lead"
    status = 400


class MessageNotFound(NotFound):
    """There is no message with this id."""


class AlreadyDecided(DomainError):
    """This message was not doubtful, or somebody has decided otherwise. An operator can make it an opt-out, or lift one."""

    code = "already_decided"


class ChannelUnknown(DomainError):
    """Nobody knows by which channel this message came. Lift the opt-out of the right channel by hand."""

    code = "channel_unknown"


class OptedOutSince(DomainError):
    """An opt-out was recorded after this message came: that one stays. Lift it by hand if it was a mistake."""

    code = "opted_out_since"


class InboxItemNotFound(NotFound):
    """There is no inbox item with this id."""


class ReplyNotFound(NotFound):
    """There is no administrative reply with this id."""


class ReplyErased(DomainError):
    """The person was erased before this was sent: nobody knows any more where it would go."""

    code = "reply_erased"


class NotYourItem(NotAllowedForYou):
    """This inbox item is somebody else's; your role closes its own and unowned ones."""


class DecideTheMessage(DomainError):
    """This waits for a decision about its message, which closes it."""

    code = "decide_the_message"


class InboxItemDone(DomainError):
    """Somebody else has done this already."""

    code = "inbox_item_done"


class LadderTemplateDisabled(NoLadder):
    """No ladder template of this market, or of its province, is on: no ladder starts. Switch one on first."""

    code = "ladder_template_disabled"


class QuebecWanting(DomainError):
    """A template that is on in Quebec has a French text at each step, names the organisation and says that consent can be
    withdrawn."""

    code = "quebec_script_incomplete"

    def __init__(self, wanting: Mapping[str, str]) -> None:
        super().__init__()
        self.wanting = wanting  # by place, as in `0.script_fr`

    @property
    def errors(self) -> list[tuple[str, str | None]]:
        """One for each text that says too little."""
        return [(detail, f"steps.{place}") for place, detail in self.wanting.items()]


class TaskLeased(DomainError):
    """Somebody else holds a live claim of this task. With force and a note it is recorded all the same."""

    code = "task_leased"


class TaskClosed(DomainError):
    """This task is completed or cancelled already."""

    code = "task_closed"


class LadderClosed(DomainError):
    """This ladder has no open step."""

    code = "ladder_closed"


class LadderNotFound(NotFound):
    """There is no ladder with this id."""


class OptOutStays(DomainError):
    """Who wants no more contact is contacted no more: this outcome always records the opt-out."""

    code = "opt_out_stays"
    status = 400


class PauseNeedsDays(DomainError):
    """A pause has 1 to 365 days, any other effect 0."""

    code = "pause_needs_days"
    status = 400


class LeadUnknown(NotFound):
    """Nothing is on file under this lead id."""


class ImportUnderWay(DomainError):
    """A file that names this person is being imported at this moment. Try again once it is done."""

    code = "import_under_way"
    status = 409
