"""The embedded saga: its size, its classes and homonyms, its grammar, its bytes."""

import math
import re
import tomllib
from collections import Counter
from itertools import pairwise

import make_saga
import pytest
from make_saga import BREAK, CASES, GENDERS, ORNAMENTS

STORED = make_saga.TARGET.read_bytes()
TEXT = STORED.decode("utf-8")
TABLE = tomllib.loads(make_saga.WORDS.read_text(encoding="utf-8"))
PROSE = make_saga.read_prose()
TITLES = {title for title, _ in PROSE}
BLOCKS = TEXT.strip().split("\n\n")
CHAPTERS = [block for block in BLOCKS if block.startswith("Глава ")]
PARAGRAPHS = [block for block in BLOCKS if block not in {*CHAPTERS, *TITLES}]
SENTENCES = [
    sentence
    for paragraph in PARAGRAPHS
    for sentence in BREAK.split(paragraph.replace("\n", " "))
]
TOKENS = re.findall(r"[а-яё]+(?:-[а-яё]+)*", TEXT.lower())
COUNTS = Counter(TOKENS)
NOUNS = [kind for kind in TABLE["classes"] if kind not in ("цвета", "нравы")]
NO_SENTENCES = ["глава", *ORNAMENTS]


@pytest.fixture(scope="module")
def made():
    pytest.importorskip("pymorphy3", reason="the book is made again by pymorphy3")
    return make_saga.make_book()


# --- what stands in the file ---


def test_the_book_is_as_long_and_as_rich_as_promised():
    print(len(SENTENCES), len(TOKENS), len(COUNTS), len(STORED))
    assert len(SENTENCES) >= 13_500
    assert 120_000 <= len(TOKENS) <= 180_000
    assert len(COUNTS) >= 4_500
    assert len(STORED) < 1_500_000


def test_the_frequencies_follow_zipf():
    frequencies = [count for _, count in COUNTS.most_common()]
    ranks = range(10, 1001)
    x = [math.log(rank) for rank in ranks]
    y = [math.log(frequencies[rank - 1]) for rank in ranks]
    x_mean, y_mean = sum(x) / len(x), sum(y) / len(y)
    above = sum((a - x_mean) * (b - y_mean) for a, b in zip(x, y, strict=True))
    slope = above / sum((a - x_mean) ** 2 for a in x)
    print(f"slope {slope:.3f}")
    assert -1.2 < slope < -0.8


def test_each_class_is_large_and_a_word_has_one_class():
    classes = TABLE["classes"]
    assert len(classes) >= 10
    for words in classes.values():
        assert len(set(words)) == len(words) >= 12
    words = [word for lemmas in classes.values() for word in lemmas]
    assert len(set(words)) == len(words)
    assert not set(TABLE["homonyms"]) & set(words)


def test_the_lemmas_themselves_occur():
    for lemmas in TABLE["classes"].values():
        for lemma in lemmas:
            assert COUNTS[lemma.lower()] >= 10, lemma


def test_opposites_and_synonyms_occur_often():
    for pair in [*TABLE["pairs"]["opposites"], *TABLE["pairs"]["synonyms"]]:
        assert min(COUNTS[word] for word in pair) >= 10, pair


def test_homonyms_belong_to_two_lists_and_occur():
    lists = TABLE["classes"] | TABLE["pools"]
    for word, senses in TABLE["homonyms"].items():
        assert len(senses) == 2
        assert set(senses) <= set(lists)
        assert COUNTS[word] >= 80


def test_hardly_a_sentence_occurs_twice():
    repeats = 1 - len(set(SENTENCES)) / len(SENTENCES)
    print(f"repeats {repeats:.2%}")
    assert repeats <= 0.03


def test_paragraphs_have_four_to_nine_sentences():
    lengths = [len(BREAK.split(each.replace("\n", " "))) for each in PARAGRAPHS]
    assert set(lengths) == {4, 5, 6, 7, 8, 9}


def test_a_paragraph_keeps_to_few_heroes():
    names = re.compile("|".join(name[:-1] for name in TABLE["classes"]["имена"]))
    counts = []
    for paragraph in PARAGRAPHS:
        found = Counter(names.findall(paragraph))
        if found.total() >= 3:
            counts.append(sum(n for _, n in found.most_common(2)) / found.total())
    assert sum(counts) / len(counts) > 0.85


