"""The rules of the law that the contact gate follows, each with its source, its dates and how sure we are.

This is not legal advice. A rule that changes gets a new row or new dates here, which changes `VERSION`. Each stored decision
names the version by which it was made. The command `contact_rules` prints the rules for docs/contact-rules.md.
"""

from collections.abc import Iterator
from dataclasses import astuple, dataclass
from datetime import date
from enum import StrEnum
from hashlib import sha256
from operator import attrgetter


class Certainty(StrEnum):
    """How a rule was checked."""

    SOURCE = "Confirmed at the source"
    COPY = "From copies and secondary pages"
    MEMORY = "From memory, or not found"


@dataclass(frozen=True, slots=True)
class LegalRule:
    """One rule of the law, with its source and its dates."""

    code: str
    rule: str
    source: str  # the section, or the page
    certainty: Certainty
    in_force_from: date | None  # None where the day was not found
    checked_on: date
    doubt: str = ""


CASL = date(2014, 7, 1)  # in force since then, except its private right of action
TELECOM = date(2008, 9, 30)  # the National DNCL began
CHECKED = date(2026, 11, 29)


def _rules(certainty: Certainty, in_force_from: date | None, *rules: tuple[str, ...]) -> Iterator[LegalRule]:
    """Yield rules that were checked alike and are in force since the same day: (code, rule, source) and perhaps a doubt."""
    for code, rule, source, *doubt in rules:
        yield LegalRule(code, rule, source, certainty, in_force_from, CHECKED, *doubt)


