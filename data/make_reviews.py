"""Make data/reviews.csv: short English film reviews, put together by a program.

    python data/make_reviews.py            # writes data/reviews.csv
    python data/make_reviews.py --check    # makes it again and compares the bytes

The phrases were written for the course and stand in reviews_phrases.toml.  Each is for
or against the film in one aspect (plot, acting, music ...), or is a verdict, or irony,
or says nothing of its worth.  The films and the people are invented.

The label is the sign of a weighted sum.  A phrase for the film counts +1 and one
against it -1; twice that where the sentence stresses it ("the score is lovely, *but the
plot is a mess*"); a verdict, or irony in its place, counts three times.  Two thirds of
the reviews are plain: all they say goes one way.  A quarter are mixed, and there the
verdict decides, often against most aspects.  A tenth are ironic: mock praise of a bad
film, mock complaints about a good one.  So "great" and "dull" occur in both classes.

What joins the phrases, and all sentences without an opinion, serve both classes alike.
The phrases of the test part are not those of the training part: `check` proves that no
five consecutive words of a test phrase stand in a training review, and no phrase of
fewer.  All this was set before any network saw the reviews.
"""

import csv
import io
import random
import re
import sys
import tomllib
from pathlib import Path
from typing import NamedTuple

import sample_file

TARGET = Path(__file__).with_name("reviews.csv")
PHRASES = Path(__file__).with_name("reviews_phrases.toml")
SEED = 1895  # the year of the first public film showing
COUNT = {"train": 900, "test": 300}  # reviews of each class
SHARE = {"mixed": 0.25, "ironic": 0.10}  # the others are plain
LENGTH = (15, 60)  # words of the shortest and of the longest review
GRAM = 5  # so many consecutive words are never shared by the parts
STRESSED, DECISIVE = 2, 3  # weights, where a plain phrase weighs 1

ASPECTS = "plot acting music camera pace ending dialogue characters".split()
WHOLE = ["feeling", "comparison"]  # of the whole film, and never in a mixed review
COMIC = ["comedy", "musical", "romance", "school comedy", "political satire"]
COMIC += ["heist film", "road movie", "family drama"]
GRAND = ["war film", "disaster film", "monster film", "ghost story", "time-travel film"]
BOTH = ["fairy tale", "sea adventure", "jungle adventure"]  # with humour and effects
SOBER = ["thriller", "courtroom drama", "detective story", "crime film", "boxing film"]
GENRES = COMIC + GRAND + BOTH + SOBER
SLOTS = {"title": "titles", "other": "titles", "role": "roles", "premise": "premises"}
SLOTS |= {"place": "places", "when": "when", "whom": "whom"}
OPEN, CLOSE = "<", ">"  # around a phrase, until the review is finished
TOPICS = re.compile(r"{(title|role|premise|place|genre|when|whom)}")
TWO_CLAUSES = re.compile(
    r", (and|but|yet|so|or|because|not|just|even|as|with|however|least|like|in|of)\b"
)

# What joins phrases serves both classes; {1} is what a contrast stresses.
SAME = """
{0}, and {1}.
{0}, and {1}.
{0}, while {1}.
{0}. {1}.
{0}. {1}.
{0}; {1}.
{0}. What is more, {1}.
{0}. Besides, {1}.
""".strip().split("\n")
CONTRAST = """
{0}, but {1}.
{0}, but {1}.
{0}, yet {1}.
Although {0}, {1}.
While {0}, {1}.
{1}, even if {0}.
{1}, although {0}.
I admit that {0}, but {1}.
True, {0}, but {1}.
{0}. Still, {1}.
{0}. Then again, {1}.
{0}. On the other hand, {1}.
""".strip().split("\n")
OPENERS = """
To my mind, {0}.
Frankly, {0}.
Above all, {0}.
Make no mistake: {0}.
The truth is that {0}.
It must be said that {0}.
There is no denying that {0}.
""".strip().split("\n")
TURNS = ["Still, {0}.", "Then again, {0}.", "On the other hand, {0}."]
CLOSERS = ["{0}."] * 3 + ["In short, {0}.", "All in all, {0}.", "My verdict: {0}."]
INTROS = ["{0}.", "{0}.", "Let me begin with the verdict: {0}."]
RETORTS = ["Even so, {0}.", "All the same, {0}.", "For all that, {0}.", "And yet {0}."]


class Review(NamedTuple):
    """A review, and how it was made."""

    text: str
    label: int
    part: str
    kind: str
    phrases: tuple  # what it is made of, beside what joins them
    weights: tuple  # of its opinions, with their signs
    frames: tuple  # what joins them, and its sentences without an opinion


class Deck:
    """Deals the items of a bank in a random order, each about equally often."""

    def __init__(self, items, rng):
        self.items, self.rng, self.left = items, rng, []

    def deal(self, fits=lambda item: True):
        """Return the next item that fits."""
        for _ in range(2):
            for place, item in enumerate(self.left):
                if fits(item):
                    return self.left.pop(place)
            self.left += sorted(self.items, key=lambda item: self.rng.random())
        raise ValueError("nothing in the bank fits")


