"""What other apps record in the ledger and read from it, beside the points that `governance.gate` names itself."""

from governance.compliance.erasing import forget_points
from governance.compliance.grounds import ACCEPTED, Basis, is_basis
from governance.compliance.models import ConsentProof, ContactPoint, ContactRecord
from governance.compliance.proof import NO_PROOF, PROOF_FIELDS, READ_IN_WORDING, GivenHow, Missing, Proof, missing_of
from governance.compliance.proof_lines import content_of, lacking, proof_lines, until
from governance.compliance.review import WHAT_TO_DO, retired_lines
from governance.compliance.rows import (
    count_refusals,
    is_refused_since,
    lines_about,
    longest_proof,
    points_on_file,
    proofs_about,
)
from governance.compliance.rules import Entry, LedgerLine, opted_out
from governance.compliance.services import (
    Ledgers,
    digest,
    digest_key_mark,
    ledgers,
    record_consent,
    record_do_not_call,
    record_scrub,
)
from governance.compliance.signals import contact_records_changed, opt_outs_unreadable, opted_out_of
from governance.compliance.who import meant, number_or_address
