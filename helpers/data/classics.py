"""classics: Russian prose, from Pushkin to Gorky, in full mode alone (lesson 5)."""

from dataclasses import dataclass, field

from helpers.data.base import DamagedError, Entry, Source, listed
from helpers.data.download import is_whole


@dataclass(frozen=True)
class Work:
    """A work; its text is as its file has it, with notes, names of speakers, French."""

    author: str  # as "Н. В. Гоголь"
    title: str  # without quotation marks
    text: str = field(repr=False)


@dataclass(frozen=True)
class Classics:
    """Works of Russian prose.

    Attributes
    ----------
    works : tuple of Work
        By author and title, as data/full.csv lists them; none in sample mode.
    mode : {"sample", "full"}
    """

    works: tuple[Work, ...]
    mode: str = ""

    def __str__(self):
        if not self.works:
            return "текстов нет, они только в полном режиме"
        authors = {work.author for work in self.works}
        signs = sum(len(work.text) for work in self.works)
        return f"произведений {len(self.works)}, авторов {len(authors)}, знаков {signs}"


def sample():
    """Return no works: the texts are in full mode alone."""
    return Classics(())


def read_works(paths):
    """Return the works of files, each of which has its sum."""
    works = []
    for (remote, row), path in zip(listed("classics").items(), paths, strict=True):
        if not is_whole(path, remote.sha256):
            raise DamagedError(f"{path}: контрольная сумма не сошлась")
        text = path.read_text(encoding="utf-8")
        works.append(Work(row["author"], row["title"], text))
    return Classics(tuple(works))


FULL = Source.listed("classics", read_works)
ENTRY = Entry("русская классика", sample, "русская классика", [FULL])
