"""Tell apart different stories that come under one uri, as from feeds whose identifiers are no identifiers."""

from hashlib import blake2b

from pipeline.desk.text_features import Hashes, TextFeatures, content_words, number_in_common
from pipeline.story import Order, Story

_FEWEST_TOKENS = 12
_MOST_SHARED = 0.2
"""Of pairs of unrelated stories, 97 % share less of the shorter text and of its facts; updates share 0.4 and more."""
_LONGEST = 2_000


def may_differ(headline: str | None, story: Story) -> bool:
    """Return whether a version could be another story than the one with this headline; then compare their texts."""
    if story.pubstatus != "usable" or story.signal == "correction":
        return False
    return not content_words(headline or "") & content_words(story.headline or "")


def are_different(one: Story, other: Story) -> bool:
    """Return whether headline and text of both have nothing in common."""
    if not may_differ(one.headline, other):
        return False
    texts = TextFeatures.of(one.body), TextFeatures.of(other.body)
    if min(text.length for text in texts) < _FEWEST_TOKENS:
        return False
    words, facts = (text.words for text in texts), (text.facts for text in texts)
    return max(_shared(*words), _shared(*facts)) < _MOST_SHARED


def kept_apart(story: Story) -> Story:
    """Return the story under a uri of its own, made from its uri and its text."""
    text = "\x1f".join((story.headline or "", story.body))
    digest = blake2b(text.encode("utf-8", "replace"), digest_size=8).hexdigest()
    return story.model_copy(update={"uri": f"{story.uri[:_LONGEST]}#{digest}", "receivedas": story.uri})


def of_sender(story: Story, sender: str, owner: str) -> Story:
    """Return a story that came under another sender's uri, under a uri made from that one and its sender.

    If it is a kill, a person decides whether it is right: the sender may be the same agency by another name.
    """
    digest = blake2b(sender.encode("utf-8", "replace"), digest_size=8).hexdigest()
    order = story.order
    if story.pubstatus == "canceled" and order is None:
        order = Order(kind="kill", text=f"{sender or 'somebody'} cancels {story.uri}, which is {owner}'s")
    return story.model_copy(update={"uri": f"{story.uri[:_LONGEST]}#{digest}", "receivedas": story.uri, "order": order})


def _shared(one: Hashes, other: Hashes) -> float:
    return number_in_common(one, other) / max(1, min(len(one), len(other)))