def test_chapters_are_numbered_and_titled():
    assert len(CHAPTERS) >= 40
    for number, title in enumerate(CHAPTERS, 1):
        start = f"Глава {make_saga.ordinal(number)}, "
        assert title.startswith(start)
        assert title.endswith(".")
        assert len(title) > len(start) + 20


def test_the_prose_stands_in_the_book_in_its_order():
    paragraphs = [each for _, section in PROSE for each in section]
    assert sum(len(BREAK.split(each)) for each in paragraphs) >= 160
    places = [BLOCKS.index(each) for each in paragraphs]
    assert places == sorted(places)
    assert BLOCKS[0] == PROSE[0][0]
    assert BLOCKS[-1] == PROSE[-1][1][-1]
    starts = [BLOCKS.index(title) / len(BLOCKS) for title, _ in PROSE]
    gaps = [b - a for a, b in pairwise(starts)]
    assert max(gaps) < 0.15


def test_only_russian_letters_and_marks_are_left():
    assert not re.sub(r"[А-ЯЁа-яё ,.:;?!—«»\n-]", "", TEXT)
    assert sum("ё" in word for word in COUNTS) > 100
    for sentence in [*SENTENCES, *CHAPTERS]:
        assert not re.search(r" {2}| [,.;:?!]|[,;:][,.;:]|\.\.|[.?!] [а-яё]", sentence)
        assert re.match(r"(?:— )?«?[А-ЯЁ]", sentence), sentence
        assert re.search(r"[.?!]»?$", sentence), sentence
    doubled = re.findall(r"(?i)\b(\w{2,}) \1\b", "\n".join(SENTENCES))
    assert not doubled


def test_prepositions_are_spelt_as_they_are_said():
    assert not re.search(r"(?i)\bо [аоуэи]", TEXT)
    assert not re.search(r"(?i)\bв (?:вс|вт|вз|двор)\w", TEXT)
    assert not re.search(r"(?i)\bс (?:ст|сн|щ|зв|мног)\w", TEXT)


def test_frames_are_many_and_none_serves_one_class_alone():
    frames = {
        topic: lines.strip("\n").split("\n") for topic, lines in TABLE["frames"].items()
    }
    whole = [
        frame
        for topic in frames
        if topic not in NO_SENTENCES
        for frame in frames[topic]
    ]
    assert len(set(whole)) == len(whole) >= 150
    home = {
        word: kind
        for kind, words in (TABLE["pools"] | TABLE["classes"]).items()
        for word in words
    }
    for frame in whole:
        admits = 0
        for base in re.findall(r"{(?:\d=)?([^:@{}]+)[:@}]", frame):
            parts = re.split(r"[+/]", base)
            kinds = {home.get(part, part) for part in parts}
            union = any(part in TABLE["unions"] for part in parts)
            admits = max(admits, 2 if base in "ГД" or union else len(kinds))
        assert admits >= 2, frame


# --- what making it again shows ---


def test_it_is_made_again_to_the_byte(made):
    assert made[0].encode() == STORED


def test_each_word_of_a_class_occurs_at_least_thirty_times(made):
    morphology = made[1].morphology
    for kind, lemmas in TABLE["classes"].items():
        for lemma in lemmas:
            if kind in NOUNS:
                forms = set(morphology.word(lemma, kind).forms.values()) - {None}
            else:
                things = [
                    make_saga.Thing(gender, animate)
                    for gender in GENDERS
                    for animate in (False, True)
                ]
                forms = {
                    morphology.agree(lemma, case, thing)
                    for case in CASES
                    for thing in things
                }
            count = sum(COUNTS[form.lower()] for form in forms)
            assert count >= 30, (kind, lemma, count)


def test_each_sense_of_a_homonym_occurs_at_least_forty_times(made):
    senses = {(w, s) for w, both in TABLE["homonyms"].items() for s in both}
    assert set(made[1].senses) == senses
    assert min(made[1].senses.values()) >= 40


