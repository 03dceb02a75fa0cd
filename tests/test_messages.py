"""The texts of lesson 2: balance, length, no near-duplicates across the split."""

import itertools

import pytest

from helpers.data import TOPICS, load
from helpers.errors import CourseError
from helpers.text import tokenize

# Share of common words, of all words of two texts (Jaccard).  Two paraphrases of one
# sentence, which an editor removed, had 0.41 and 0.56.
NEAR = 0.35


@pytest.fixture(scope="module")
def messages():
    return load("messages", "sample")


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


def test_no_opening_gives_the_topic_away(messages):
    for _, rows in messages.train.groupby("topic"):
        openings = rows["text"].map(lambda line: tuple(tokenize(line)[:2]))
        assert openings.value_counts().max() <= 2


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
