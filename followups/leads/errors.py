"""Refusals about leads, their messages, inbox items, administrative replies and imports."""

from wholesale.plumbing.errors import DomainError, NotAllowedForYou, NotFound


class MessageNotFound(NotFound):
    """There is no message with this id."""


class AlreadyDecided(DomainError, code="already_decided"):
    """This message was not doubtful, or somebody has decided otherwise. An operator can make it an opt-out, or lift one."""


class ChannelUnknown(DomainError, code="channel_unknown"):
    """Nobody knows by which channel this message came. Lift the opt-out of the right channel by hand."""


class OptedOutSince(DomainError, code="opted_out_since"):
    """An opt-out was recorded after this message came: that one stays. Lift it by hand if it was a mistake."""


class InboxItemNotFound(NotFound):
    """There is no inbox item with this id."""


class ReplyNotFound(NotFound):
    """There is no administrative reply with this id."""


class ReplyErased(DomainError, code="reply_erased"):
    """The person was erased before this was sent: nobody knows any more where it would go."""


class NotYourItem(NotAllowedForYou):
    """This inbox item is somebody else's; your role closes its own and unowned ones."""


class DecideTheMessage(DomainError, code="decide_the_message"):
    """This waits for a decision about its message, which closes it."""


class InboxItemDone(DomainError, code="inbox_item_done"):
    """Somebody else has done this already."""


class TooLateToReopen(DomainError, code="too_late_to_reopen"):
    """This can no longer be taken back."""


class LeadUnknown(NotFound):
    """Nothing is on file under this lead id."""
