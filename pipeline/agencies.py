"""What is known of news agencies: the zone in whose time each one writes."""

from zoneinfo import ZoneInfo

_ZONES = {
    "America/New_York": "ap|associated press|upi|united press international|bloomberg|dow jones|pr newswire|prnewswire"
    "|business wire|globe newswire|globenewswire|cnn|mcclatchy|tribune news service|eurekalert",
    "America/Toronto": "cp|canadian press|la presse canadienne",
    "America/Mexico_City": "notimex",
    "America/Sao_Paulo": "agência brasil|agencia brasil|estadão conteúdo",
    "America/Argentina/Buenos_Aires": "télam|telam|noticias argentinas",
    "America/Havana": "prensa latina",
    "Europe/London": "pa|pa media|press association|reuters|rtrs|bbc|bbc news|sky news",
    "Europe/Paris": "afp|agence france presse|agence france-presse",
    "Europe/Berlin": "dpa|deutsche presse-agentur|dpa-afx|epd|kna|sid|dts",
    "Europe/Vienna": "apa|austria presse agentur",
    "Europe/Zurich": "ats|sda|keystone-sda|awp",
    "Europe/Brussels": "belga",
    "Europe/Amsterdam": "anp",
    "Europe/Rome": "ansa|agi|adnkronos|askanews|la presse",
    "Europe/Madrid": "efe|agencia efe|europa press",
    "Europe/Lisbon": "lusa",
    "Europe/Stockholm": "tt|tt nyhetsbyrån",
    "Europe/Oslo": "ntb|npk",
    "Europe/Copenhagen": "ritzau",
    "Europe/Helsinki": "stt|stt-lehtikuva",
    "Europe/Warsaw": "pap",
    "Europe/Prague": "čtk|ctk",
    "Europe/Athens": "ana|ana-mpa|amna",
    "Europe/Moscow": "tass|itar-tass|ria novosti|interfax",
    "Europe/Kyiv": "ukrinform",
    "Europe/Istanbul": "aa|anadolu|anadolu agency|dha",
    "Africa/Johannesburg": "sapa|african news agency",
    "Africa/Lagos": "nan|news agency of nigeria",
    "Africa/Cairo": "mena",
    "Asia/Jerusalem": "itim",
    "Asia/Tehran": "irna",
    "Asia/Kolkata": "pti|press trust of india|uni|ians|ani",
    "Asia/Jakarta": "antara",
    "Asia/Shanghai": "xinhua|xin|xinhua news agency|cns|china news service",
    "Asia/Tokyo": "kyodo|kyodo news|jiji|jiji press",
    "Asia/Seoul": "yonhap",
    "Asia/Pyongyang": "kcna",
    "Asia/Kuala_Lumpur": "bernama",
    "Australia/Sydney": "aap|australian associated press",
    "Pacific/Auckland": "nzpa|nzn|scoop",
}
_ZONE_OF = {name: zone for zone, names in _ZONES.items() for name in names.split("|")}


def zone_of(*names: str) -> ZoneInfo | None:
    """Return the zone of the first of these that is an agency's name or abbreviation, in any case."""
    known = (_ZONE_OF.get(" ".join(name.casefold().removeprefix("the ").split())) for name in names)
    return next((ZoneInfo(zone) for zone in known if zone), None)
