"""Refusals of the ledger."""

from collections.abc import Sequence

from governance.ledger.proof import Missing
from wholesale.plumbing.errors import DomainError


class PointMissing(DomainError, code="point_missing", status=400):
    """The channel reaches none of these: a text message and a call need a phone number, an e-mail an address."""


class NoGroundForChannel(DomainError, code="no_ground_for_channel", status=400):
    """An address that was published or disclosed, or a referral, is a ground for messages: it exempts no call."""


class NotAContract(DomainError, code="not_a_contract", status=400):
    """Only a contract ends on a day that is recorded."""


class EndedBeforeContract(DomainError, code="ended_before_contract", status=400):
    """No contract on file had been made by then: its day lies later."""


class NoContractOnFile(DomainError, code="no_contract_on_file"):
    """No contract is on file that could end."""


class InTheFuture(DomainError, code="in_the_future", status=400):
    """This lies in the future: what is recorded has happened."""


class ReferrerMissing(DomainError, code="referrer_missing", status=400):
    """A referral names the referrer in full, and the referrer's relationship with the person and with us."""

    def __init__(self, missing: Sequence[Missing]) -> None:
        super().__init__()
        self.missing = missing

    @property
    def errors(self) -> list[tuple[str, str | None]]:
        """One error for each missing field, with the section of the law that asks for it."""
        return [(f"{self.detail} ({one.section})", f"proof.{one.field}") for one in self.missing]
