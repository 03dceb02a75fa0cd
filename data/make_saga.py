"""Make data/saga.txt: a Russian saga, the embedded book of lesson 5.

Sentence frames (saga_words.toml) are filled with words of known classes, inflected by
pymorphy3; prose written by hand (saga_prose.txt) stands between the chapters.  A
paragraph keeps to one topic, one place and two heroes, so context says what a word is;
but a frame serves several classes in at least one of its slots.  Four homonyms occur in
two senses each.  Nothing is tuned to any model.

Only ``random.Random(SEED).random`` is used.  ``python data/make_saga.py --check`` makes
the book again and compares the bytes; this needs the package pymorphy3.
"""

import random
import re
import sys
import tomllib
from collections import Counter
from itertools import pairwise
from math import fsum
from pathlib import Path
from typing import NamedTuple

import sample_file

TARGET = Path(__file__).with_name("saga.txt")
WORDS = Path(__file__).with_name("saga_words.toml")
PROSE = Path(__file__).with_name("saga_prose.txt")
SEED = 5
SENTENCES = 13_700
PARAGRAPHS = 34  # of a chapter
LENGTH = 4, 8  # sentences of a paragraph; the last frame may give one more
CAST, THEMES = 6, 4  # heroes and topics of a chapter
OFFSET = 1.5  # of the law by which earlier items are more frequent
FOCUS = 5  # words of each list that a paragraph prefers
RARE = 0.08  # how often the word that was dealt least is dealt
PREFERS = 0.65  # how often
LOC2 = "лес берег луг пруд".split()  # на берегу, but not: в дому
CASES = dict(zip("ирдвтп", "nomn gent datv accs ablt loct".split(), strict=True))
GENDERS = ["masc", "femn", "neut", "plur"]
PRONOUNS = """
он она оно они
его её его их
ему ей ему им
него неё него них
нему ней нему ним
им ею им ими
ним ней ним ними
нём ней нём них
тот та то те
этот эта это эти
""".strip().split("\n")
PRONOUNS = {line.split()[0]: line.split() for line in PRONOUNS}
NUMERALS = [("два", "две"), ("три",) * 2, ("четыре",) * 2, ("пять",) * 2]
NUMERALS += [("шесть",) * 2, ("семь",) * 2, ("десять",) * 2, ("двенадцать",) * 2]
HEADS, TAILS = 0.45, 0.34  # how many statements have one
SIGNS = 0.09  # the share of sayings
BESIDE = 0.17  # how often a noun has an adjective though its frame does not ask
HE = 0.7  # how often a hero just named is he or she
COMMON = 0.27  # the share of a paragraph's sentences that serve any topic
UNITS = """первая вторая третья четвёртая пятая шестая седьмая восьмая девятая десятая
одиннадцатая двенадцатая тринадцатая четырнадцатая пятнадцатая шестнадцатая семнадцатая
восемнадцатая девятнадцатая""".split()
TENS = {
    20: ("двадцатая", "двадцать"),
    30: ("тридцатая", "тридцать"),
    40: ("сороковая", "сорок"),
    50: ("пятидесятая", "пятьдесят"),
    60: ("шестидесятая", "шестьдесят"),
    70: ("семидесятая", "семьдесят"),
}
ORNAMENTS = "голова хвост деепричастия".split()
APART = ["зачин", "всюду", "приметы", "глава", *ORNAMENTS]  # not topics
TWICE = re.compile(r"\b(\w{2,}) \1\b", re.IGNORECASE)  # a word after itself
BREAK = re.compile(r"(?<=[.!?])\s+(?=(?:— )?[«А-ЯЁ])")  # between two sentences


class Word(NamedTuple):
    """A word with its forms, by case and number."""

    lemma: str
    kind: str  # the list it is from
    sense: str  # of a homonym
    gender: str
    animate: bool
    forms: dict


class Thing(NamedTuple):
    """What stood in a slot, for the words that agree with it."""

    gender: str  # or "plur"
    animate: bool


