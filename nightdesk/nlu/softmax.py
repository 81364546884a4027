"""Fits a softmax regression with L2 on dense and sparse features at once.

scikit-learn's would do, but takes the dense vector as a sparse one and one core of two: with 40,000
lines and 90 classes it needs three times as long, and the training waits for little else
(docs/understanding.md). The objective, its minimiser (L-BFGS) and its classes' weights are the
same; a test holds the two side by side.
"""

import logging
import os
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np
import scipy.sparse as sparse
from scipy.optimize import minimize

logger = logging.getLogger(__name__)

_MEMORY = 6
"""Steps that L-BFGS remembers: each costs two copies of the weights."""


def fit_softmax(
    dense: np.ndarray,
    texts: sparse.csr_matrix,
    labels: np.ndarray,
    c: float,
    tolerance: float,
    most_iterations: int,
    balanced: bool,
) -> tuple[np.ndarray, np.ndarray]:
    """Give weights, shape (features, classes), the dense features first, and bias (classes,).

    `dense` (lines, dims) and `texts` (lines, terms) are float32, `labels` are 0..classes-1, each of
    them there. `c` is the inverse of the L2 strength, as in scikit-learn; `balanced` gives each
    class the same weight altogether. Ends when no slope of the mean loss exceeds `tolerance`.
    """
    lines, dims = dense.shape
    counts = np.bincount(labels)
    classes = len(counts)
    share = (lines / (classes * counts))[labels] if balanced else np.ones(lines)
    share = (share / share.sum()).astype(np.float32)[:, None]
    wanted = np.zeros((lines, classes), dtype=np.float32)
    wanted[np.arange(lines), labels] = 1.0
    strength = 1.0 / (c * lines)
    features = dims + texts.shape[1]
    rows, columns = _blocks(texts), _blocks(texts.T.tocsr())

    with ThreadPoolExecutor(os.cpu_count()) as pool:

        def times(blocks: list[sparse.csr_matrix], right: np.ndarray) -> np.ndarray:
            # scipy holds no lock while it multiplies.
            return np.vstack(list(pool.map(lambda block: block @ right, blocks)))

        def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
            flat = flat.reshape(features + 1, classes)
            weights = flat[:-1].astype(np.float32)
            scores = dense @ weights[:dims] + flat[-1].astype(np.float32)
            scores += times(rows, weights[dims:])
            scores -= scores.max(axis=1, keepdims=True)
            likely = np.exp(scores)
            total = likely.sum(axis=1, keepdims=True)
            missed = float(
                np.sum(share * (np.log(total) - (scores * wanted).sum(1, keepdims=True)))
            )
            error = share * (likely / total - wanted)
            slope = np.empty_like(flat)
            slope[:dims] = dense.T @ error
            slope[dims:-1] = times(columns, error)
            slope[:-1] += strength * flat[:-1]
            slope[-1] = error.sum(axis=0)
            return missed + strength / 2 * float(np.vdot(flat[:-1], flat[:-1])), slope.ravel()

        found = minimize(
            loss,
            np.zeros((features + 1) * classes),
            jac=True,
            method="L-BFGS-B",
            options={
                "maxiter": most_iterations,
                "maxfun": 2 * most_iterations,
                "gtol": tolerance,
                "ftol": 0.0,
                "maxcor": _MEMORY,
            },
        )
    if not found.success:
        logger.warning("the fit ended before it was done: %s", found.message)
    weights = found.x.reshape(features + 1, classes).astype(np.float32)
    return weights[:-1], weights[-1]


def _blocks(matrix: sparse.csr_matrix) -> list[sparse.csr_matrix]:
    """Give some rows for each core."""
    edges = np.linspace(0, matrix.shape[0], (os.cpu_count() or 1) + 1).astype(int)
    return [matrix[start:end] for start, end in pairwise(edges)]
