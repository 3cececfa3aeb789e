"""The offer calculator: an ARV from comps that may be struck and added, and the offer and the deal that follow from it."""
