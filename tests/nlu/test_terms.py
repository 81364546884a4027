"""A text's terms and their weights: what scikit-learn gives, text by text."""

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

from nightdesk.nlu.terms import Terms

LINES = [
    "how much does one session cost",
    "cost, cost and cost again: what does it cost?",
    "Is the CAFÉ open?",
    "d'you take cards",
    "see you on Monday",
]
SETTINGS = {
    "words": {"ngram_range": (1, 2), "token_pattern": r"(?u)\b\w[\w']*\b"},
    "characters": {"analyzer": "char_wb", "ngram_range": (2, 5)},
}
NEW = [
    *LINES,
    "how much how much how much",
    "nothing known",
    "",
    "   ",
    "\U0001f642 你好",
    "cafe café CAFÉ",
    "x" * 3000,
]


@pytest.fixture(params=SETTINGS)
def vectorizer(request):
    return TfidfVectorizer(
        sublinear_tf=True, strip_accents="unicode", dtype=np.float32, **SETTINGS[request.param]
    ).fit(LINES)


@pytest.mark.parametrize("text", NEW)
def test_the_weights_are_those_of_the_library(vectorizer, text):
    found, weights = Terms.fitted(vectorizer).weights_in(text)
    dense = np.zeros(len(vectorizer.vocabulary_), dtype=np.float32)
    dense[found] = weights
    np.testing.assert_allclose(dense, vectorizer.transform([text]).toarray()[0], atol=1e-6)


def test_terms_in_order_are_numbered_as_the_weights(vectorizer):
    terms = Terms.fitted(vectorizer)
    assert terms.in_order() == list(vectorizer.get_feature_names_out())
    assert len(terms) == len(terms.idf) == len(terms.in_order())
