"""What leads tell: facts already decided, sent inside their transaction, so that a failing receiver undoes them."""

from django.dispatch import Signal

# A person was erased. Sent with `texts`: its names, number and addresses, by which others find what they hold of it.
person_erased = Signal()
