"""Read and write what is kept of words."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime

from pipeline.derive.run import Run
from pipeline.identity.word import Place, Word
from pipeline.index.names import Change, Kept, Names, Token, word_key

Read = Mapping[Place, tuple[Word, Token | None]]
"""Words with the tokens of their documents, if there are any."""


class Words:
    """The words in a store of names. All methods raise ElasticsearchUnavailable."""

    def __init__(self, names: Names, run: Run) -> None:
        """``run`` calls a function beside the event loop."""
        self._names, self._run = names, run

    async def read(self, places: Collection[Place]) -> dict[Place, tuple[Word, Token | None]]:
        """Return these words; one that nothing is known of is empty and has no token."""
        kept = await self._names.read(map(word_key, places))
        found: dict[Place, tuple[Word, Token | None]] = await self._run(_words, places, kept)
        return found

    async def write(self, words: Mapping[Place, tuple[Word, Token | None]]) -> dict[Place, Token | None]:
        """Write these words. Return their new tokens, None for those that somebody else has written meanwhile."""
        changes = await self._run(_changes, words)
        tokens = await self._names.write(changes)
        return {place: tokens[word_key(place)] for place in words if word_key(place) in tokens}

    async def rewrite(self, words: Mapping[Place, Word], change: Callable[[Word], Word]) -> dict[Place, Word]:
        """Change those of these words whose lesson nobody has spread or changed meanwhile. Return them as they are."""
        changed: dict[Place, Word] = {}
        waiting = dict(words)
        while waiting:
            read = await self.read(waiting)
            same = {place: each for place, each in read.items() if each[0].is_same(waiting[place])}
            new = {place: (change(word), token) for place, (word, token) in same.items()}
            tokens = await self.write(new)
            changed |= {place: new[place][0] for place, token in tokens.items() if token}
            waiting = {place: waiting[place] for place, token in tokens.items() if token is None}
        return changed


def word_in(kept: Kept) -> Word:
    """Return the word in a document."""
    since = kept.content.get("since")
    return Word.of(kept.content, datetime.fromisoformat(since) if since else None)


def _words(places: Collection[Place], kept: Mapping[str, Kept]) -> dict[Place, tuple[Word, Token | None]]:
    found: dict[Place, tuple[Word, Token | None]] = {}
    for place in places:
        each = kept.get(word_key(place))
        found[place] = (word_in(each), each.token) if each else (Word(), None)
    return found


def _changes(words: Mapping[Place, tuple[Word, Token | None]]) -> dict[str, Change]:
    """Return the writes of these words. One without stories is deleted, or kept empty where it may still be written."""
    found = {}
    for place, (word, token) in words.items():
        content = None if word.is_empty and token else {"period": place.period, "word": place.word, **word.document()}
        found[word_key(place)] = Change(content, token, word.since, {*word.lesson.learned.values()})
    return found
