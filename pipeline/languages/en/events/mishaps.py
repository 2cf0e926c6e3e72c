"""What happens by itself: fires, storms, crashes and diseases kill, but nobody attacks."""

from collections.abc import Iterator

from pipeline.languages.en.events.argument_structure import Participants, agents, is_passive, subjects
from pipeline.reading.tree import Tree

_MISHAPS = frozenset(
    "accident accidents aftershock aftershocks avalanche avalanches blaze blazes blizzard blizzards bushfire bushfires"
    " cancer capsizing cholera cold collapse collapses collision collisions coronavirus covid covid-19 crash crashes"
    " crush cyclone cyclones dengue deluge derailment derailments disaster disasters disease diseases downpour"
    " downpours drought droughts earthquake earthquakes ebola epidemic epidemics eruption famine fever fires firestorm"
    " flood flooding floods floodwaters flu frost gale gales hail hailstorm heat heatwave heatwaves hurricane"
    " hurricanes illness infection infections inferno influenza landslide landslides landslip lightning malaria"
    " measles meningitis mishap monsoon monsoons mudslide mudslides outbreak outbreaks pandemic pile-up pileup plague"
    " pneumonia polio quake quakes rain rainfall rains rainstorm rainstorms sandstorm sars shipwreck sinking smoke"
    " snow snowfall snowstorm stampede storm storms tempest temblor thunderstorm thunderstorms tidal tornado tornadoes"
    " torrents tremor tremors tsunami tsunamis tuberculosis twister twisters typhoid typhoon typhoons virus volcano"
    " whirlwind wildfire wildfires wind winds wreck".split()
)
_BEFALLS = frozenset(
    "capsized capsizes careened collapsed collapses collided collides crashed crashes derailed derails erupted erupts"
    " fell overturned overturns plunged plunges rolled sank sinks skidded slid swerved toppled veered".split()
)
"""Verbs of vehicles and buildings, without an object: "when a ferry capsized"."""
_BY = frozenset("in by from during after through amid of".split())
_WHEN = frozenset("when after as because".split())


def is_mishap(tree: Tree, verb: int, known: Participants) -> bool:
    """Return whether nobody does what a predicate says: it or its subject is a mishap, or without one its cause."""
    if not known.is_verb(verb):
        return _names_mishap(tree, verb)
    passive = is_passive(tree, verb)
    acting = [each.token for each in (agents(tree, verb) if passive else subjects(tree, verb, known))]
    if acting:
        return all(_names_mishap(tree, token) for token in acting)
    return any(_names_mishap(tree, token) for token in _causes(tree, verb)) or any(
        _befalls(tree, child) for child in tree.children[verb]
    )


def _causes(tree: Tree, verb: int) -> Iterator[int]:
    """Yield the nouns of a verb's prepositions of cause: "in a fire", "during the floods"."""
    for child in tree.children[verb]:
        if tree.dep[child] == "prep" and tree.lower[child] in _BY:
            yield from (noun for noun in tree.children[child] if tree.dep[noun] == "pobj")


def _names_mishap(tree: Tree, noun: int) -> bool:
    if tree.lower[noun] == "fire":
        # Not that of guns: "in Israeli fire", "by fire from a tank".
        parts = [child for child in tree.children[noun] if tree.lower[child] not in ("in", "at", "on", "that", "which")]
        return all(tree.dep[child] != "prep" and not tree.kind[child] for child in parts) and (
            (not parts and tree.lower[tree.head[noun]] != "by") or any(tree.dep[child] == "det" for child in parts)
        )
    if tree.word[noun][0].isupper() and tree.kind[noun]:
        # "Hurricane Mitch", but not the Miami Heat
        return any(tree.dep[child] == "compound" and tree.lower[child] in _MISHAPS for child in tree.children[noun])
    return tree.lower[noun] in _MISHAPS


def _befalls(tree: Tree, verb: int) -> bool:
    """Return whether a clause says how a vehicle or a building came to harm: "when a bus plunged into a river"."""
    is_told = tree.dep[verb] == "advcl" and tree.lower[verb] in _BEFALLS and tree.child(verb, "dobj") is None
    return is_told and any(tree.lower[child] in _WHEN for child in tree.children[verb])
