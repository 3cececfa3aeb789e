"""Which of the candidates the fit takes: those that share most with the subject."""

import numpy as np

from offers.comps.arv.fit import CURVED_SD
from offers.comps.arv.homes import Homes, Indexes
from offers.comps.arv.kernels import likeness

MOST = 200


def most_alike(sales: Homes, subject: Homes) -> Indexes:
    """The rows of the sales to fit, in their order."""
    if len(sales) <= MOST:
        return np.arange(len(sales))
    found = likeness(subject, sales)
    common = (found.local + CURVED_SD**2 * found.alike)[0]
    return np.sort(np.argpartition(-common, MOST)[:MOST])
