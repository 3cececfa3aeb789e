"""What an offer rests on, as parts of a page: the estimate, its comps, the sum of the offer, the deal around it.

The parts are made of the JSON that the evidence keeps, so the calculator and the evidence's page show the same.
"""
