"""Vendors, who call for us: their registration, their contracts and their agents."""
