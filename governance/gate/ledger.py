"""What other apps record in the ledger and read from it. The functions about contact points are in `governance.gate`."""

from governance.grounds import ACCEPTED, Basis, is_basis
from governance.ledger.consents import record_consent
from governance.ledger.erasures import forget_points
from governance.ledger.models import ConsentProof, ContactPoint, ContactRecord
from governance.ledger.opt_outs import record_do_not_call
from governance.ledger.points import digest
from governance.ledger.proof import NO_PROOF, PROOF_FIELDS, READ_IN_WORDING, GivenHow, Missing, Proof, missing_of
from governance.ledger.proof_lines import content_of, lacking, proof_lines, until
from governance.ledger.reading import Ledgers, ledgers
from governance.ledger.review import WHAT_TO_DO, retired_lines
from governance.ledger.rows import count_refusals, lines_about, longest_proof, points_on_file, proofs_about
from governance.ledger.rules import Entry, LedgerLine, opted_out
from governance.ledger.scrubs import record_scrub
from governance.ledger.signals import contact_records_changed, opt_outs_unreadable, opted_out_of, points_forgotten
from governance.ledger.who import meant, number_or_address
