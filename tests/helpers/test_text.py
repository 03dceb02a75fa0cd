"""Texts as numbers, against scikit-learn and Keras; each mistake is a clear line."""

import json
import os
import subprocess
import sys
from collections import Counter

import numpy as np
import pandas as pd
import pytest
from sklearn.feature_extraction.text import CountVectorizer

from helpers import text
from helpers.errors import CourseError
from helpers.text import END, PADDING, START, UNKNOWN, UNUSED, Vocabulary
from tests.support import ROOT, heavy_modules_after

TEXTS = [
    "Ёжик в тумане кое-как нашёл лошадь, а лошадь ёжика не заметила: туман!",
    "Сборная выиграла со счётом 3:1, и 20-летний вратарь отбил два пенальти.",
    "На кухне пахло корицей; бабушка месила тесто — такое же, как в 1985 году…",
    "Мышь не реагирует? Замените батарейку, потом ещё раз нажмите кнопку.",
    "«Ключ бьёт из-под камня», — сказал проводник и напился из ключа.",
    "Don't panic: поезд «Москва – Казань» опаздывает всего на час...",
    "",
    "Он не делает работу. Не он делает работу!",
]
TOKENS = [text.tokenize(each) for each in TEXTS]


def test_importing_it_loads_nothing_heavy():
    use = "text.Vocabulary.build([text.tokenize('раз два')]).encode(['раз'])"
    assert heavy_modules_after(f"from helpers import text\n{use}") == "[]"


# --- tokens ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "tokens"),
    [
        ("", ""),
        (" \n\t—…", ""),
        ("Кто-нибудь, кое-как, -то и то-, а-- б", "кто-нибудь кое-как то и то а б"),
        ("ЁЖИК, Ёлка; НОЯБРЬ", "ежик елка ноябрь"),
        ("Don't, rock'n'roll 'так' п’ять", "don't rock'n'roll так п'ять"),
        ("кое\u2011как кое\u2010как", "кое-как кое-как"),
        ("И\u0306од е\u0308ж за\u0301мок cafe\u0301", "йод еж замок café"),
        ("пере\u00adнос", "перенос"),
        ("при\u200bвет \u200eмир\u202c", "привет мир"),
        ("\ufeffкое-\u2060как\ufeff \u2066a\u2069", "кое-как a"),
        ("می\u200cخواهم", "میخواهم"),
        ("снейк_кейс и a_b", "снейк кейс и a b"),
        ("3,5 км 10:30 2-й", "3 5 км 10 30 2-й"),
        ("&laquo;да&raquo;<br />нет", "laquo да raquo br нет"),
        ("Ελλάδα 東京 हिन्दी שָׁלוֹם", "ελλάδα 東京 हिन्दी שָׁלוֹם"),
        ("Привет ❤\ufe0f 1\ufe0f мир", "привет 1 мир"),
    ],
)
def test_words(source, tokens):
    assert text.tokenize(source) == tokens.split()


@pytest.mark.parametrize(
    ("source", "tokens"),
    [
        ("Да. Нет, да! Да? Вот: а; б", "да . нет , да ! да ? вот : а ; б"),
        ("Он — «Да…»", "он — « да … »"),
        ("Ну... Ну.... Москва–Казань", "ну … ну … . москва — казань"),
        ("кое-как - (так)", "кое-как так"),
        ("Что?!!", "что ? ! !"),
    ],
)
def test_words_with_punctuation(source, tokens):
    assert text.tokenize(source, punctuation=True) == tokens.split()
    marks = set(".,!?:;…—«»")
    without = [token for token in tokens.split() if token not in marks]
    assert text.tokenize(source) == without


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (None, r"пропуск \(None или NaN\).*dropna"),
        (float("nan"), "пропуск"),
        (np.float64("nan"), "пропуск"),
        (pd.NA, "пропуск"),
        ("да".encode(), r'даны байты.*\.decode\("utf-8"\) или "cp1251"'),
        (3.5, "нужна строка .*float"),
        (["да"], "нужна строка .*list"),
        (np.array(["да", "нет"]), "нужна строка .*ndarray"),
    ],
)
def test_what_is_no_text(source, said):
    with pytest.raises(CourseError, match=said):
        text.tokenize(source)
    with pytest.raises(CourseError, match=f"текст 1: {said}"):
        text.check_texts(["да", source])