class Fact(NamedTuple):
    """Words of a sentence that have to agree: what the tests look at."""

    kind: str  # "adjective" or "verb"
    form: str
    case: str
    gender: str
    animate: bool


def ordinal(number):
    """Return the number of a chapter in words."""
    tens, units = number // 10 * 10, number % 10
    if number < 20:
        return UNITS[number - 1]
    return TENS[tens][1] + " " + UNITS[units - 1] if units else TENS[tens][0]


# --- morphology ---


class Morphology:
    """Forms of words: names and peoples by rule, all else by pymorphy3."""

    def __init__(self):
        try:
            import pymorphy3
        except ImportError:
            sys.exit("make_saga.py needs the package pymorphy3: pip install pymorphy3")
        self.analyzer = pymorphy3.MorphAnalyzer(lang="ru")
        self.known = {}

    def word(self, entry, kind):
        """Return a noun of a list; the entry may name its sense: лук#еда."""
        if (entry, kind) not in self.known:
            lemma, _, sense = entry.partition("#")
            make = {"имена": self.name, "народы": self.people}.get(kind, self.noun)
            gender, animate, forms = make(lemma, kind)
            self.known[entry, kind] = Word(lemma, kind, sense, gender, animate, forms)
        return self.known[entry, kind]

    def name(self, lemma, kind):
        """Return the forms of a name: Ратибор, Добрыня, Любава."""
        stem, last = lemma[:-1], lemma[-1]
        gender = "masc" if last not in "ая" or lemma == "Добрыня" else "femn"
        if last == "а":
            soft = "и" if stem[-1] in "гкхжшчщ" else "ы"
            ends = ["а", soft, "е", "у", "ой", "е"]
        elif last == "я":
            ends = ["я", "и", "е", "ю", "ей", "е"]
        else:
            stem, ends = lemma, ["", "а", "у", "а", "ом", "е"]
        forms = {
            (case, "sing"): stem + end for case, end in zip(CASES, ends, strict=True)
        }
        return gender, True, forms

    def people(self, lemma, kind):
        """Return the forms of a people's name, which is plural: поляне, вятичи."""
        stem = lemma[:-1]
        genitive = "ов"
        if lemma.endswith("яне") or lemma == "хазары":
            genitive = ""
        elif lemma.endswith("чи"):
            genitive = "ей"
        elif lemma.endswith("цы"):
            genitive = "ев"
        ends = [lemma[-1], genitive, "ам", genitive, "ами", "ах"]
        forms = {
            (case, "plur"): stem + end for case, end in zip(CASES, ends, strict=True)
        }
        return "plur", True, forms

    def noun(self, lemma, kind):
        """Return the forms of a word in pymorphy's dictionary."""
        living = kind in ("ремёсла", "родня", "звери", "бойцы", "толпа", "звания")
        fits = []
        for parse in self.analyzer.parse(lemma):
            tag = parse.tag
            found = tag.POS == "NOUN" and tag.case == "nomn" and parse.is_known
            found = found and parse.normal_form == lemma
            if found and not {"Surn", "Name", "Geox", "Patr"} & set(tag.grammemes):
                fits.append(parse)
        if not fits:
            raise ValueError(f"not in the dictionary: {lemma} of {kind}")
        if kind != "слова":  # «рыба» is a living thing to the dictionary even as food
            fits.sort(key=lambda parse: (parse.tag.animacy == "anim") != living)
        parse = fits[0]
        living = parse.tag.animacy == "anim"
        forms = {}
        for case, grammeme in CASES.items():
            for number in ("sing", "plur"):
                if found := parse.inflect({grammeme, number}):
                    forms[case, number] = found.word
        forms["где", "sing"] = forms["п", "sing"]
        forms["где", "plur"] = forms.get(("п", "plur"))
        if lemma in LOC2:
            forms["где", "sing"] = parse.inflect({"loc2"}).word
        return str(parse.tag.gender), living, forms

    def agree(self, word, case, thing):
        """Return an adjective, a pronoun or a verb of the past as a thing needs it."""
        if word in PRONOUNS and not case:
            return PRONOUNS[word][GENDERS.index(thing.gender)]
        key = word, case, thing
        if key not in self.known:
            self.known[key] = self.inflect(word, case, thing)
        return self.known[key]

    def inflect(self, word, case, thing):
        """Return what `agree` remembers."""
        wanted = {thing.gender}
        if case:
            wanted |= {CASES[case]}
            wanted |= set() if thing.gender == "plur" else {"sing"}
            if case == "в" and thing.gender in ("masc", "plur"):
                wanted |= {"anim" if thing.animate else "inan"}
        for parse in self.analyzer.parse(word):
            tag = parse.tag
            if case:
                fits = tag.POS in ("ADJF", "PRTF")
                fits = fits and parse.inflect({"nomn", "masc", "sing"}).word == word
            else:
                fits = tag.POS in ("ADJS", "PRTS") or tag.tense == "past"
                fits = fits and tag.gender == "masc"
            if fits and parse.is_known:
                return parse.inflect(wanted).word
        raise ValueError(f"cannot make {word} agree: {case} {thing}")


