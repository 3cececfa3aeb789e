"""The rules that an operator sets and the gate judges by, for whoever sets them up or shows them."""