def test_texts_are_checked():
    texts = ["раз", "", "Два"]
    for source in (texts, tuple(texts), pd.Series(texts, index=[7, 8, 9])):
        assert text.check_texts(source) == texts
    checked = text.check_texts(np.array(texts))
    assert checked == texts
    assert {type(each) for each in checked} == {str}
    table = pd.DataFrame({"text": texts})
    for source in ("раз", b"", table, {"text": texts}, set(texts), None, 5):
        with pytest.raises(
            CourseError, match=f"список текстов.*{type(source).__name__}"
        ):
            text.check_texts(source)
    with pytest.raises(CourseError, match="хотя бы один текст"):
        text.check_texts([])


# --- n-grams --------------------------------------------------------------------------


@pytest.mark.parametrize("sizes", [(1, 1), (1, 2), (2, 2), (2, 3), (1, 30)])
def test_ngrams_are_those_of_scikit_learn(sizes):
    vectorizer = CountVectorizer(
        tokenizer=text.tokenize, token_pattern=None, ngram_range=sizes
    )
    table = vectorizer.fit_transform(TEXTS).toarray()
    columns = vectorizer.get_feature_names_out()
    analyse = vectorizer.build_analyzer()
    lists = [text.ngrams(tokens, sizes) for tokens in TOKENS]
    assert lists == [analyse(each) for each in TEXTS]
    for row, pieces in zip(table, lists, strict=True):
        found = {
            column: count for column, count in zip(columns, row, strict=True) if count
        }
        assert found == Counter(pieces)
    vocabulary = Vocabulary.build(lists, specials=())
    assert sorted(vocabulary.words) == columns.tolist()
    totals = dict(zip(columns, table.sum(axis=0), strict=True))
    assert vocabulary.counts.tolist() == [totals[word] for word in vocabulary.words]


def test_order_of_words_is_seen_by_pairs_alone():
    pair = [
        text.tokenize(each) for each in ("он не делает работу", "не он делает работу")
    ]
    for sizes, columns, equal in (((1, 1), 4, True), ((1, 2), 9, False)):
        pieces = [text.ngrams(tokens, sizes) for tokens in pair]
        vocabulary = Vocabulary.build(pieces, specials=())
        assert len(vocabulary) == columns
        rows = [
            np.bincount(vocabulary.encode(each), minlength=columns) for each in pieces
        ]
        assert (rows[0] == rows[1]).all() == equal


def test_ngrams_by_hand():
    assert text.ngrams(["а", "б", "в"]) == ["а", "б", "в", "а б", "б в"]
    assert text.ngrams([]) == []


@pytest.mark.parametrize(
    ("tokens", "sizes", "said"),
    [
        ("не он", (1, 2), "список слов.*str"),
        (["не", 5], (1, 2), "слово 1: нужна строка"),
        (["не"], (2, 1), r"sizes=\[2, 1\]: .*от меньшего"),
        (["не"], (1, 2, 3), "нужны два числа"),
        (["не"], (0, 1), "sizes=0: нужно целое"),
        (["не"], (1, 2.0), r"sizes=2\.0: нужно целое"),
        (["не"], 2, "диапазон из двух длин"),
    ],
)
def test_wrong_ngrams(tokens, sizes, said):
    with pytest.raises(CourseError, match=said):
        text.ngrams(tokens, sizes)


# --- the vocabulary -------------------------------------------------------------------

LISTS = [["б", "а", "в", "б"], ["а", "г", "б"], [], ["д"]]  # б 3, а 2, в г д 1


def test_the_most_frequent_come_first_and_ties_go_by_the_alphabet():
    vocabulary = Vocabulary.build(LISTS)
    assert vocabulary.words == (PADDING, UNKNOWN, "б", "а", "в", "г", "д")
    assert vocabulary.counts.tolist() == [0, 0, 3, 2, 1, 1, 1]
    assert vocabulary.counts.dtype == np.int64
    rng = np.random.default_rng(0)
    for _ in range(20):
        shuffled = [
            list(rng.permutation(LISTS[i])) for i in rng.permutation(len(LISTS))
        ]
        assert Vocabulary.build(shuffled).words == vocabulary.words


