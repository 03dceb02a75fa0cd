"""dialogues: small talk and facts of the course, and Koziev's facts (lesson 7)."""

from dataclasses import dataclass

from helpers.data.base import DamagedError, Entry, Source, as_damaged, course_file
from helpers.own.dialogues import Dialogue, read_dialogues, read_statements
from helpers.own.files import existing_file

PARTS = {  # questions
    "premise_question_answer4_1s.txt": 34_729,
    "premise_question_answer5_1s.txt": 33_606,
}


@dataclass(frozen=True)
class Dialogues:
    """Questions and answers: small talk, and what follows from a fact.

    Attributes
    ----------
    small_talk : list of helpers.own.dialogues.Dialogue
        Their ``context`` is ``""``.
    facts : list of helpers.own.dialogues.Dialogue
        Their ``context`` is the fact; several have the same.
    title : str
        In Russian; of a student's file its name.
    mode : {"sample", "full", "own"}
    """

    small_talk: list[Dialogue]
    facts: list[Dialogue]
    title: str
    mode: str = ""

    def __str__(self):
        statements = {dialogue.context for dialogue in self.facts}
        return (
            f"в беседе ответов {len(self.small_talk)}, фактов {len(statements)}, "
            f"вопросов о них {len(self.facts)}"
        )


def sample():
    """Return the dialogues that were written for the course."""
    return Dialogues(
        small_talk=_of_the_course("smalltalk.txt"),
        facts=_of_the_course("facts.txt", about_facts=True),
        title="диалоги курса",
    )


def _of_the_course(name, about_facts=False):
    """Return a file of the course; in one of facts every dialogue has its fact."""
    with course_file(name) as path:
        found = read_dialogues(path)
        if any(about_facts != bool(dialogue.context) for dialogue in found):
            what = "вопросы без факта" if about_facts else "факты"
            raise DamagedError(f"в нём не должны стоять {what}")
    return found


def read_koziev(paths):
    """Return facts of other people; small talk is the course's own."""
    facts = []
    for count, path in zip(PARTS.values(), paths, strict=True):
        with as_damaged():
            found = read_statements(path)
        if len(found) != count:
            raise DamagedError(
                f"{path.name}: вопросов {len(found)}, а нужно {count}: файл обрезан, "
                "или это другой"
            )
        facts += found
    return Dialogues(_of_the_course("smalltalk.txt"), facts, "факты из NLP_Datasets")


FULL = Source.listed("dialogues", read_koziev)
ENTRY = Entry("диалоги курса", sample, "факты из NLP_Datasets", [FULL])


def own_dialogues(path):
    """Return a student's own dialogues and print one line that says which they are.

    The file is one of small talk, of facts, or of both, as
    `helpers.own.dialogues.read_dialogues` reads and refuses it: either list may be
    empty, but not both.
    """
    path = existing_file(path)
    found = read_dialogues(path)
    dialogues = Dialogues(
        small_talk=[each for each in found if not each.context],
        facts=[each for each in found if each.context],
        title=path.stem,
        mode="own",
    )
    print(f"Данные: свои диалоги «{path.name}»: {dialogues}")
    return dialogues