# --- sentences ---


class Book:
    """The saga in the making; all chance comes from `rng.random`."""

    def __init__(self):
        self.rng, self.morphology = random.Random(SEED), Morphology()
        table = tomllib.loads(WORDS.read_text(encoding="utf-8"))
        self.lists = table["classes"] | table["pools"]
        for lemma, senses in table["homonyms"].items():
            for kind in senses:  # near the head, so that each sense is frequent
                self.lists[kind] = [*self.lists[kind]]
                self.lists[kind].insert(2, f"{lemma}#{kind}")
        self.unions = table["unions"]
        self.beside, self.titles = table["adjectives"], table["titles"]
        self.on = table["prepositions"]["на"]
        self.frames = {
            topic: self.arranged(topic, lines.strip("\n").split("\n"))
            for topic, lines in table["frames"].items()
        }
        self.senses, self.facts = Counter(), []
        self.seen, self.dealt = set(), Counter()

    def chance(self, share):
        """Return True as often as `share` says."""
        return self.rng.random() < share

    def arranged(self, topic, frames):
        """Return the frames of a topic; the earlier, the more frequent they will be."""
        return frames if topic in ORNAMENTS else self.shuffled(frames)

    def pick(self, items):
        """Return one of the items."""
        return items[int(self.rng.random() * len(items))]

    def shuffled(self, items):
        """Return the items in a random order."""
        return sorted(items, key=lambda item: self.rng.random())

    def zipf(self, items, offset=OFFSET):
        """Return one of the items; the earlier, the more often."""
        weights = [1 / (place + offset) for place in range(len(items))]
        left = self.rng.random() * fsum(weights)  # sum() differs between Pythons
        for item, weight in zip(items, weights, strict=True):
            left -= weight
            if left < 0:
                return item
        return items[-1]

    def some(self, items, count, offset=OFFSET):
        """Return several of the items, each once."""
        found, left = [], list(items)
        while left and len(found) < count:
            found.append(left.pop(left.index(self.zipf(left, offset))))
        return found

    def names(self, base):
        """Return the lists that a union names."""
        return [
            name
            for part in base.split("+")
            for name in self.unions.get(part, part).split("+")
        ]

    def start(self, cast):
        """Begin a paragraph: two heroes, a place, a people, and preferred words."""
        self.hero = [self.zipf(cast, 2)]
        self.hero.append(self.pick([name for name in cast if name not in self.hero]))
        self.called, self.pronoun = set(), False
        self.place = self.zipf(self.lists["места"])
        self.people = self.zipf(self.lists["народы"])
        self.focus = {}

    def entry(self, kind):
        """Return a word of a list that the sentence does not yet have."""
        if kind not in self.focus:
            self.focus[kind] = self.some(self.lists[kind], FOCUS)
        taken = self.taken | set(self.hero) | {self.place, self.people}
        for _ in range(20):
            items = self.lists[kind]
            items = self.focus[kind] if self.chance(PREFERS) else items
            found = self.zipf(items)
            if self.chance(RARE):
                found = min(items, key=lambda item: self.dealt[kind, item])
            if found.partition("#")[0] not in taken:
                break
        self.taken.add(found.partition("#")[0])
        self.dealt[kind, found] += 1
        return found

    def home(self, entry):
        """Return the list a word stands in, or «слова»."""
        for kind, items in self.lists.items():
            if entry in items:
                return kind
        return "слова"

    def kind(self, base):
        """Return one of the lists of a slot."""
        return self.pick(self.names(base))

    def put(self, word, mods):
        """Return the text of a noun in a slot, and what agrees with it."""
        number = "plur" if "м" in mods or word.gender == "plur" else "sing"
        where = re.search("где|куда|откуда", mods)
        case = "и"
        if where:
            case = {"где": "где", "куда": "в", "откуда": "р"}[where[0]]
            mods = mods.replace(where[0], "")
        elif found := re.search("[ирдвтп]", mods):
            case = found[0]
        thing = Thing("plur" if number == "plur" else word.gender, word.animate)
        if word.sense:
            self.senses[word.lemma, word.sense] += 1
        if (case, number) not in word.forms:
            raise ValueError(f"no form: {word.lemma} {case} {number}")
        text = word.forms[case, number]
        if "ч" in mods:
            text = self.numeral(word)
        elif word.kind in self.beside and self.chance(self.share(mods)):
            text = self.adjective(word, case, thing) + " " + text
        if where:
            pair = ("из", "с") if where[0] == "откуда" else ("в", "на")
            text = pair[word.lemma in self.on] + " " + text
        return text, thing

    @staticmethod
    def share(mods):
        """Return how often a slot has an adjective; the mark _ forbids it."""
        if "!" in mods or "_" in mods:
            return float("!" in mods)
        return 0.5 if "*" in mods else BESIDE

    def numeral(self, word):
        """Return a numeral and a noun, nominative or accusative."""
        pair = self.pick(NUMERALS[3:] if word.animate else NUMERALS)
        number = "sing" if NUMERALS.index(pair) < 3 else "plur"
        return pair[word.gender == "femn"] + " " + word.forms["р", number]

    def adjective(self, word, case, thing):
        """Return an adjective that a word of this list may have."""
        found = self.entry(self.kind(self.beside[word.kind]))
        case = "п" if case == "где" else case
        form = self.morphology.agree(found, case, thing)
        self.facts.append(Fact("adjective", form, case, *thing))
        return form

    def mention(self, number, mods):
        """Return a hero: by the name, the trade, or both."""
        if self.pronoun and number == 0 and mods in ("_", ""):
            self.pronoun = False
            gender = self.gender(0)
            return PRONOUNS["он"][GENDERS.index(gender)], Thing(gender, True)
        name = self.hero[number]
        hero = self.morphology.word(name, "имена")
        text, thing = self.put(hero, mods)
        if number not in self.called:
            self.called.add(number)
            if self.chance(0.45):
                self.called.add(name)
                title = self.morphology.noun(self.titles[name], "звания")[2]
                return title[self.case_of(mods), "sing"] + " " + text, thing
        elif name in self.called and self.chance(0.35):
            title = self.morphology.noun(self.titles[name], "звания")[2]
            return title[self.case_of(mods), "sing"], thing
        return text, thing

    def gender(self, number):
        """Return the gender of a hero."""
        return self.morphology.word(self.hero[number], "имена").gender

    @staticmethod
    def case_of(mods):
        """Return the case that the marks of a slot name."""
        found = re.search("[ирдвтп]", mods)
        return found[0] if found else "и"

    def noun_slot(self, base, mods):
        """Return the text of a slot that agrees with none, and what agrees with it."""
        word = self.morphology.word
        if base in ("Г", "Д"):
            return self.mention("ГД".index(base), mods)
        if base == "П":
            return self.put(word(self.place, "места"), mods)
        if base == "Н":
            return self.put(word(self.people, "народы"), mods)
        if all(name in self.lists for name in self.names(base)):
            kind = self.kind(base)
            if count := re.search("[23]", mods):
                mods = mods.replace(count[0], "")
                if kind == "имена":  # three heroes, not their plural
                    mods = mods.replace("м", "")
                texts = [
                    self.put(word(self.entry(kind), kind), mods)[0]
                    for _ in range(int(count[0]))
                ]
                text = ", ".join(texts[:-1]) + " и " + texts[-1]
                return text, Thing("plur", False)
            return self.put(word(self.entry(kind), kind), mods)
        entry = self.pick(base.split("/"))
        self.taken.add(entry.partition("#")[0])
        return self.put(word(entry, self.home(entry)), mods)

    def agreeing_slot(self, base, mods, thing):
        """Return an adjective, a pronoun or a verb that agrees with a thing."""
        if all(name in self.lists for name in self.names(base)):
            base = self.entry(self.kind(base))
        base = self.zipf(base.split("/"), 1)
        form = self.morphology.agree(base, mods, thing)
        if base not in PRONOUNS:
            self.facts.append(Fact("adjective" if mods else "verb", form, mods, *thing))
        return form

    def fill(self, frame):
        """Return the sentence that a frame becomes."""
        self.taken = set()
        while found := re.search(r"\[([^\[\]()]*)\]|\(([^()\[\]]*)\)", frame):
            if found[1] is not None:
                chosen = found[1] if self.chance(0.5) else ""
            else:
                chosen = self.zipf(found[2].split("|"), 1)
            frame = frame[: found.start()] + chosen + frame[found.end() :]
        slots = re.findall(r"{(?:(\d)=)?([^:@{}]+)(?::([^@{}]*))?(@[ГДН\d]?)?}", frame)
        texts, things = [None] * len(slots), {}
        described = {slot[3][1:] for slot in slots if slot[2] and slot[3]}
        for place, (label, base, mods, target) in enumerate(slots):
            if not target:
                bare = "_" if (label or base) in described or base in "ГД" else ""
                texts[place], thing = self.noun_slot(base, mods + bare)
                things[label or base] = thing
        for name in "ГД":
            hero = self.morphology.word(self.hero["ГД".index(name)], "имена")
            things[name] = Thing(hero.gender, True)
        for place, (_, base, mods, target) in enumerate(slots):
            if target:
                thing = things[target[1:] or "Г"]
                texts[place] = self.agreeing_slot(base, mods, thing)
        parts = re.split(r"{[^{}]*}", frame)
        text = parts[0] + "".join(t + p for t, p in zip(texts, parts[1:], strict=True))
        return polish(text)

    def deal(self, topic, dealt):
        """Return a frame of a topic that the paragraph does not yet have."""
        offset = 3.5 if topic in APART else 1.5
        while (frame := self.zipf(self.frames[topic], offset)) in dealt:
            pass
        return frame

    def adorn(self, frame, topic):
        """Return a frame with words before and after it, if it is a statement."""
        if frame.startswith("! "):
            return frame[2:]
        bare = topic in APART or re.match(r"{[^{}]*} и {", frame)  # «И дед и внук»
        if frame[0] == "{" and not bare and self.chance(HEADS):
            head = self.zipf(self.frames["голова"], 1.5)
            frame = f"{head} {frame}"
        plain = frame[-1] == "." and not re.search("[—:]( |$)|Что|Где|Если", frame)
        if plain and topic not in APART and self.chance(TAILS):
            doing = re.match(r"{Г} {[^{}]*@}", frame) and "," not in frame
            bank = "деепричастия" if doing and self.chance(0.5) else "хвост"
            frame = frame[:-1] + self.zipf(self.frames[bank], 5) + "."
        return frame

    def sentence(self, topic, dealt):
        """Return a sentence on a topic that does not yet stand in the book."""
        frame = self.deal(topic, dealt)
        dealt.append(frame)
        for _ in range(100):
            senses, called = self.senses.copy(), set(self.called)
            facts = len(self.facts)
            clear = frame.startswith("{Г}") and self.gender(0) != self.gender(1)
            known = len(dealt) > 1 and "{Г}" in dealt[-2]
            self.pronoun = clear and known and self.chance(HE)
            text = self.fill(self.adorn(frame, topic))
            if text not in self.seen and not TWICE.search(text):
                break
            self.senses, self.called = senses, called
            del self.facts[facts:]
        self.seen.add(text)
        return text

    def paragraph(self, topic, cast):
        """Return a paragraph: its lines, and the number of its sentences."""
        self.start(cast)
        length = LENGTH[0] + int(self.rng.random() * (LENGTH[1] - LENGTH[0] + 1))
        dealt, found, count = [], [], 0
        while count < length:
            bank = topic
            if not found:
                bank = "зачин" if self.chance(0.7) else topic
            elif self.chance(COMMON):
                bank = "всюду"
            elif self.chance(SIGNS):
                bank = "приметы"
            found.append(self.sentence(bank, dealt))
            count += len(BREAK.split(found[-1]))  # one or two
        lines = [found[0]]
        for before, text in pairwise(found):
            if text.startswith("—") or before.startswith("—"):
                lines.append(text)  # what is said begins a line
            else:
                lines[-1] += " " + text
        return "\n".join(lines), count


