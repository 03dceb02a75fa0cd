"""The reviews of eight authors: voices and films apart, balance, no near-duplicates."""

from collections import Counter

import numpy as np
import pandas as pd
import pytest
from make_reviews import grams
from sklearn.feature_extraction.text import TfidfVectorizer

from helpers import ROOT
from helpers.data import load
from helpers.data.reviews import review_words
from helpers.errors import CourseError

# Near-duplicates, each measure over all pairs of reviews: shared words of all words of
# two, cosine of TF-IDF vectors of pieces of 3 to 5 letters.  The largest found were
# 0.26 and 0.34 (of one film); retellings in the texts of lesson 2 had 0.41 and more.
NEAR_WORDS, NEAR_LETTERS = 0.3, 0.36


@pytest.fixture(scope="module")
def rows():
    return pd.read_csv(ROOT / "data" / "reviews_written.csv", encoding="utf-8")


@pytest.fixture(scope="module")
def parts(rows):
    return [rows[rows["part"] == part] for part in ("train", "test")]


def test_the_table_has_its_structure(rows, parts):
    columns = ["part", "voice", "film", "kind", "label", "text"]
    assert rows.columns.tolist() == columns
    assert [len(part) for part in parts] == [1344, 448]
    assert rows.dtypes[["voice", "label"]].tolist() == [np.int64] * 2


def test_the_loader_names_the_voice_of_each_training_review(parts):
    reviews = load("reviews", "sample")
    train, test = parts
    assert reviews.voices.dtype == np.int64
    assert reviews.voices.tolist() == train["voice"].tolist()
    assert (len(reviews.x_train), len(reviews.x_test)) == (len(train), len(test))
    for place in (0, 500, 1343):
        words = ["<start>", *review_words(train["text"].iloc[place])]
        assert reviews.vocabulary.decode(reviews.x_train[place]) == words


def test_no_voice_and_no_film_is_in_both_parts(parts):
    train, test = parts
    assert set(train["voice"]) | set(test["voice"]) == set(range(1, 9))
    for column in ("voice", "film"):
        assert not set(train[column]) & set(test[column])


def test_nothing_but_the_text_tells_the_label(rows):
    assert rows.groupby(["voice", "label"]).size().tolist() == [112] * 16
    assert set(rows.groupby(["voice", "film", "label"]).size()) == {2}
    kinds = rows.groupby(["kind", "label"]).size().unstack()
    assert (abs(kinds[0] - kinds[1]) < 12).all()
    assert kinds.sum(axis=1)["mixed"] > 400
    assert kinds.sum(axis=1)["ironic"] > 200
    length = rows["text"].map(lambda text: len(text.split()))
    means = length.groupby(rows["label"]).mean()
    assert abs(means[0] - means[1]) < 3


def test_lengths_are_spread(rows):
    lengths = [len(text.split()) for text in rows["text"]]
    assert min(lengths) >= 28
    assert max(lengths) <= 130
    assert 60 < np.mean(lengths) < 75


def test_runs_of_five_words_are_hardly_shared(parts, rows):
    train, test = (part["text"] for part in parts)
    learned = set().union(*(grams(text, 5) for text in train))
    tested = [run for text in test for run in grams(text, 5)]
    assert len(tested) > 25_000
    assert sum(run in learned for run in tested) / len(tested) < 0.01
    runs = Counter(run for text in rows["text"] for run in grams(text, 5))
    assert sum(times > 1 for times in runs.values()) / len(runs) < 0.01


def test_no_two_reviews_are_near(rows):
    words = [set(review_words(text)) for text in rows["text"]]
    everything = sorted(set().union(*words))
    places = {word: place for place, word in enumerate(everything)}
    bags = np.zeros((len(words), len(everything)), np.float32)
    for bag, each in zip(bags, words, strict=True):
        bag[[places[word] for word in each]] = 1
    common, sizes = bags @ bags.T, bags.sum(axis=1)
    likeness = common / (sizes[:, None] + sizes - common)
    assert np.triu(likeness, 1).max() < NEAR_WORDS
    pieces = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True)
    vectors = pieces.fit_transform(" ".join(review_words(t)) for t in rows["text"])
    cosines = (vectors @ vectors.T).toarray()
    assert np.triu(cosines, 1).max() < NEAR_LETTERS


@pytest.mark.parametrize(
    "text", ["", "text,label\nFine.,1\n", "part,voice,label,text\ntrain,x,1,Fine.\n"]
)
def test_a_spoiled_table_says_how_to_restore_it(text, tmp_path, monkeypatch):
    monkeypatch.setattr("helpers.data.base.SAMPLES", tmp_path)
    (tmp_path / "reviews_written.csv").write_text(text, encoding="utf-8")
    with pytest.raises(CourseError, match=r"git checkout -- data/reviews_written\.csv"):
        load("reviews")
