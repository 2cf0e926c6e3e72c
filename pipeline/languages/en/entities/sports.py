"""Detect which team sport a story is about, from its words."""

import re
from collections import Counter
from functools import cache

_WORDS = {
    "football": r"soccer|football\b(?!.{0,40}\byards?)|footballers?|midfielders?|midfield|strikers?|goalkeepers?|"
    r"penalty (?:area|kick|shoot-?out)|offside|premier(?:ship)? (?:league|division)|premiership|bundesliga|serie a|"
    r"primera division|uefa|fifa|champions league|league cup|hat-?trick|equali[sz]ers?|equali[sz]ed|goalless|goals?|"
    r"own goal|world cup|under-21|cup winners' cup|headed home|half-?time|relegat\w+|first division|"
    r"divisions? (?:one|two|three)",
    "cricket": r"cricket(?:ers?)?|wickets?|innings|batsm[ae]n|batters?|bowlers?|bowled|bowling|lbw|"
    r"one-day internationals?|test match|county championship|"
    r"umpires?|all-?rounder|centur(?:y|ies)|stumps|overs|unbeaten|wicketkeeper|"
    r"declared|runs|ashes|not out|one-dayers?",
    "baseball": r"baseball|innings?|inning|homers?|homered|home runs?|pitch(?:er|ers|ed|ing)|shutout|rbi|doubleheader|"
    r"american league|national league|major league|bullpen|dugout|outfielder|shortstop|hitters?|batting|"
    r"left-hander|right-hander|runs?|hits?|strikeouts?|struck out|world series",
    "basketball": r"basketball|nba|wnba|rebounds?|three-pointers?|free throws?|point guard|layup|dunk(?:ed)?|"
    r"jump shot|points?|assists?|euroleague",
    "american-football": r"nfl|touchdowns?|quarterbacks?|field goals?|yards?|super bowl|linebacker|interceptions?|"
    r"end zone|running back|wide receiver|football|punt(?:ed)?",
    "ice-hockey": r"nhl|ice hockey|hockey|puck|goaltenders?|goalies?|power-?play|stanley cup|overtime|third period|"
    r"second period|goals?|shutout|saves",
    "rugby-union": r"rugby(?: union)?|tries|try|fly-?half|scrum-?half|scrums?|flanker|lock forward|lineouts?|"
    r"all blacks?|springboks?|wallabies|super (?:12|14|15|rugby)|five nations|six nations|tri-?nations|hooker|props?|"
    r"conversions?|drop goals?|penalties",
    "rugby-league": r"rugby league|super league|tries|try|winfield cup|great britain|halfback|scrum-?half|stand-?off",
    "australian-rules": r"australian rules|afl|aussie rules|behinds|premiership|goals",
}
"""Words of each sport. Those that several sports have decide nothing alone."""
_SHARED = frozenset(
    "goal goals run runs hit hits point points football inning innings try tries shutout yard yards centuries"
    " century premiership penalties declared unbeaten saves props prop assists batting behinds".split()
)
_CERTAIN = re.compile(
    r"^\W*(SOCCER|CRICKET|BASEBALL|BASKETBALL|NBA|NFL|NHL|HOCKEY|ICE HOCKEY|RUGBY UNION|RUGBY LEAGUE|FOOTBALL|"
    r"AUSTRALIAN RULES|TENNIS|GOLF|ATHLETICS|CYCLING|BOXING|SWIMMING|MOTOR RACING|SKIING|ALPINE SKIING|SQUASH|"
    r"VOLLEYBALL|BADMINTON|CHESS|RALLYING|MOTORCYCLING|FIGURE SKATING|SKI JUMPING|NORDIC SKIING)\b"
)
"""The first word of a headline that names the sport, as many agencies have it."""
_SAME = {
    "soccer": "football", "nba": "basketball", "nfl": "american-football", "nhl": "ice-hockey", "hockey": "ice-hockey",
}  # fmt: skip
_OWN_NAME = {
    "football": "soccer", "american-football": "nfl", "ice-hockey": "ice hockey", "rugby-union": "rugby union",
    "rugby-league": "rugby league", "australian-rules": "australian rules",
}  # fmt: skip
_FEWEST, _ENOUGH = 2, 2.0
_WORDS_A_POINT = 200
_MOST, _BRIEF = 8_000, 60


def sport_of(text: str) -> str | None:
    """Return the team sport of a story, or None: words of one sport that are many for the story's length."""
    if stated := _CERTAIN.match(text):
        name = stated[1].lower()
        name = _SAME.get(name, name.replace(" ", "-"))
        return name if name in _WORDS else None
    lower = text[:_MOST].lower()
    if _SHARED.issuperset(_pattern(*_WORDS).findall(lower)):
        # One search instead of one for each sport, and enough for most stories.
        return None
    length = max(1, lower.count(" "))
    scores: dict[str, float] = {}
    for sport in _WORDS:
        found = Counter(_pattern(sport).findall(lower))
        clear = [word for word in found if word not in _SHARED]
        is_named = _OWN_NAME.get(sport, sport) in found
        is_named = is_named and (len(found) > 1 or length < _BRIEF)
        weight = sum(min(number, 3) * (0.5 if word in _SHARED else 1.0) for word, number in found.items())
        scores[sport] = weight + 1.5 * is_named if is_named or len(clear) >= _FEWEST else 0.0
    best = max(scores, key=lambda sport: scores[sport])
    return best if scores[best] >= max(_ENOUGH, length / _WORDS_A_POINT) else None


@cache
def _pattern(*sports: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(_WORDS[sport] for sport in sports)})\b")
