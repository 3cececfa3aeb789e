"""The operator's own closed days, on which nobody is contacted."""
