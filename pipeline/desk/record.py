"""The record of a story: everything that is stored about it."""

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from pipeline.designation import designations_of
from pipeline.story import Order, Signature, Story
from pipeline.utterances.quoted_words import said_in
from pipeline.value import Time, Value, is_absent

Status = Literal["usable", "withheld", "canceled"]
Rank = tuple[int, datetime]
_MOST_APART = 200
_FORMER = {"alsoin", "duplicateof", "originals", "storyline", "replaces", "earlier", "replacedby", "separate"}
"""What records had before 0.12."""


class Version(Value):
    """A version of a story, or a kill.

    ``at`` is the coordinate of its text on ``wire.stories``, ``said`` are fingerprints of its quotes, ``names`` its
    designations, ``order`` is what its words order. A version that
    arrived before its embargo passed is ``pending`` until it arrives again.
    """

    version: int
    versioncreated: Time
    pubstatus: Status = "usable"
    headline: Annotated[str | None, Field(exclude_if=is_absent)] = None
    signal: Annotated[str | None, Field(exclude_if=is_absent)] = None
    ednote: Annotated[str | None, Field(exclude_if=is_absent)] = None
    embargoed: Annotated[Time | None, Field(exclude_if=is_absent)] = None
    at: Annotated[str | None, Field(exclude_if=is_absent)] = None
    said: Annotated[tuple[str, ...], Field(exclude_if=is_absent)] = ()
    names: Annotated[tuple[str, ...], Field(exclude_if=is_absent)] = ()
    order: Annotated[Order | None, Field(exclude_if=is_absent)] = None
    pending: Annotated[bool, Field(exclude_if=lambda value: not value)] = False

    @classmethod
    def of(cls, story: Story, at: str) -> Self:
        """Return the entry for a story whose text is at this coordinate."""
        return cls(
            version=story.version,
            versioncreated=story.versioncreated,
            pubstatus=story.pubstatus,
            headline=story.headline,
            signal=story.signal,
            ednote=story.ednote and story.ednote[:500],
            embargoed=story.embargoed,
            at=at,
            said=said_in(story.body),
            names=designations_of(story) if story.pubstatus == "usable" else (),
            order=story.order,
        )

    @property
    def rank(self) -> Rank:
        """The order of versions: by number, then by time."""
        return self.version, self.versioncreated


class Withdrawn(Value):
    """A text that its agency has withdrawn: what finds others that carry it, and not the text itself.

    ``digest`` is that of its words; ``signature`` finds texts that resemble it.
    """

    source: str
    origin: str
    version: int
    versioncreated: Time
    digest: str
    signature: Annotated[Signature | None, Field(exclude_if=is_absent)] = None

    @property
    def rank(self) -> Rank:
        """The order of the versions that were withdrawn."""
        return self.version, self.versioncreated


class Record(Value):
    """The stored state of a story.

    ``version`` is the highest seen; ``versioncreated`` and ``pubstatus`` are those of the current version.
    ``revision`` numbers the messages passed on and only rises, so that a late message cannot overwrite a newer one
    in the index. ``held`` is the coordinate of the pending version that comes next, ``embargoed`` its embargo; at
    ``sendagain`` it is sent to the desk again. ``apart`` are the uris made for other stories that came under this
    one's. ``said`` are the fingerprints of the quotes of all versions, ``names`` their designations.

    ``sender`` owns the story: nobody else's versions and kills count. ``order`` is what the words of its newest message
    with an order demand, ``settled`` whether that is carried out or needs nobody any more.
    ``withdrawn`` is what was kept of the last text that a kill covers.
    """

    uri: str
    version: int
    versioncreated: Time
    firstcreated: Time
    pubstatus: Status
    revision: int = 0
    embargoed: Annotated[Time | None, Field(exclude_if=is_absent)] = None
    held: Annotated[str | None, Field(exclude_if=is_absent)] = None
    sendagain: Annotated[Time | None, Field(exclude_if=is_absent)] = None
    versions: Annotated[tuple[Version, ...], Field(exclude_if=is_absent)] = ()
    apart: Annotated[tuple[str, ...], Field(exclude_if=is_absent)] = ()
    said: Annotated[tuple[str, ...], Field(exclude_if=is_absent)] = ()
    names: Annotated[tuple[str, ...], Field(exclude_if=is_absent)] = ()
    sender: Annotated[str, Field(exclude_if=lambda value: not value)] = ""
    order: Annotated[Order | None, Field(exclude_if=is_absent)] = None
    settled: Annotated[bool, Field(exclude_if=lambda value: not value)] = False
    withdrawn: Annotated[Withdrawn | None, Field(exclude_if=is_absent)] = None

    def place_of(self, version: int) -> str | None:
        """Return the coordinate on ``wire.stories`` of the latest text of this version, if known."""
        places = [each.at for each in self.versions if each.version == version and each.pubstatus == "usable"]
        return places[-1] if places else None

    def history(self, shown: Rank) -> Iterator[dict[str, Any]]:
        """Return the versions up to the one shown, as documents list them; embargoed versions are left out."""
        for each in self.versions:
            if each.rank <= shown:
                yield each.model_dump(mode="json", exclude={"embargoed", "at", "said", "names", "order", "pending"})

    def with_apart(self, uri: str) -> Self:
        """Return the record with one more uri of a story that came under this record's."""
        return self.model_copy(update={"apart": tuple(sorted({*self.apart, uri})[:_MOST_APART])})

    @model_validator(mode="before")
    @classmethod
    def _from_earlier(cls, given: Any) -> Any:
        """Read records of earlier versions, which stored coordinates and the embargo beside the versions (0.6), and
        how stories relate.
        """
        if isinstance(given, dict):
            given = {name: value for name, value in given.items() if name not in _FORMER}
        if isinstance(given, dict) and ("texts" in given or "at" in given):
            texts, at = given.pop("texts", {}), given.pop("at", None)
            versions = [dict(each) for each in given.get("versions", ())]
            for each in versions:
                if each.get("pubstatus", "usable") == "usable":
                    each["at"] = texts.get(str(each["version"]), at)
            if versions and given.get("held"):
                versions[-1] |= {"at": given["held"], "embargoed": given.get("embargoed"), "pending": True}
            given["versions"] = versions
            given.setdefault("sendagain", given.get("embargoed"))
            given.setdefault("revision", 0 if given.get("held") else given["version"])
        return given