def test_it_is_the_same_whatever_the_hash_seed():
    code = (
        "from helpers.text import Vocabulary\n"
        "print(*Vocabulary.build([list('мама мыла раму')] * 2).words)"
    )
    said = set()
    for seed in "123":
        done = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            encoding="utf-8",
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONUTF8": "1"},
        )
        said.add(done.stdout.strip())
    assert said == {f"{PADDING} {UNKNOWN} а м   л р у ы"}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"min_count": 2}, [PADDING, UNKNOWN, "б", "а"]),
        ({"min_count": 3}, [PADDING, UNKNOWN, "б"]),
        ({"specials": (UNKNOWN, "а"), "min_count": 3}, [UNKNOWN, "а", "б"]),
        (
            {"specials": (PADDING, START, END, UNKNOWN), "min_count": 3},
            [PADDING, START, END, UNKNOWN, "б"],
        ),
    ],
)
def test_limits_and_specials(options, words):
    vocabulary = Vocabulary.build(LISTS, **options)
    assert list(vocabulary.words) == words
    ids = [i for tokens in LISTS for i in vocabulary.encode(tokens)]
    assert vocabulary.counts.tolist() == np.bincount(ids, minlength=len(words)).tolist()


def test_counts_are_those_of_the_encoded_texts():
    marked = [[START, *tokens, UNKNOWN, END] for tokens in TOKENS]
    specials = (PADDING, START, END, UNKNOWN)
    vocabulary = Vocabulary.build(marked, min_count=2, specials=specials)
    ids = np.concatenate([vocabulary.encode(tokens) for tokens in marked])
    assert vocabulary.counts.tolist() == np.bincount(ids).tolist()
    assert vocabulary.counts[1] == len(TOKENS)


def test_there_and_back():
    vocabulary = Vocabulary.build(TOKENS)
    for tokens in TOKENS:
        ids = vocabulary.encode(tokens)
        assert all(type(i) is int and i > 1 for i in ids)
        assert vocabulary.decode(ids) == tokens
        assert vocabulary.decode([0, 0, *ids, 0]) == tokens
    assert vocabulary.encode(["лошадь", "пингвин"]) == [vocabulary.index("лошадь"), 1]
    assert vocabulary.index(UNKNOWN) == 1
    assert "лошадь" in vocabulary
    assert "пингвин" not in vocabulary
    assert vocabulary.decode(np.array([0, 1, 2], np.uint8)) == [
        UNKNOWN,
        vocabulary.words[2],
    ]
    assert vocabulary.decode([0, 1], skip=()) == [PADDING, UNKNOWN]
    assert vocabulary.decode([0, 1], skip=(UNKNOWN,)) == [PADDING]
    assert vocabulary.decode([]) == []


def test_a_word_that_is_not_there_is_told_its_nearest_spellings():
    words = ["кошка", "кошки", "мошка", "кошмар", "елка", "ложка"]
    vocabulary = Vocabulary([PADDING, UNKNOWN, START, END, UNUSED, *words])

    def near(word):
        with pytest.raises(CourseError) as caught:
            vocabulary.index(word)
        return str(caught.value).partition(f"«{word}» нет в словаре. Похожие: ")[2]

    assert near("кошкаа") == "кошка, мошка, кошки."
    assert near("ЁЛКА") == "елка, ложка."
    assert near("pad") == near("unused") == near("яхта") == "нет."
    with pytest.raises(CourseError, match="пропуск"):
        vocabulary.index(None)
    with pytest.raises(CourseError, match=r"«яхта» нет в словаре\. Похожие: нет"):
        Vocabulary(words).encode(["кошка", "яхта"])


