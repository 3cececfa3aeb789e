"""Refusals of the ledger."""

from collections.abc import Sequence

from governance.ledger.proof import Missing
from wholesale.plumbing.errors import DomainError


class PointMissing(DomainError):
    """The channel reaches none of these: a text message and a call need a phone number, an e-mail an address."""

    code = "point_missing"
    status = 400


class NoGroundForChannel(DomainError):
    """An address that was published or disclosed, or a referral, is a ground for messages: it exempts no call."""

    code = "no_ground_for_channel"
    status = 400


class NotAContract(DomainError):
    """Only a contract ends on a day that is recorded."""

    code = "not_a_contract"
    status = 400


class EndedBeforeContract(DomainError):
    """No contract on file had been made by then: its day lies later."""

    code = "ended_before_contract"
    status = 400


class NoContractOnFile(DomainError):
    """No contract is on file that could end."""

    code = "no_contract_on_file"
    status = 409


class InTheFuture(DomainError):
    """This lies in the future: what is recorded has happened."""

    code = "in_the_future"
    status = 400


class ReferrerMissing(DomainError):
    """A referral names the referrer in full, and the referrer's relationship with the person and with us."""

    code = "referrer_missing"
    status = 400

    def __init__(self, missing: Sequence[Missing]) -> None:
        super().__init__()
        self.missing = missing

    @property
    def errors(self) -> list[tuple[str, str | None]]:
        """One error for each missing field, with the section of the law that asks for it."""
        return [(f"{self.detail} ({one.section})", f"proof.{one.field}") for one in self.missing]
