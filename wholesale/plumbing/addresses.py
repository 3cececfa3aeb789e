"""Normalising e-mail addresses, so that every spelling of an address is found."""

import re
import unicodedata

import idna

DOMAIN_MAX_LENGTH = 253  # characters; a longer text is no domain
_NAMED = re.compile(r".*<([^<>]+)>", re.DOTALL)  # Jane Doe <jane@example.ca>


def one_form(text: str) -> str:
    """Return an address in the form in which it is stored and compared. A text that is no address is cleaned too.

    The result is lower case, although RFC 5321 lets servers tell cases apart before the @: hardly any does. The part before
    the @ is in Unicode's NFC. The domain is ASCII by IDNA with the mapping of UTS #46 ("xn--..." for a label of other
    letters), without a final dot. A name around the address, `mailto:` and invisible characters are removed.
    """
    text = text.strip().lower()
    if not text.isascii():
        text = "".join(c for c in unicodedata.normalize("NFC", text) if unicodedata.category(c) != "Cf")
        text = text.replace("\uff20", "@").strip()
    if text.endswith(">") and (named := _NAMED.fullmatch(text)):
        text = named[1].strip()
    local, at, domain = text.removeprefix("mailto:").rpartition("@")
    return f"{local}@{_ascii(domain).rstrip('.')}" if at else domain


def _ascii(domain: str) -> str:
    if domain.isascii() or len(domain) > DOMAIN_MAX_LENGTH:
        return domain
    try:
        mapped = idna.uts46_remap(unicodedata.normalize("NFKC", domain), std3_rules=False)
    except idna.IDNAError:
        return domain
    # idna.encode refuses emoji, but domains with emoji exist.
    labels = mapped.split(".")
    return ".".join(label if label.isascii() else f"xn--{label.encode('punycode').decode()}" for label in labels)