def test_imdb_as_keras_encodes_it(tmp_path, monkeypatch):
    """Keras's own loader reads three made-up reviews of word ranks from 1 up."""
    import keras

    ranks = {"film": 3, "the": 1, "good": 4, "a": 2, "awful": 5}
    reviews = [["the", "film", "a", "good", "film"], ["awful"], ["a", "film"]]
    arrays = {"y_train": np.array([1, 0, 1]), "y_test": np.array([1, 0, 1])}
    for name in ("x_train", "x_test"):
        arrays[name] = np.empty(3, object)
        arrays[name][:] = [[ranks[word] for word in each] for each in reviews]
    np.savez(tmp_path / "imdb.npz", **arrays)
    (tmp_path / "imdb_word_index.json").write_text(json.dumps(ranks))
    monkeypatch.setattr(
        sys.modules[keras.datasets.imdb.load_data.__module__],
        "get_file",
        lambda fname, **_: str(tmp_path / fname),
    )
    ranks = keras.datasets.imdb.get_word_index()
    by_rank = sorted(ranks, key=ranks.get)
    for num_words in (7, 100):
        (encoded, _), _ = keras.datasets.imdb.load_data(num_words=num_words)
        specials = [PADDING, START, UNKNOWN, UNUSED]
        vocabulary = Vocabulary([*specials, *by_rank][:num_words])
        assert vocabulary.index("the") == 4
        assert vocabulary.counts is None
        ours = [vocabulary.encode([START, *words]) for words in reviews]
        assert sorted(map(list, encoded)) == sorted(ours)
        known = [[w if w in vocabulary else UNKNOWN for w in each] for each in reviews]
        assert [vocabulary.decode(ids, skip=(START,)) for ids in ours] == known
    assert UNKNOWN not in known[0]  # of 100 words nothing is cut off


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: Vocabulary([]), "словарь пуст"),
        (lambda: Vocabulary(["а", "б", "б"]), "слово «б» стоит в словаре дважды"),
        (lambda: Vocabulary(["а", PADDING]), "<pad> должен стоять в словаре первым"),
        (lambda: Vocabulary({"the": 1}), "список слов.*dict"),
        (lambda: Vocabulary("слово"), "список слов.*str"),
        (lambda: Vocabulary(["а", None]), "слово 1: пропуск"),
        (lambda: Vocabulary.build([]), "ни одного слова.*не пусты"),
        (lambda: Vocabulary.build([[], []]), "ни одного слова"),
        (lambda: Vocabulary.build(LISTS, min_count=4), "уменьшите min_count"),
        (lambda: Vocabulary.build(LISTS, min_count=0), "min_count=0: нужно целое"),
        (lambda: Vocabulary.build(LISTS, min_count=True), "min_count=True: нужно"),
        (lambda: Vocabulary.build(LISTS, min_count=0.5), "min_count=0.5: нужно целое"),
        (lambda: Vocabulary.build(["раз два"]), "список слов.*str"),
        (lambda: Vocabulary.build("раз два"), "список текстов, разбитых.*str"),
        (lambda: Vocabulary.build(None), "список текстов, разбитых.*NoneType"),
        (lambda: Vocabulary.build([[1, 2]]), "слово 0: нужна строка"),
        (lambda: Vocabulary.build(LISTS, specials=PADDING), "список слов.*str"),
        (lambda: Vocabulary.build(LISTS, specials=("а", PADDING)), "первым"),
        (lambda: Vocabulary(["а"]).encode("а"), "список слов.*str"),
        (lambda: Vocabulary(["а"]).encode(["а", "б"]), "«б» нет в словаре"),
        (lambda: Vocabulary(["а"]).decode([0, 1]), "номера 1 .* от 0 до 0"),
        (lambda: Vocabulary(["а"]).decode([-1]), "номера -1"),
        (lambda: Vocabulary(["а"]).decode([0.0]), r"ряд чисел.*\[0\.0\]"),
        (lambda: Vocabulary(["а"]).decode([[0]]), "ряд чисел"),
        (lambda: Vocabulary(["а"]).decode([[0], [0, 0]]), "ряд чисел"),
        (lambda: Vocabulary(["а"]).decode(0), "ряд чисел"),
        (lambda: Vocabulary(["а"]).decode(["а"]), "Vocabulary.encode"),
        (lambda: Vocabulary(["а"]).decode([0], skip=PADDING), "список слов.*str"),
    ],
)
def test_wrong_vocabularies(call, said):
    with pytest.raises(CourseError, match=said):
        call()
