"""The words of a list of leads, beside those of all people (`governance.lists.words`). They are in `words.toml`."""

from pathlib import Path

from followups.leads.fields import COLUMNS
from followups.leads.models import Lead
from governance.lists.words import SPELLED, Cells, fraction, status_among, words_with
from wholesale.plumbing.importing.texts import keyed

WORDS = words_with(Path(__file__).with_name("words.toml"), COLUMNS)
COLUMN_OF = keyed(WORDS["columns"], COLUMNS)
_CELLS = Cells(
    one="lead",
    key="lead_id",
    spelled={**SPELLED, "score": fraction, "status": status_among(keyed(WORDS["statuses"], Lead.Status.values))},
    names=frozenset({"first_name", "last_name"}),
    numbers=frozenset({"score"}),
)
fault_of, is_nothing, value_of = _CELLS.fault_of, _CELLS.is_nothing, _CELLS.value_of
