"""Refusals about leads, their messages, inbox items, administrative replies and imports."""

from wholesale.plumbing.errors import DomainError, NotAllowedForYou, NotFound


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


class LeadUnknown(NotFound):
    """Nothing is on file under this lead id."""


class ImportUnderWay(DomainError):
    """A file that names this person is being imported at this moment. Try again once it is done."""

    code = "import_under_way"
    status = 409
