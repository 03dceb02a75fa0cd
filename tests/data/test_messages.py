"""The texts of lesson 2: balance, length, no near-duplicates across the split."""

import hashlib
import itertools
from collections import Counter

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

from helpers.data import load
from helpers.data.messages import TOPICS
from helpers.errors import CourseError
from helpers.text import tokenize
from tests.support import ROOT, check_tables

# Share of common words, of all words of two texts (Jaccard).  Two paraphrases of one
# sentence, which an editor removed, had 0.41 and 0.56.
NEAR = 0.35
# Cosine of TF-IDF vectors of pieces of 3 to 5 letters.  Of the retellings that were
# rewritten, the nearest had 0.28 to 0.44; of the pairs left, which tell two facts, the
# nearest has 0.27.  A retelling in other words has 0.1 to 0.25, and so have innocent
# pairs: only reading finds it.
NEAR_LETTERS = 0.28


def cosines(lines):
    """Return the likeness of each pair of texts by letters, above the diagonal."""
    pieces = TfidfVectorizer(
        analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True
    ).fit_transform(" ".join(tokenize(line)) for line in lines)
    return np.triu((pieces @ pieces.T).toarray(), k=1)


@pytest.fixture(scope="module")
def messages():
    return load("messages", "sample")


def test_the_sample_has_its_structure(messages):
    check_tables(messages, "sample")
    assert list(messages.train.columns) == ["text", "topic", "style"]


def test_each_topic_in_each_style_equally_often(messages):
    for rows, count in ((messages.train, 48), (messages.test, 20)):
        sizes = rows.groupby(["topic", "style"]).size()
        assert len(sizes) == 7 * 2
        assert set(sizes) == {count}
    assert len(messages.train) + len(messages.test) >= 900
    assert set(messages.train["topic"]) == set(TOPICS.values())


def test_lengths_and_letters(messages):
    for line in [*messages.train["text"], *messages.test["text"]]:
        assert 8 <= len(tokenize(line)) <= 30, line
        assert line == line.strip()
        assert not any("a" <= letter.lower() <= "z" for letter in line), line
        assert '"' not in line


def test_no_near_duplicates_anywhere(messages):
    lines = [*messages.train["text"], *messages.test["text"]]
    words = [set(tokenize(line)) for line in lines]
    worst = max(
        (len(a & b) / len(a | b), i, j)
        for (i, a), (j, b) in itertools.combinations(enumerate(words), 2)
    )
    assert worst[0] < NEAR, (lines[worst[1]], lines[worst[2]])


def test_no_retelling_in_nearly_the_same_words(messages):
    lines = [*messages.train["text"], *messages.test["text"]]
    likeness = cosines(lines)
    worst = np.unravel_index(likeness.argmax(), likeness.shape)
    assert likeness[worst] < NEAR_LETTERS, [lines[i] for i in worst]


def test_the_measure_of_letters_sees_a_retelling(messages):
    told = "Напечатал на принтере шестерёнку для мясорубки. Теперь пробую нейлон."
    again = "Шестерёнку для лебёдки напечатали на судне. Лопнула, пробуем нейлон."
    lines = [told, again, *messages.train["text"]]
    assert cosines(lines)[0, 1] > NEAR_LETTERS


def test_no_opening_gives_the_topic_away(messages):
    lines = [*messages.train["text"], *messages.test["text"]]
    topics = [*messages.train["topic"], *messages.test["topic"]]
    openings = Counter(
        (topic, *tokenize(line)[:2]) for topic, line in zip(topics, lines, strict=True)
    )
    assert openings.most_common(1)[0][1] <= 2


def test_the_data_card_names_the_size_and_the_sum():
    content = (ROOT / "data" / "messages.csv").read_bytes()
    card = (ROOT / "data" / "README.md").read_text(encoding="utf-8")
    card = card.partition("## messages.csv")[2].partition("\n## ")[0]
    assert f"{len(content):,} bytes" in card
    assert hashlib.sha256(content).hexdigest() in card
    assert f"{NEAR}" in card
    assert f"{NEAR_LETTERS}" in card


def test_full_set_is_sib_200(real_data, monkeypatch):
    monkeypatch.setenv("COURSE_DATA_DIR", str(real_data))
    full = load("messages", "full")
    assert (len(full.train), len(full.test)) == (800, 204)
    assert set(full.train["topic"]) == set(TOPICS.values())
    assert list(full.train.columns) == ["text", "topic", "style"]


def test_damaged_full_files_are_named(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_DATA_DIR", str(tmp_path))
    for part in ("train", "dev", "test"):
        path = tmp_path / f"sib200_rus_{part}.tsv"
        path.write_text("index_id\tcategory\ttext\n1\tsports\tГол\n", encoding="utf-8")
    with pytest.raises(CourseError, match="это не 701 текстов набора SIB-200"):
        load("messages", "full")
    (tmp_path / "sib200_rus_train.tsv").write_text("a\tb\n1\t2\n", encoding="utf-8")
    with pytest.raises(CourseError, match="нет столбца category, text"):
        load("messages", "full")
