"""E-mail addresses in one form, so that one address is one identity however it was written."""

import re
import unicodedata

import idna

DOMAIN_MAX_LENGTH = 253  # longer ones are none
_NAMED = re.compile(r".*<([^<>]+)>", re.DOTALL)  # Jane Doe <jane@example.ca>


def one_form(text: str) -> str:
    """The address in the form in which it is stored and compared; of what is no address, whatever is left of it.

    All of it is lower case, though RFC 5321 lets a server tell cases apart before the @: hardly one does. Before the @ it is
    in Unicode's NFC. The domain is ASCII as IDNA has it under the mapping of UTS #46 ("xn--..." for a label of other
    letters), and has no dot at its end. A name around the address, `mailto:` and invisible characters are left out.
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
    # Not idna.encode, which knows no emoji, while there are domains of emoji.
    labels = mapped.split(".")
    return ".".join(label if label.isascii() else f"xn--{label.encode('punycode').decode()}" for label in labels)