RULES = (
    *_rules(
        Certainty.SOURCE,
        CASL,
        (
            "message_scope",
            "An offer to buy land by text or e-mail is a commercial electronic message, and so is a request for consent.",
            "CASL 1(2)(a), 1(3)",
        ),
        (
            "message_consent",
            "Without consent such a message is prohibited. The sender proves the consent.",
            "CASL 6(1)(a), 13",
        ),
        ("voice", "Two-way voice calls are outside CASL.", "CASL 6(8)"),
        ("express", "Express consent holds until it is withdrawn.", "CASL 10(1)"),
        (
            "express_content",
            "Who asks for express consent says for what, who asks and on whose behalf, gives a mailing address and "
            "one of phone, e-mail or web address, and says that it can be withdrawn. It is asked for separately.",
            "CASL 10(1); SOR/2012-36 s. 4",
        ),
        (
            "inquiry",
            "An inquiry is a ground for 6 months.",
            "CASL 10(10)(e); Telecommunications Act 41.7(2)(b)",
            "Whether a homeowner's inquiry to somebody who buys counts.",
        ),
        (
            "purchase",
            "A purchase or lease by the addressee from the sender is a ground for 2 years, for calls 18 months.",
            "CASL 10(10)(a); Telecommunications Act 41.7(2)(a)",
            "That our buying from a seller is none is our reading.",
        ),
        (
            "contract",
            "A written contract is a ground while it is in force and 2 years after its end, for calls 18 months.",
            "CASL 10(10)(d); Telecommunications Act 41.7(2)(c)",
        ),
        (
            "publication",
            "An address published without a refusal is a ground for what is relevant to the business role.",
            "CASL 10(9)(b)",
            "That private homeowners are left out is our reading.",
        ),
        (
            "disclosure",
            "An address that somebody gave us without a refusal is a ground for what is relevant to the business role.",
            "CASL 10(9)(c)",
            "That private homeowners are left out is our reading.",
        ),
        (
            "referral",
            "A referral is a ground for the first message, where the referrer has a listed relationship with both and "
            "is named in full.",
            "SOR/2013-221 s. 4",
        ),
        (
            "reply",
            "A reply to a request, an inquiry or a complaint needs no consent.",
            "SOR/2013-221 s. 3(b)",
            "It has no span, so a message that chases needs a ground.",
        ),
        ("requested", "A quote that was asked for, and what completes a transaction, need no consent.", "CASL 6(6)(a), (b)"),
        ("business_inquiry", "An inquiry about the recipient's own commercial activity needs no consent.", "CASL 6(5)(b)"),
        (
            "identification",
            "A message gives the sender's name, on whose behalf, a mailing address and one of phone, e-mail and web, "
            "valid for 60 days.",
            "CASL 6(2), 6(3); SOR/2012-36 s. 2",
        ),
        (
            "unsubscribe",
            "A message can be refused free of charge by the same means; it takes effect at once, at latest in 10 "
            "business days.",
            "CASL 11; SOR/2012-36 s. 3",
        ),
        (
            "limitation",
            "3 years for messages and 2 for calls, from when the regulator learns of it.",
            "CASL 23; Telecommunications Act 72.12",
        ),
    ),
    *_rules(
        Certainty.SOURCE,
        TELECOM,
        (
            "call_exemptions",
            "A relationship, express consent and business numbers exempt a call from the National DNCL.",
            "Telecommunications Act 41.7(1)",
        ),
        (
            "call_opening",
            "Who is exempt too says at the beginning of a call who calls and why.",
            "Telecommunications Act 41.7(3)",
        ),
    ),
    *_rules(
        Certainty.COPY,
        TELECOM,
        (
            "calling_hours",
            "Calls from 09:00 to 21:30 on weekdays and 10:00 to 18:00 on weekends, on the clock of the person called.",
            "CRTC, key telemarketing rules; northerntel.ca",
            "The rule's own text was not to be had; holidays are not named.",
        ),
        (
            "registration",
            "Every telemarketer registers with the operator of the National DNCL, and subscribes to each area code called.",
            "CRTC, key telemarketing rules",
        ),
        ("scrub", "The version of the National DNCL in use is at most 31 days old.", "CRTC, key telemarketing rules; t1032"),
        (
            "internal_list",
            "A wish not to be called is kept within 14 days, for 3 years and 14 days.",
            "CRTC, key telemarketing rules; DNCL exemptions",
        ),
    ),
    *_rules(
        Certainty.COPY,
        None,
        (
            "british_columbia",
            "No calls on statutory holidays, and at most one in 30 days about the same offer without permission.",
            "consumerprotectionbc.ca 2011/07, 2014/08, 2023/03",
            "It is about sellers to consumers; buying may lie outside.",
        ),
        (
            "quebec",
            "Served in French; identify, say that consent can be withdrawn, have consent for prospection.",
            "secondary pages on the Charter and P-39.1 s. 22",
        ),
    ),
    *_rules(
        Certainty.MEMORY,
        None,
        (
            "offer_to_buy",
            "An offer to buy counts as telemarketing.",
            "not found either way",
            "Kept in scope, which is the careful reading.",
        ),
        ("other_provinces", "Other provinces restrict the hours of calls no further.", "not found"),
        (
            "text_is_no_telemarketing",
            "Text messages are no telemarketing under the CRTC's rules.",
            "CRTC letters 2008-11-13, 2009-05-14",
            "Nothing later was found; the CRTC reviews its rules (2026-132).",
        ),
    ),
)
VERSION = (
    f"{max(rule.checked_on for rule in RULES)}.{sha256(repr([astuple(rule) for rule in RULES]).encode()).hexdigest()[:8]}"
)


def page() -> str:
    """All rules as Markdown, grouped by how sure we are of them."""
    return "\n".join(_lines())


def _lines() -> Iterator[str]:
    for certainty in Certainty:
        yield from (
            f"### {certainty.value}",
            "",
            "| rule | source | in force from | checked on | doubt |",
            "|---|---|---|---|---|",
        )
        for rule in sorted((one for one in RULES if one.certainty is certainty), key=attrgetter("code")):
            since = str(rule.in_force_from or "not found")
            yield f"| {rule.rule} | {rule.source} | {since} | {rule.checked_on} | {rule.doubt} |"
        yield ""
