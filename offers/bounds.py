"""Bounds of amounts in offers and comparable sales, in CAD."""

from decimal import Decimal

ARV_MAX = Decimal(100_000_000)
