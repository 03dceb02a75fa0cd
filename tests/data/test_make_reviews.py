"""The embedded reviews: balanced, of one length, and fair to both classes."""

import csv
import io
import re
from collections import Counter, defaultdict

import make_reviews
import pytest
from make_reviews import grams, words_of

REVIEWS = make_reviews.make_reviews()
TRAIN = [review for review in REVIEWS if review.part == "train"]
TEST = [review for review in REVIEWS if review.part == "test"]
RARE = len(TRAIN) // 100  # a word in fewer training reviews is left out


def by_class(lists):
    """Count for each item in how many reviews of each class it stands."""
    counts = defaultdict(Counter)
    for review, items in zip(TRAIN, lists, strict=True):
        for item in set(items):
            counts[item][review.label] += 1
    return counts


def share(count):
    return max(count.values()) / count.total()


def test_the_table_is_what_the_script_makes_and_reads_back():
    stored = make_reviews.TARGET.read_bytes()
    assert make_reviews.make_bytes() == stored
    rows = list(csv.DictReader(io.StringIO(stored.decode("utf-8"))))
    assert [(row["text"], int(row["label"]), row["part"]) for row in rows] == [
        (review.text, review.label, review.part) for review in REVIEWS
    ]


@pytest.mark.parametrize(("part", "count"), [(TRAIN, 1800), (TEST, 600)])
def test_each_part_has_both_classes_and_all_kinds_equally_often(part, count):
    assert len(part) == count
    for label in (0, 1):
        kinds = Counter(review.kind for review in part if review.label == label)
        assert kinds["mixed"] == 0.25 * count / 2
        assert kinds["ironic"] == 0.10 * count / 2
        assert kinds.total() == count / 2


def test_lengths_and_vocabulary():
    for part, mean in ((TRAIN, 36), (TEST, 34)):
        lengths = [len(review.text.split()) for review in part]
        assert min(lengths) >= 15
        assert max(lengths) <= 60
        assert mean - 2 < sum(lengths) / len(part) < mean + 2
    assert len({word for each in TRAIN for word in words_of(each.text)}) >= 2500


def test_no_text_occurs_twice():
    assert len({" ".join(words_of(each.text)) for each in REVIEWS}) == len(REVIEWS)


def test_no_phrase_of_the_test_part_occurs_in_training():
    for size in (5, 6):
        known = set().union(*(grams(review.text, size) for review in TRAIN))
        for review in TEST:
            for phrase in review.phrases:
                assert not known & grams(phrase, size), phrase
    banks = {part: make_reviews.read_phrases(part) for part in ("train", "test")}
    for name in banks["train"].keys() - {("first_names", "she"), ("first_names", "he")}:
        lists = [banks[part][name] for part in banks]
        assert not set(lists[0]) & set(lists[1])
        assert all(len(set(lines)) == len(lines) for lines in lists)


def test_the_phrases_are_all_of_a_review_but_what_joins_them():
    for review in REVIEWS:
        rest = review.text
        for phrase in review.phrases:
            assert phrase in rest
            rest = rest.replace(phrase, "", 1)
        assert len(words_of(rest)) <= 20, rest


@pytest.mark.parametrize("fault", ["twice", "label", "shared", "short"])
def test_the_check_finds_faults(fault):
    one = REVIEWS[0]
    other = one._replace(text=f"So: {one.text}", part="test", phrases=())
    second = {
        "twice": one,
        "label": other._replace(label=1 - one.label),
        "shared": other._replace(phrases=one.phrases),
        "short": other._replace(phrases=(one.text.split()[0],)),
    }[fault]
    make_reviews.check([one, other])
    with pytest.raises(ValueError, match=r"twice|label|shared"):
        make_reviews.check([one, second])


def test_no_word_gives_the_class_away():
    counts = by_class(words_of(review.text) for review in TRAIN)
    frequent = {word: n for word, n in counts.items() if n.total() >= RARE}
    worst = sorted(frequent, key=lambda word: -share(frequent[word]))[:10]
    for word in worst:
        print(f"{word}: {frequent[word][0]} negative, {frequent[word][1]} positive")
    assert len(frequent) > 400
    assert share(frequent[worst[0]]) <= 0.97
    both = "great good bad best worst dull boring funny not never no but without worth"
    for word in both.split():
        assert share(frequent[word]) < 0.8, word


def test_every_frame_and_every_neutral_sentence_serves_both_classes():
    counts = by_class(review.frames for review in TRAIN)
    frames = make_reviews.SAME + make_reviews.CONTRAST + make_reviews.OPENERS
    frames += make_reviews.TURNS + make_reviews.INTROS + make_reviews.CLOSERS
    frames += make_reviews.RETORTS
    banks = make_reviews.read_phrases("train")
    for frame in {*frames, *banks["facts"], *banks["remarks"]} - {"{0}."}:
        assert min(counts[frame][0], counts[frame][1]) >= 3, frame
        assert share(counts[frame]) <= 0.8, (frame, counts[frame])


def test_nothing_is_left_over_and_the_articles_agree():
    for review in REVIEWS:
        text = review.text
        assert re.fullmatch(r"[A-Z][A-Za-z ,.;:?'-]*[.?]", text), text
        assert not re.search(r" {2}| [,.;:?]|[,;:][,.;:]|\.\.|None|[.?] [a-z]", text)
        assert not re.search(r"\ba [aeio]|\ban [^aeiouAEIOUh]", text), text
        assert not re.search(r"\b(\w+) \1\b", text.replace("that that", "")), text
        assert len(re.findall(r"[.?](?: |$)", text)) >= 1


def test_a_deck_deals_each_item_equally_often_and_says_when_none_fits():
    rng = make_reviews.random.Random(1)
    deck = make_reviews.Deck("abc", rng)
    assert Counter(deck.deal() for _ in range(30)) == dict.fromkeys("abc", 10)
    assert deck.deal(lambda item: item == "b") == "b"
    with pytest.raises(ValueError, match="nothing"):
        deck.deal(lambda item: item == "d")