def polish(text):
    """Return a sentence with a capital, and with prepositions as they are said."""
    consonant = "[бвгджзйклмнпрстфхцчшщ]"
    text = re.sub(
        rf"\b([вВ]) (?=[вф]{consonant}|двор|мн[еоё]|мра|рту|льду)", r"\1о ", text
    )
    text = re.sub(rf"\b([сС]) (?=[сзшж]{consonant}|щ|двор|мно)", r"\1о ", text)
    text = re.sub(r"\b([кК]) (?=двор|мн[еоё]|вс[еёя]|вт|вд|льв)", r"\1о ", text)
    text = re.sub(r"\b([оО]) (?=[аоуэиАОУЭИ])", r"\1б ", text)
    text = re.sub(
        r"(\. — |[.?!] )([а-яё])", lambda found: found[1] + found[2].upper(), text
    )
    first = re.search("[а-яёА-ЯЁ]", text).start()
    return text[:first] + text[first].upper() + text[first + 1 :]


def read_prose():
    """Return the hand-written sections: (title, paragraphs)."""
    sections = []
    for block in PROSE.read_text(encoding="utf-8").strip().split("\n\n"):
        if block.startswith("# "):
            sections.append((block[2:], []))
        else:
            sections[-1][1].append(" ".join(block.split("\n")))
    return sections


