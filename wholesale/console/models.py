"""The tables of the console."""

from wholesale.console.notices.models import Notice, NoticeChoice, NoticeWatch

__all__ = ["Notice", "NoticeChoice", "NoticeWatch"]
