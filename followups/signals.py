"""What follow-up tells: facts already decided, sent inside their transaction, so that a failing receiver undoes them.

Each signal carries `envelopes`: a sequence of `wholesale.plumbing.envelope.Envelope`, one for each thing that happened.
"""

from django.dispatch import Signal

ladders_created = Signal()
"""`ladder_created` of a ladder. Facts: `tasks`, how many it has."""

tasks_completed = Signal()
"""`followup_completed` of a task, for the first time. Facts: `task_id`, `step`, `channel`, and `outcome` where there is one.

`contact_outside_rules` of the same task, at the time of the contact, where the rules did not allow it. Facts: `task_id`,
`channel`, `reasons`.
"""

tasks_breached = Signal()
"""`followup_breached` of a task that was later than the SLA allows, once for each time at which it was due, at the time of
the breach. Facts: `minutes_late` (a Decimal; when it was done, else when it was found), `task_id`, `step`, `channel`,
`owner`."""

tasks_lapsed = Signal()
"""`followup_lapsed` of a task that was cancelled because it waited for the lead's own ground. Facts: `task_id`, `step`,
`channel`, and `reason`, the code of what was missing."""
