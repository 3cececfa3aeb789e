"""docs/contact-rules.md has a line for each reason, with its sentence and its source."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from governance import law
from governance.channels import Channel
from governance.clocks.calling_hours import CALLING_HOURS
from governance.gate.reasons import Reason
from governance.grounds import Basis, consent_expiry, is_basis
from governance.ledger.rules import SCRUB_VALID
from tests.factories import NOON

ROOT = Path(__file__).resolve().parents[2]
RULES = (ROOT / "docs" / "contact-rules.md").read_text()
ROW = re.compile(r"^\| `(\w+)` \| (.+?) \| (.+?) \| (.+?) \| (.+?) \| (.+?) \|$", re.MULTILINE)
SPANS = {"until withdrawn": (0, 0), "2 years": (2, 0), "18 months": (1, 6), "6 months": (0, 6)}  # years, months


def test_every_reason_has_a_line_in_the_order_of_the_gate() -> None:
    rows = {code: cells for code, *cells in ROW.findall(RULES)}
    assert list(rows) == [reason.value for reason in Reason]
    for reason in Reason:
        english, french, rule, source, enforced = rows[reason.value]
        assert (english, french) == (str(reason.label), reason.sentence("fr"))
        assert rule.endswith(".")
        assert source == "ours" or source.startswith("[")
        assert enforced


def test_every_source_has_a_public_address() -> None:
    named = set(re.findall(r"\]\[(\w+)\]", RULES))
    given = dict(re.findall(r"^\[(\w+)\]: (https://\S+)$", RULES, re.MULTILINE))
    assert named == set(given)


@pytest.mark.parametrize("basis", Basis.values)
def test_the_table_of_grounds_agrees_with_the_rules(basis: Any) -> None:
    (row,) = re.findall(rf"^\| `{basis}`.*?\| .+? \| (.+?) \| (.+?) \| .+ \|$", RULES, re.MULTILINE)
    for channel, span in (("SMS", row[0]), ("EMAIL", row[0]), ("CALL", row[1])):
        assert is_basis(channel, basis) is (span != "no ground")
        if span in SPANS:
            expiry = consent_expiry(channel, basis, NOON)
            years, months = SPANS[span]
            year, month = NOON.year + years + (NOON.month + months - 1) // 12, (NOON.month + months - 1) % 12 + 1
            assert expiry == (NOON.replace(year=year, month=month) if span != "until withdrawn" else None)


def test_the_hours_and_the_age_of_a_scrub_agree_with_the_rules() -> None:
    assert SCRUB_VALID.days == 31
    assert f"{SCRUB_VALID.days} days old" in RULES
    for start, end in (CALLING_HOURS.weekday, CALLING_HOURS.weekend):
        assert f"from {start} to {end}" in RULES


def test_the_document_promises_nothing() -> None:
    assert "not legal advice" in RULES
    assert "compliant" not in RULES.lower()
    assert set(Channel.values) == {"SMS", "CALL", "EMAIL"}  # a new channel needs its rules here


def test_the_rules_of_the_law_agree_with_the_rows() -> None:
    assert law.page() in RULES
    assert f"`{law.VERSION}`" in RULES
    assert [heading for heading in re.findall("^### (.+)$", RULES, re.MULTILINE) if heading in list(law.Certainty)] == list(
        law.Certainty
    )


def test_each_rule_of_the_law_has_its_source_and_its_dates() -> None:
    assert len({rule.code for rule in law.RULES}) == len(law.RULES)
    for rule in law.RULES:
        assert rule.rule.endswith("."), rule.code
        assert rule.source, rule.code
        assert rule.in_force_from is None or rule.in_force_from < rule.checked_on, rule.code
        assert rule.in_force_from or rule.certainty is not law.Certainty.SOURCE, rule.code


def test_the_command_prints_the_rules_of_the_law(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("contact_rules")
    assert law.page() in capsys.readouterr().out


def test_no_text_claims_compliance() -> None:
    folders = ("governance", "followups", "wholesale", "buyers", "offers", "kpi", "templates", "docs")
    files = [path for folder in folders for path in (ROOT / folder).rglob("*") if path.suffix in (".py", ".html", ".md")]
    said = [
        str(path) for path in [*files, ROOT / "README.md"] if re.search(r"\bcompliant\b", path.read_text(), re.IGNORECASE)
    ]
    assert said == []