def test_adjectives_and_verbs_agree(made):
    analyzer = made[1].morphology.analyzer
    facts = set(made[1].facts)
    assert Counter(fact.kind for fact in facts)["adjective"] > 1000
    assert Counter(fact.kind for fact in facts)["verb"] > 200
    for fact in facts:
        wanted = {"plur"} if fact.gender == "plur" else {fact.gender, "sing"}
        wanted |= {CASES[fact.case]} if fact.case else set()
        tags = [parse.tag for parse in analyzer.parse(fact.form)]
        fits = [
            tag
            for tag in tags
            if wanted <= set(tag.grammemes)
            and not (fact.case == "в" and str(tag.animacy) == clash(fact))
        ]
        assert fits, fact


def clash(fact):
    return "inan" if fact.animate else "anim"


def test_adjective_and_noun_pairs_in_the_text_agree(made):
    analyzer = made[1].morphology.analyzer
    adjectives = {
        word
        for name in ("нравы", "возраст", "вид", "масти", "вкус", "сила", "тепло")
        for word in made[1].lists[name]
    }
    nouns = {w for kind in NOUNS[2:] for w in TABLE["classes"][kind]}
    seen = 0
    pairs = set(re.findall(r"(?=\b([а-яё]+) ([а-яё]+))", "\n".join(SENTENCES)))
    for left, right in sorted(pairs):
        first = [p.tag for p in analyzer.parse(left) if p.normal_form in adjectives]
        second = [p.tag for p in analyzer.parse(right) if p.normal_form in nouns]
        first = [tag for tag in first if tag.POS == "ADJF"]
        second = [tag for tag in second if tag.POS == "NOUN"]
        if not first or not second or left in ("простой", "дорогой", "дорогою"):
            continue
        seen += 1
        fits = any(
            one.number == two.number
            and (one.case == two.case or {one.case, two.case} == {"loct", "loc2"})
            and (one.number == "plur" or one.gender == two.gender)
            for one in first
            for two in second
        )
        assert fits, (left, right)
    assert seen > 2000


def test_a_subject_and_its_verb_agree(made):
    analyzer = made[1].morphology.analyzer
    words = [*TABLE["classes"]["ремёсла"], *TABLE["classes"]["родня"]]
    starts = re.compile(rf"^({'|'.join(words)}) ([а-яё]+)(?= )", re.IGNORECASE)
    seen = 0
    for sentence in SENTENCES:
        if not (found := starts.match(sentence)):
            continue
        noun = next(
            p.tag
            for p in analyzer.parse(found[1].lower())
            if p.normal_form == found[1].lower() and p.tag.animacy == "anim"
        )
        verbs = [p.tag for p in analyzer.parse(found[2]) if p.tag.tense == "past"]
        if verbs:
            seen += 1
            assert any(tag.gender == noun.gender for tag in verbs), sentence
    assert seen > 200


def test_known_forms():
    pytest.importorskip("pymorphy3", reason="forms are made by pymorphy3")
    morphology = make_saga.Morphology()
    forms = morphology.word("половцы", "народы").forms
    assert [forms[case, "plur"] for case in CASES] == (
        "половцы половцев половцам половцев половцами половцах".split()
    )
    assert morphology.word("поляне", "народы").forms["р", "plur"] == "полян"
    assert morphology.word("Добрыня", "имена").forms["т", "sing"] == "Добрыней"
    assert morphology.word("ёж", "звери").forms["в", "sing"] == "ежа"
    assert morphology.word("лес", "места").forms["где", "sing"] == "лесу"
    thing = make_saga.Thing("masc", False)
    assert morphology.agree("старый", "в", thing) == "старый"
    assert morphology.agree("старый", "в", thing._replace(animate=True)) == "старого"
    woman = make_saga.Thing("femn", True)
    assert morphology.agree("принёс", "", woman) == "принесла"


def test_polish():
    polish = make_saga.polish
    assert polish("о ежах и о осине в дворе с щитом") == (
        "О ежах и об осине во дворе со щитом"
    )
    assert polish("— где он? — спросил дед. — я здесь.") == (
        "— Где он? — спросил дед. — Я здесь."
    )
    assert make_saga.ordinal(40) == "сороковая"
    assert make_saga.ordinal(62) == "шестьдесят вторая"


def test_what_is_added_to_a_frame_has_labels_of_its_own():
    frames = TABLE["frames"]
    added = {
        label for bank in ORNAMENTS for label in re.findall(r"{(\d)=", frames[bank])
    }
    for topic in frames.keys() - set(ORNAMENTS):
        assert not added & set(re.findall(r"{(\d)=", frames[topic]))
