"""The lexicon of reporting cues: verbs that tell that somebody said or wrote something.

The list follows the cues of reporting in the quotation literature (Pareti 2015; PolNeAR), as
base forms; regular forms are made from them, irregular ones are listed.
"""

_BASE = """
accuse acknowledge add admit advise affirm agree allege announce answer argue ask assert assure
attest boast brag call caution charge cite claim clarify comment complain concede conclude condemn
confess confide confirm contend counter criticize declare decry demand denounce deny describe
disclose dismiss emphasize exclaim explain express hail hint imply indicate inform inquire insist
instruct interject invite joke lament maintain mention mumble murmur muse note observe object opine
order pledge plead post praise predict proclaim promise pronounce propose protest query question
quip rail reassert reassure recall recommend recount refute reiterate relate remark remember
remind reply report request respond retort reveal rule scream shout signal sigh slam specify
speculate state stipulate stress suggest summarize swear testify thank threaten tout tweet
underline underscore urge vent vow voice warn weigh whisper wonder yell
""".split()
_IRREGULAR = """
say says said saying tell tells told telling write writes wrote written writing
speak speaks spoke spoken speaking put puts putting swore sworn
criticise criticised criticises criticising emphasise emphasised emphasises emphasising
""".split()
_DOUBLED = {"admit": "admitt", "quip": "quipp", "brag": "bragg"}


def _forms(base: str) -> set[str]:
    if base.endswith("e"):
        return {base, base + "s", base + "d", base[:-1] + "ing"}
    if base.endswith("y") and base[-2] not in "aeiou":
        return {base, base[:-1] + "ies", base[:-1] + "ied", base + "ing"}
    stem = _DOUBLED.get(base, base)
    plural = base + ("es" if base.endswith(("s", "sh", "ch", "x")) else "s")
    return {base, plural, stem + "ed", stem + "ing"}


CUES = frozenset(form for base in _BASE for form in _forms(base)) | frozenset(_IRREGULAR)
