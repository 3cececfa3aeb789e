"""The signals of follow-up. They are sent within the transaction of the fact, so a failing receiver undoes it.

Each signal carries `envelopes`: a sequence of `wholesale.plumbing.envelope.Envelope`, one for each thing that happened.
"""

from django.dispatch import Signal

ladders_created = Signal()
"""`ladder_created`: a ladder was created. Facts: `tasks`, the number of its tasks."""

tasks_completed = Signal()
"""`followup_completed`: a task was completed for the first time. Facts: `task_id`, `step`, `channel`, and `outcome` if any.

`contact_outside_rules`: the rules did not allow the contact of that task. It happened at the time of the contact. Facts:
`task_id`, `channel`, `reasons`.
"""

tasks_breached = Signal()
"""`followup_breached`: a task was later than the SLA allows. It is sent once for each due time, and happened at the time of
the breach. Facts: `minutes_late` (a Decimal: the lateness at completion, or when the breach was found), `task_id`, `step`,
`channel`, `owner`."""

tasks_lapsed = Signal()
"""`followup_lapsed`: a task was cancelled because it waited too long for the lead's own ground. Facts: `task_id`, `step`,
`channel`, and `reason`, the code of what was missing."""
