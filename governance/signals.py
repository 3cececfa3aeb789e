"""What governance tells about its rules: changes already written, sent inside their transaction, so that a failing receiver
undoes them."""

from django.dispatch import Signal

contact_rules_changed = Signal()
"""A policy, a zone, a closed day or the organisation changed, and with it when people of some places may be contacted.
`provinces`, `markets`: collection of str, or None for all of them; `now`: when it is recorded."""

markets_named = Signal()
"""Words became other names of a market: what was stored under them is this market's. `province`: str; `names`: collection of
str; `market`: str."""
