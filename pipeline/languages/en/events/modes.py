"""The mode of an event: the codebook's finer division of its type, by the words that name it.

Source: PLOVER codebook, draft 0.8, the tables of modes. The first mode in the order of the table with a word in the
event's own words wins; words of the whole clause count where they name an instrument or a form, as in "with tear gas".
A hyphen joins two words that follow one another in the clause.
"""

from collections.abc import Iterable

_MODES: dict[str, dict[str, str]] = {
    "CONSULT": {
        "phone": "phone telephone videoconference teleconference online remotely",
        "third-party": "mediate mediation mediator mediated broker brokered",
        "multilateral": "summit multilateral g7 g8 g20",
        "visit": "visit tour travel trip arrive host",
    },
    "RETREAT": {
        "ceasefire": "ceasefire cease-fire truce armistice",
        "release": "release free pardon amnesty parole bail acquit unfreeze",
        "disarm": "disarm disarmament decommission demobilize demobilise weapons",
        "resign": "resign resignation quit abdicate",
        "return": "return repatriate repatriation",
        "access": "access inspector observer monitor allow admit reopen",
        "withdraw": "withdraw withdrawal pullout retreat evacuate vacate pull leave",
    },
    "REQUEST": {
        "meet": "meet meeting talk talks negotiate negotiation dialogue visit",
        "yield": "release free lift ceasefire truce end stop halt withdraw surrender",
        "assist": "aid help assistance support cooperate cooperation assist send provide extradite",
        "change": "reform resign election policy change law constitution implement adopt",
    },
    "REJECT": {
        "meet": "meet meeting talk talks negotiate negotiation dialogue visit",
        "yield": "release free lift ceasefire truce end stop halt withdraw surrender",
        "assist": "aid help assistance support cooperate cooperation assist send provide extradite",
        "change": "reform resign election policy change law constitution implement adopt",
    },
    "ACCUSE": {
        "investigate": "investigate investigation probe inquiry inspect audit interrogate subpoena summon question",
        "allege": (
            "accuse accusation charge allege allegation sue lawsuit suit indict indictment prosecute try trial"
            " impeach blame court"
        ),
        "disapprove": "condemn denounce criticize criticise complain deplore slam rebuke decry protest criticism",
    },
    "THREATEN": {
        "arrest": "arrest detain jail imprison",
        "expel": "expel expulsion deport",
        "territory": "occupy seize annex invade",
        "relations": "relation relations talks negotiation ties aid suspend recall",
        "restrict": "sanction sanctions boycott blockade curfew restrict embargo tariff strike ban",
        "violence": "attack kill bomb strike war force destroy retaliate missile nuclear violence shoot",
    },
    "PROTEST": {
        "hunger": "hunger fast",
        "strike": "strike walkout stoppage striker",
        "boycott": "boycott",
        "riot": "riot rioter loot molotov burn stone clash",
        "obstruct": "block blockade obstruct barricade sit-in occupy",
        "vandalize": "vandalize vandalise deface",
        "demo": "protest demonstrate demonstration rally march demonstrator protester vigil chant",
    },
    "SANCTION": {
        "convict": "convict conviction sentence guilty verdict fine jail condemn court",
        "expel": "expel expulsion suspend disqualify blacklist ban oust strip",
        "withdraw": "withdraw withdrawal recall quit leave pull",
        "discontinue": "cut sever halt stop cancel freeze break reduce terminate discontinue sanction embargo",
    },
    "MOBILIZE": {
        "police": "police riot-police officer security",
        "militia": "militia rebel fighter militant guerrilla",
        "weapons": "missile weapon warship destroyer rocket aircraft jet tank nuclear artillery submarine",
        "troops": "troop troops soldier force army military reservist brigade marine",
    },
    "COERCE": {
        "martial-law": "martial emergency",
        "curfew": "curfew",
        "cyber": "hack hacker cyberattack cyber malware ransomware",
        "misinformation": "misinformation disinformation propaganda fake",
        "deport": "deport deportation expel",
        "censor": "censor censorship newspaper website broadcast publication",
        "arrest": "arrest detain detention jail imprison custody apprehend nab capture round imprisonment",
        "seize": "seize seizure confiscate raid search",
        "withhold": "electricity water internet power shut",
        "restrict": "ban restrict restriction outlaw prohibit block cordon close closure lockdown disperse evict",
    },
    "ASSAULT": {
        "abduct": "abduct abduction kidnap kidnapping hijack hostage",
        "suicide-attack": "suicide",
        "drone": "drone uav unmanned",
        "unconventional": "chemical biological sarin chlorine poison nerve radiological",
        "crowd-control": "tear-gas teargas tear baton water-cannon rubber",
        "sexual": "rape sexual sexually molest",
        "torture": "torture",
        "aerial": "airstrike airstrikes air aircraft jet warplane helicopter bomber plane bombardment",
        "heavy-weapons": "artillery rocket shell shelling mortar tank missile howitzer",
        "explosives": "bomb bombing explosive explosion mine ied grenade detonate blast explode",
        "firearms": (
            "shoot shooting gun gunman gunmen gunfire rifle pistol fired firing open-fire opened-fire opens-fire"
            " opening-fire"
        ),
        "targeted": "assassinate assassination execute execution massacre slaughter",
        "beat": "beat beating punch kick assault",
        "primitive": "stab stabbing knife machete stone hack arson petrol",
        "destroy": "destroy destruction demolish burn raze torch",
    },
}
_WORDS = {kind: {mode: frozenset(words.split()) for mode, words in modes.items()} for kind, modes in _MODES.items()}
_INSTRUMENTS = frozenset(("ASSAULT", "PROTEST", "CONSULT", "MOBILIZE"))
"""Types whose mode may be named elsewhere in the clause."""


def is_retreat(own: Iterable[str]) -> bool:
    """Return whether a concession is a retreat, by the modes that only retreats have."""
    return mode("RETREAT", own, ()) is not None


def mode(kind: str, own: Iterable[str], clause: Iterable[str]) -> str | None:
    """Return the mode of an event of this type, from the lemmas of its own words and of its clause."""
    modes = _WORDS.get(kind, {})
    mine = set(own)
    around = mine | set(clause) if kind in _INSTRUMENTS else mine
    for words in (mine, around):
        for name, known in modes.items():
            if words & known:
                return name
    return None
