"""The signals of the app offers. They are sent within the transaction of a fact: if a receiver fails, the fact is undone.

Each signal carries `envelopes`: a sequence of `wholesale.plumbing.envelope.Envelope`, one for each thing that happened.
"""

from django.dispatch import Signal

offers_computed = Signal()
"""`offer_generated`: an offer was computed. Subject: its evidence. Facts: `evidence_id`, `province`, `market`."""

offers_moved = Signal()
"""`offer_moved`: an offer went from one state to another. Subject: the offer. Facts: `offer_id`, `evidence_id`, `from`,
`to`, `amount` (CAD), and what is now known of its outcome, each once for an offer:

- `accepted` (bool): whether the seller accepted. Told with the answer, or when the offer was withdrawn.
- `contracted` (bool): of an accepted offer, whether it came to a contract.
- `matched` (bool): whether the buyer to whom the contract was assigned closed the deal.
- `gain` (Decimal): what the deal brought, as a fraction of what was at stake.

`offer_overdue`: nothing happened for so many days that it counts as a no. Facts: `offer_id`, `evidence_id`, `accepted` or
`contracted`."""
