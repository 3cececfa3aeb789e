"""Removing the quoted message from a reply. Our own messages mention STOP, and a quote of one is no opt-out."""

import html
import re
from collections.abc import Collection

# Only known tags count as tags: "offers < 300k or > 400k" is no HTML.
_TAGS = (
    "html|head|title|body|div|p|br|span|table|tbody|tr|td|th|blockquote|style|script|b|i|u|em|strong|a|font|ul|ol|li|hr|img|"
    "h[1-6]|pre|center|meta|link|o:p"
)
_TAG = re.compile(rf"(</?(?:{_TAGS})(?=[\s/>])[^<>]*>|<!--[^<>]*-->|<!doctype[^<>]*>)", re.IGNORECASE)
_TAG_NAME = re.compile(r"<(/?)([a-z0-9:]+)", re.IGNORECASE)
_QUOTE = "blockquote"
_UNSEEN = frozenset({"style", "script", "head"})
_WITHIN_A_LINE = frozenset({"span", "b", "i", "u", "em", "strong", "a", "font", "img"})

_QUOTED_LINE = re.compile(r"^[ \t]*>.*$", re.MULTILINE)
# The line that mail programs write above the quoted message. It has a date, so "on my way, he wrote:" does not count.
# A program may break the line once.
_BEFORE_QUOTED = re.compile(
    r"""^[ \t>]*(?:
      On\ (?=[^\n]*\d)[^\n]{1,200}(?:\n[^\n]{0,200})?\bwrote\s?:
    | Le\ (?=[^\n]*\d)[^\n]{1,200}(?:\n[^\n]{0,200})?\ba\ [ée]crit\s?:
    | -{2,}\s?(?:Original\ Message|Forwarded\ message|Message\ d['\u2019]origine|Message\ transf[ée]r[ée])\s?-{2,}
    | (?:From|De)\s?:\ [^\n]+\n[ \t]*(?:Sent|Date|To|Envoy[ée]|À|Objet|Subject)\s?:
    )[^\n]*$""",
    re.VERBOSE | re.MULTILINE | re.IGNORECASE,
)


def own_words(text: str) -> str:
    """Return the text without quoted parts and HTML tags. If nothing would be left, only the tags are removed."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    own = _without_quoted(_shown(text, _UNSEEN | {_QUOTE}))
    return own if own.strip() else _shown(text, _UNSEEN)


def _without_quoted(text: str) -> str:
    answered = _BEFORE_QUOTED.search(text)
    if answered is None:
        return _QUOTED_LINE.sub("", text)
    before, after = text[: answered.start()], text[answered.end() :]
    # If the quoted lines are marked with ">", the reply may stand below them.
    below = _QUOTED_LINE.sub("", after) if _QUOTED_LINE.search(after) else ""
    return f"{_QUOTED_LINE.sub('', before)}\n{below}"


def _shown(text: str, left_out: Collection[str]) -> str:
    """Return the visible text of HTML, without the content of the tags `left_out`."""
    parts = _TAG.split(text)
    if len(parts) == 1:
        return text
    shown, unseen = [], 0
    for n, part in enumerate(parts):
        is_tag = n % 2 == 1  # the split alternates text and tag
        tag = _TAG_NAME.match(part) if is_tag else None
        if tag is None:
            if not is_tag and not unseen:
                shown.append(part)
            continue
        closes, name = bool(tag[1]), tag[2].lower()
        if name in left_out:
            unseen = max(0, unseen - 1) if closes else unseen + 1
        elif name not in _WITHIN_A_LINE:
            shown.append("\n")
    return html.unescape("".join(shown))
