"""Our fit beside scikit-learn's: the same objective, so the same answer."""

import numpy as np
import pytest
import scipy.sparse as sparse
from sklearn.linear_model import LogisticRegression

from nightdesk.nlu.softmax import fit_softmax


def some_data(classes, lines=300, dims=12, terms=40, seed=3):
    dice = np.random.default_rng(seed)
    labels = np.arange(lines) % classes
    # One class stands more often than the others.
    labels[: lines // 3] = 0
    centres = dice.normal(size=(classes, dims))
    dense = (centres[labels] + dice.normal(size=(lines, dims))).astype(np.float32)
    texts = sparse.random(lines, terms, 0.1, "csr", np.float32, random_state=seed)
    return dense, texts, labels


@pytest.mark.parametrize("classes", [2, 3, 7])
@pytest.mark.parametrize("balanced", [True, False])
@pytest.mark.parametrize("c", [0.5, 10.0])
def test_it_finds_what_the_library_finds(classes, balanced, c):
    dense, texts, labels = some_data(classes)
    weights, bias = fit_softmax(dense, texts, labels, c, 1e-7, 5000, balanced)
    features = np.hstack([dense, texts.toarray()]).astype(np.float64)
    library = LogisticRegression(
        C=c,
        tol=1e-7,
        max_iter=5000,
        multi_class="multinomial",
        class_weight="balanced" if balanced else None,
    ).fit(features, labels)

    scores = features @ weights + bias
    likely = np.exp(scores - scores.max(axis=1, keepdims=True))
    likely /= likely.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(likely, library.predict_proba(features), atol=2e-3)


def test_twice_the_same(monkeypatch):
    dense, texts, labels = some_data(4)
    first = fit_softmax(dense, texts, labels, 5.0, 1e-5, 1000, True)
    again = fit_softmax(dense, texts, labels, 5.0, 1e-5, 1000, True)
    np.testing.assert_array_equal(first[0], again[0])
    # Nor does it matter how many cores share the work, but for rounding.
    monkeypatch.setattr("os.cpu_count", lambda: 5)
    other = fit_softmax(dense, texts, labels, 5.0, 1e-5, 1000, True)
    np.testing.assert_allclose(first[0], other[0], atol=1e-2)


def test_few_lines_and_many_cores(monkeypatch):
    monkeypatch.setattr("os.cpu_count", lambda: 64)
    dense = np.eye(2, dtype=np.float32)
    weights, bias = fit_softmax(
        dense, sparse.csr_matrix((2, 3), dtype=np.float32), np.array([0, 1]), 10.0, 1e-4, 100, True
    )
    assert weights.shape == (5, 2)
    assert bias.shape == (2,)
    assert ((dense @ weights[:2] + bias).argmax(axis=1) == [0, 1]).all()


def test_a_stronger_penalty_gives_smaller_weights():
    dense, texts, labels = some_data(3)
    loose, tight = (fit_softmax(dense, texts, labels, c, 1e-5, 1000, True)[0] for c in (10.0, 0.01))
    assert np.abs(tight).sum() < np.abs(loose).sum() / 2