class Draft:
    """One review in the making; all chance comes from `rng.random`."""

    def __init__(self, decks, rng, sign, kind):
        self.decks, self.rng = decks, rng
        self.weights, self.frames = [], []
        self.genre = decks["genres"].deal()
        self.aspects = ASPECTS + (["humour"] if self.genre in COMIC + BOTH else [])
        self.aspects += ["effects"] if self.genre in GRAND + BOTH else []
        self.aspects += [] if kind == "mixed" else WHOLE
        self.aspects.sort(key=lambda aspect: rng.random())
        opinions = {"plain": self.plain, "mixed": self.mixed, "ironic": self.ironic}
        marked = self.fill(" ".join(self.neutral(opinions[kind](sign))))
        self.phrases = tuple(re.findall(f"{OPEN}(.*?){CLOSE}", marked))
        self.text = re.sub(f"{OPEN}|{CLOSE}", "", marked)

    def chance(self, share):
        """Return True as often as `share` says."""
        return self.rng.random() < share

    def pick(self, items):
        """Return one of the items."""
        return items[int(self.rng.random() * len(items))]

    # --- opinions ---

    def phrase(self, bank, sign, weight):
        """Return a phrase for or against the film, and note its weight."""
        self.weights.append(sign * weight)
        return self.decks[bank, "good" if sign > 0 else "bad"].deal()

    def aspect(self):
        """Return an aspect not yet used; talk is not judged beside jokes."""
        found = self.aspects.pop()
        if found in ("humour", "dialogue"):
            self.aspects = [
                each for each in self.aspects if each not in ("humour", "dialogue")
            ]
        return found

    def join(self, frames, *phrases):
        """Return phrases in one of the frames, which is noted."""
        double = any(TWO_CLAUSES.search(phrase) for phrase in phrases)
        if len(phrases) == 2 and double:  # no third clause behind a comma
            frames = [frame for frame in frames if re.search(r"[.;] ", frame)]
        frame = self.pick([frame for frame in frames if frame not in self.frames])
        self.frames += [frame] if frame[0] != "{" or "{1}" in frame else []
        return frame.format(*(f"{OPEN}{phrase}{CLOSE}" for phrase in phrases))

    def single(self, sign):
        """Return a sentence with one opinion."""
        phrase = self.phrase(self.aspect(), sign, 1)
        bare = phrase.startswith("I ") or self.chance(0.6)
        return self.join(["{0}."] if bare else OPENERS, phrase)

    def pair(self, first, second):
        """Return one opinion beside another; where they differ, the second counts."""
        stress = 1 if first == second else STRESSED
        phrases = (
            self.phrase(self.aspect(), first, 1),
            self.phrase(self.aspect(), second, stress),
        )
        return self.join(SAME if first == second else CONTRAST, *phrases)

    def plain(self, sign):
        """One to three opinions of one sign; a verdict in most reviews."""
        left, sentences = self.pick((1, 2, 2, 2, 3, 3)), []
        while left:
            if left > 1 and self.chance(0.6):
                sentences.append(self.pair(sign, sign))
                left -= 2
            else:
                sentences.append(self.single(sign))
                left -= 1
        if self.chance(0.55):
            verdict = self.phrase("verdict_plain", sign, DECISIVE)
            if self.chance(0.2):
                return [self.join(INTROS, verdict), *sentences]
            return [*sentences, self.join(CLOSERS, verdict)]
        return sentences

    def mixed(self, sign):
        """Opinions of both signs, or all against the verdict, which decides."""
        form = self.pick("yields with_help retreats turns defies".split())
        sentences = {
            "yields": lambda: [self.pair(-sign, sign)],
            "with_help": lambda: [self.single(sign), self.pair(-sign, sign)],
            "retreats": lambda: [self.pair(sign, -sign)],
            "turns": lambda: [
                self.pair(-sign, -sign),
                self.join(TURNS, self.phrase(self.aspect(), sign, STRESSED)),
            ],
            "defies": lambda: [self.pair(-sign, -sign)],
        }[form]()
        against = form in ("retreats", "defies")
        phrase = self.phrase("verdict", sign, DECISIVE)
        if not against and self.chance(0.25):
            return [self.join(INTROS, phrase), *sentences]
        return [*sentences, self.join(RETORTS if against else CLOSERS, phrase)]

    def ironic(self, sign):
        """Irony in place of the verdict, and at most two opinions that go with it."""
        sentences = [self.single(sign) for _ in range(self.pick((0, 1, 1, 2)))]
        irony = OPEN + self.phrase("irony", sign, DECISIVE) + CLOSE
        sentences.insert(0 if self.chance(0.4) else len(sentences), irony)
        return sentences

    # --- what has no sign ---

    def neutral(self, sentences):
        """Put sentences without an opinion around those with one."""
        found, topics = {"facts": [], "remarks": []}, set()
        music = "music" in self.aspects  # not yet judged

        def fits(sentence):
            clear = music or "score" not in sentence
            return clear and topics.isdisjoint(TOPICS.findall(sentence))

        for bank, share in (("facts", 0.4), ("facts", 0.1), ("remarks", 0.2)):
            if self.chance(share):
                sentence = self.decks[bank].deal(fits)
                topics.update(TOPICS.findall(sentence))
                self.frames.append(sentence)
                found[bank].append(OPEN + sentence + CLOSE)
        if self.chance(0.3):
            return [*found["facts"], *sentences, *found["remarks"]]
        return [*found["facts"], *found["remarks"], *sentences]

    def fill(self, text):
        """Put names and things into the slots; a person's full name comes once."""
        values, people, taken = {"genre": self.genre}, {}, set()

        def deal(bank):
            dealt = self.decks[bank].deal(lambda item: item not in taken)
            taken.add(dealt)
            return dealt

        for slot, bank in SLOTS.items():
            values[slot] = deal(bank)
        for slot in ("star", "second", "director"):
            gender = self.pick(("she", "he"))
            people[slot] = [deal(("first_names", gender)), deal("surnames")]
            if slot == "star":
                values |= {"he": gender, "his": {"she": "her", "he": "his"}[gender]}

        def value(match):
            slot = match[1]
            if slot not in people:
                return values[slot]
            first, last = people[slot]
            people[slot][0] = ""
            return f"{first} {last}".strip()

        text = re.sub(r"{(\w+)}", value, text)
        start = rf"(?:^|[.!?]{CLOSE}? ){OPEN}?[a-z]"
        return re.sub(start, lambda match: match[0].upper(), text)


