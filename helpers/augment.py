"""Questions about facts, changed a little anew in each epoch of training.

A fact, a question and an answer are lists of words, as `helpers.text.tokenize` cuts
them.  Which network learns from them is the lesson's business.
"""

from collections import defaultdict

PRONOUNS = frozenset({"ты", "тебя", "тебе"})  # may stand elsewhere in a question
OBJECTS = frozenset({"что", "кого"})  # ask for the object of a verb
ALIKE = 0.4  # from which `common_beginning` on two words count as forms of one
LONG = 3  # letters; a word of no more is taken for a particle


def common_beginning(first, second):
    """Return how much of the longer of two words their common beginning is.

    Parameters
    ----------
    first, second : str

    Returns
    -------
    float
        From 0.0 to 1.0, which only equal words reach; 0.0 where no more than one
        letter is common and the words differ.
    """
    pairs = zip(first, second, strict=False)
    differs = (i for i, (a, b) in enumerate(pairs) if a != b)
    common = next(differs, min(len(first), len(second)))
    return common / max(len(first), len(second)) if common > 1 or first == second else 0


def find_run(words, run):
    """Return where a run of words begins in a list of words, -1 where it is not."""
    starts = range(len(words) - len(run) + 1) if run else ()
    return next((i for i in starts if words[i : i + len(run)] == run), -1)


class FactAugmenter:
    """Change (statement, question, answer) triples at random, anew at every call.

    Each change keeps the answer right: the answer to another question of this kind is
    put into the statement (`swap`); a word of a question that is answered "да" gives
    way to another one with its ending, and the answer becomes "нет" (`negate`); "что ты
    поливаешь" becomes "что ты делаешь", and the verb joins the answer (`do`); a word
    that the rest does not need leaves the question or the statement (`drop_asked`,
    `drop_told`); a pronoun moves within the question (`move`).

    Parameters
    ----------
    triples : list of (list of str, list of str, list of str)
        Statement, question and answer of training.
    rng : numpy.random.Generator
    longest : int
        Words that a statement may have, at most.
    swap, negate, do, drop_asked, drop_told, move : float
        The probability of each change where it is possible.
    """

    def __init__(
        self, triples, rng, longest,
        swap=0.5, negate=0.2, do=0.5, drop_asked=0.25, drop_told=0.15, move=0.3,
    ):  # fmt: skip
        self.triples, self.rng, self.longest = triples, rng, longest
        self.swap, self.negate, self.do, self.move = swap, negate, do, move
        self.drop_asked, self.drop_told = drop_asked, drop_told
        asked_of = defaultdict(set)
        for told, asked, _ in triples:
            for word in asked:
                asked_of[word].add(tuple(told))
        facts = len({tuple(told) for told, _, _ in triples})
        share = {word: len(told) / facts for word, told in asked_of.items()}
        self.kind_words = {word for word in share if share[word] >= 0.02}
        self.common_words = {word for word in share if share[word] > 0.08}
        self.by_ending, self.answers = defaultdict(list), defaultdict(list)
        self.runs = defaultdict(list)
        self.longest_answer = max(len(answer) for _, _, answer in triples)
        for word in sorted(share):
            if len(word) > LONG:
                self.by_ending[word[-2:]].append(word)
        for told, asked, answer in triples:
            if self._may_swap(told, asked, answer):
                self.answers[self._kind(asked)].append(answer)
                runs = self.runs[tuple(told)]
                if (answer, self._kind(asked)) not in runs:
                    runs.append((answer, self._kind(asked)))

    def __call__(self):
        """Return the triples of one epoch, in their order, each changed or not."""
        return [self._changed(list(s), list(q), list(a)) for s, q, a in self.triples]

    def _changed(self, told, asked, answer):
        if self.rng.random() < self.swap:
            told, asked, answer = self._swapped(told, asked, answer)
        if self.rng.random() < self.do:
            asked, answer = self._done(told, asked, answer)
        if answer == ["да"] and self.rng.random() < self.negate:
            asked, answer = self._negated(told, asked)
        if self.rng.random() < self.drop_asked:
            topics = self._topics(told, asked)
            if len(topics) > 1:
                asked = _without(asked, self.rng.choice(topics))
        if self.rng.random() < self.drop_told and len(told) > 3:
            spare = [
                i
                for i, word in enumerate(told)
                if len(word) > LONG and word not in answer and not _is_in(word, asked)
            ]
            if spare:
                told = _without(told, self.rng.choice(spare))
        if self.rng.random() < self.move:
            asked = self._moved(asked)
        return told, asked, answer

    def _kind(self, asked):
        """Return the frequent words of a question: «что ты делаешь»."""
        return " ".join(word for word in asked if word in self.kind_words)

    def _may_swap(self, told, asked, answer):
        place = find_run(told, answer)
        return place >= 0 and len(answer[0]) > 1 and asked[0] in self.kind_words

    def _topics(self, told, asked):
        """Return the places of a question's words that its statement has a form of."""
        return [
            i
            for i, word in enumerate(asked)
            if len(word) > LONG
            and word not in self.common_words
            and max(common_beginning(word, other) for other in told) > ALIKE
        ]

    def _swapped(self, told, asked, answer):
        runs = self.runs[tuple(told)]
        if not runs:
            return told, asked, answer
        old, kind = runs[self.rng.integers(len(runs))]
        new = self.answers[kind][self.rng.integers(len(self.answers[kind]))]
        start = find_run(told, old)
        end, place = start + len(old), find_run(told, answer)
        before, after = told[:start], told[end:]
        apart = place < 0 or place >= end or place + len(answer) <= start
        longest = max(len(told), len(asked)) - len(old) + len(new)
        if longest > self.longest or not (apart or old == answer):
            return told, asked, answer
        at = find_run(asked, old)
        rest = asked if at < 0 else [*asked[:at], *asked[at + len(old) :]]
        if any(_is_in(word, [*rest, *before, *after]) for word in new):
            return told, asked, answer
        if any(common_beginning(a, b) > 0.3 for a in old for b in rest):
            return told, asked, answer
        if at >= 0:
            asked = [*asked[:at], *new, *asked[at + len(old) :]]
        return [*before, *new, *after], asked, new if old == answer else answer

    def _negated(self, told, asked):
        topics = self._topics(told, asked)
        if topics:
            place = self.rng.choice(topics)
            others = self.by_ending[asked[place][-2:]]
            other = others[self.rng.integers(len(others))] if others else asked[place]
            if not _is_in(other, told):
                return [*asked[:place], other, *asked[place + 1 :]], ["нет"]
        return asked, ["да"]

    def _done(self, told, asked, answer):
        place = find_run(told, answer) - 1
        if asked[0] not in OBJECTS or place < 0:
            return asked, answer
        verbs = [
            i
            for i, word in enumerate(asked)
            if word.endswith("шь") and common_beginning(word, told[place]) > ALIKE
        ]
        if len(verbs) != 1 or len(answer) == self.longest_answer:
            return asked, answer
        asked = ["что", *asked[1 : verbs[0]], "делаешь", *asked[verbs[0] + 1 :]]
        return asked, [told[place], *answer]

    def _moved(self, asked):
        place = next((i for i, w in enumerate(asked) if i and w in PRONOUNS), 0)
        if not place or asked[place - 1] == "у":
            return asked
        rest = _without(asked, place)
        to = self.rng.integers(1, len(rest) + 1)
        return [*rest[:to], asked[place], *rest[to:]]


def _without(words, place):
    return words[:place] + words[place + 1 :]


def _is_in(word, words):
    """Tell whether a list has a word that begins like this one."""
    return any(common_beginning(word, other) > 0 for other in words)
