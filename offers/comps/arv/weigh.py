"""The weights of comps: kriging weights that are never negative and never sum to more than 1."""

import numpy as np

from offers.comps.arv.homes import Numbers

MOST = 40  # comps that may have a weight
_NOTHING = 1e-7
_SMALL, _GAIN = 1e-12, 1e-6


def weights(covariance: Numbers, with_subject: Numbers) -> Numbers:
    """The non-negative weights that explain the subject best (an active set over the most alike comps).

    `covariance`: of the comps' local parts with noise. `with_subject`: of each comp's local part with the subject's.
    """
    nearest = np.argsort(-with_subject)[:MOST]
    nearest = nearest[with_subject[nearest] > _NOTHING]
    found = np.zeros(len(with_subject))
    found[nearest] = _nonnegative(covariance[np.ix_(nearest, nearest)], with_subject[nearest])
    return found / max(1.0, found.sum())


def _nonnegative(matrix: Numbers, target: Numbers) -> Numbers:
    """Minimise w'Aw / 2 - b'w over w >= 0 (Lawson and Hanson)."""
    size = len(target)
    active, found = np.zeros(size, dtype=bool), np.zeros(size)
    for _ in range(3 * size + 5):
        gain = np.where(active, -1.0, target - matrix @ found)
        if not size or gain.max() <= _GAIN:
            break
        active[gain.argmax()] = True
        while True:
            at = np.flatnonzero(active)
            solved = np.linalg.solve(matrix[np.ix_(at, at)], target[at])
            if (solved > 0).all():
                found[:] = 0
                found[at] = solved
                break
            below = solved <= 0
            step = np.min(found[at][below] / (found[at][below] - solved[below]))
            found[at] += step * (solved - found[at])
            active[at[found[at] <= _SMALL]] = False
            found[~active] = 0
    return found
