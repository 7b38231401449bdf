"""What Helm's history says of an environment: which image a revision runs, and which revisions were good.

1. A roll-out writes two revisions that are the same but for their descriptions: one that says which image it brings,
   and, once that was seen to work, one that says so (`WORKS`). One without the other is not known to be good.
2. What lies between a rollback and where it went was left behind, by us or by somebody: it is not gone back to.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

BRINGS = "brings "
WORKS = "works: "
_WENT_BACK = re.compile(r"Rollback to (\d+)")  # Helm's own words, which nobody can choose


class Row(msgspec.Struct, frozen=True):
    """What is read of a row of `helm history --output json`."""

    revision: int
    description: str


@dataclass(frozen=True, slots=True)
class History:
    """The revisions that Helm keeps, the oldest first; the last is the one in place."""

    rows: Sequence[Row]

    @classmethod
    def read(cls, text: str) -> "History":
        """Of what Helm said. Raises msgspec.DecodeError."""
        return cls(sorted(msgspec.json.decode(text, type=list[Row]), key=lambda row: row.revision))

    @property
    def image(self) -> str:
        """The image in place, by its digest; empty where nobody said it."""
        return self._image_of(self.rows[-1].revision)

    def good(self, *, other_than: str = "") -> int | None:
        """The newest revision before the one in place that was good, of another image; None where there is none."""
        left = self._left_behind()
        good = (row for row in reversed(self.rows[:-1]) if row.description.startswith(WORKS))
        return next(
            (
                row.revision
                for row in good
                if row.revision not in left and row.description.removeprefix(WORKS) != other_than
            ),
            None,
        )

    def _left_behind(self) -> set[int]:
        went = [(row.revision, found) for row in self.rows if (found := _WENT_BACK.fullmatch(row.description))]
        return {left for at, found in went for left in range(int(found[1]) + 1, at)}

    def _image_of(self, revision: int) -> str:
        said = next((row.description for row in self.rows if row.revision == revision), "")
        if found := _WENT_BACK.fullmatch(said):
            return self._image_of(int(found[1]))
        return next((said.removeprefix(words) for words in (WORKS, BRINGS) if said.startswith(words)), "")