def make_book():
    """Return the book with what the tests ask: its text, facts and senses."""
    book = Book()
    prose = read_prose()
    topics = [topic for topic in book.frames if topic not in APART]
    blocks, count, chapter, frame = [], 0, 0, ""

    def interlude(number):
        title, paragraphs = prose[number]
        blocks.append(title)
        blocks.extend(paragraphs)
        return sum(len(BREAK.split(each)) for each in paragraphs)

    count += interlude(0)
    told, last = 1, sum(len(BREAK.split(p)) for p in prose[-1][1])
    goal = SENTENCES - last
    while count < goal:
        if count >= goal * told / (len(prose) - 1):
            count += interlude(told)
            told += 1
        chapter += 1
        cast = book.some(book.lists["имена"], CAST, 2)
        themes = book.some(topics, THEMES, 4)
        book.start(cast)
        frame = book.pick([each for each in book.frames["глава"] if each != frame])
        title = book.fill(frame)
        title = title[0].lower() + title[1:]
        blocks.append(f"Глава {ordinal(chapter)}, {title}")
        for _ in range(PARAGRAPHS):
            topic = book.zipf(themes) if book.chance(0.8) else book.pick(topics)
            text, new = book.paragraph(topic, cast)
            blocks.append(text)
            count += new
    for number in range(told, len(prose)):
        count += interlude(number)
    return "\n\n".join(blocks) + "\n", book


def make_bytes():
    """Return the bytes of the book."""
    return make_book()[0].encode()


if __name__ == "__main__":
    sys.exit(sample_file.main(TARGET, make_bytes))
