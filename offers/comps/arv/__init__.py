"""The after-repair value (ARV) from comparable sales: pure functions over arrays, without a database.

An estimate is a weighted geometric mean of adjusted prices: each comp's price is moved by what the market model says of the
difference between the comp and the subject, the comps are weighed by how alike and how near they are, and what is left of
the weight is the market model's own value of the subject.
"""
