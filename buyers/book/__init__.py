"""The book of buyers: who they are and what they buy."""
