"""Pickles of others: what is plain is read, nothing else is run."""

import pickle

import numpy as np

from helpers.data.packed import unpickle_safely


def test_safe_unpickling_keeps_what_is_plain():
    value = {
        b"a": [1, 2.5, "текст"],
        b"b": np.arange(3),
        b"c": np.array([[1], [2, 3]], object),
    }
    for protocol in range(2, 6):
        again = unpickle_safely(pickle.dumps(value, protocol))
        assert again[b"a"] == value[b"a"]
        assert np.array_equal(again[b"b"], value[b"b"])
        assert again[b"c"].tolist() == [[1], [2, 3]]
