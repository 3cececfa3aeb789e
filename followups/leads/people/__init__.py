"""A person as a whole: all that is on file about a lead, to be given out or erased."""
