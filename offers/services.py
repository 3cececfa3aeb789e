"""The function of offers that the customer's guide names, importable under its name (CONTRACT section 1), and its verb."""

from offers.deals.services import compute_offer, make_offer, offer_summary