def read_phrases(part):
    """Return the banks of a part: those of opinions by aspect and class."""
    banks = {}
    for name, bank in tomllib.loads(PHRASES.read_text(encoding="utf-8")).items():
        bank = bank.get(part, bank)
        if isinstance(bank, str):
            banks[name] = bank.strip().split("\n")
            continue
        for key, lines in bank.items():
            banks[name, key] = lines.strip().split("\n")
    for key in ("good", "bad"):
        pure = banks.pop(("verdict", f"{key}_pure"))
        banks["verdict_plain", key] = banks["verdict", key] + pure
    return banks


def make_reviews():
    """Return the reviews of both parts, checked."""
    rng, reviews = random.Random(SEED), []
    for part, count in COUNT.items():
        banks = read_phrases(part) | {"genres": GENRES}
        decks = [
            {name: Deck(items, rng) for name, items in banks.items()}
            for label in (0, 1)  # so both classes use each phrase about equally
        ]
        number = {kind: round(share * count) for kind, share in SHARE.items()}
        number["plain"] = count - sum(number.values())
        kinds = [kind for kind, many in number.items() for _ in range(many)]
        wanted = [(kind, label) for kind in kinds for label in (0, 1)]
        made, seen = [], set()
        for kind, label in sorted(wanted, key=lambda pair: rng.random()):
            while True:
                draft = Draft(decks[label], rng, 1 if label else -1, kind)
                words = len(draft.text.split())
                if LENGTH[0] <= words <= LENGTH[1] and draft.text not in seen:
                    break
            seen.add(draft.text)
            notes = draft.phrases, tuple(draft.weights), tuple(draft.frames)
            made.append(Review(draft.text, label, part, kind, *notes))
        reviews += made
    check(reviews)
    return reviews


def words_of(text):
    """Return the words of a text in lower case."""
    return re.findall(r"[a-z]+(?:'[a-z]+)?", text.lower())


def grams(text, size):
    """Return the runs of consecutive words of a text."""
    words = words_of(text)
    return {" ".join(words[i : i + size]) for i in range(len(words) - size + 1)}


def check(reviews):
    """Raise ValueError where the reviews break a promise of the docstring above."""
    texts = [review.text for review in reviews]
    if len(set(texts)) < len(texts):
        raise ValueError("a text occurs twice")
    train = [review.text for review in reviews if review.part == "train"]
    known = {
        size: set().union(*(grams(text, size) for text in train))
        for size in range(1, GRAM + 1)
    }
    for review in reviews:
        if (sum(review.weights) > 0) != review.label:
            raise ValueError(f"the label is not what it says: {review}")
        for phrase in review.phrases if review.part == "test" else ():
            size = min(GRAM, len(words_of(phrase)))
            if shared := known[size] & grams(phrase, size):
                raise ValueError(f"shared by the parts: {shared}")


def make_bytes():
    """Return the bytes of the table."""
    table = io.StringIO()
    lines = csv.writer(table, lineterminator="\n")
    lines.writerow(["text", "label", "part"])
    lines.writerows([each.text, each.label, each.part] for each in make_reviews())
    return table.getvalue().encode()


if __name__ == "__main__":
    sys.exit(sample_file.main(TARGET, make_bytes))
