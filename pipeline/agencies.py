"""What is known of news agencies: the country of each one's main desk, and the zone in whose time it writes."""

from typing import NamedTuple
from zoneinfo import ZoneInfo

_AGENCIES = {
    "US America/New_York": "ap|associated press|upi|united press international|bloomberg|dow jones|business wire"
    "|pr newswire|prnewswire|globenewswire|eurekalert|cnn|voa|mcclatchy|tns|states newsroom|ny times",
    "CA America/Toronto": "cp|canadian press|la presse canadienne",
    "MX America/Mexico_City": "notimex",
    "CU America/Havana": "prensa latina",
    "BR America/Sao_Paulo": "agência brasil|agencia brasil",
    "AR America/Argentina/Buenos_Aires": "télam|telam|noticias argentinas",
    "GB Europe/London": "pa|pa media|press association|reuters|rtrs|bbc|bbc news|guardian",
    "FR Europe/Paris": "afp|agence france presse|agence france-presse",
    "DE Europe/Berlin": "dpa|deutsche presse-agentur|dpa-afx|dts|epd|kna|sid",
    "AT Europe/Vienna": "apa|austria presse agentur",
    "CH Europe/Zurich": "ats|sda|keystone-sda|keystone-ats|awp",
    "BE Europe/Brussels": "belga",
    "NL Europe/Amsterdam": "anp",
    "IT Europe/Rome": "ansa|agi|adnkronos|askanews",
    "ES Europe/Madrid": "efe|agencia efe|europa press",
    "PT Europe/Lisbon": "lusa",
    "SE Europe/Stockholm": "tt|tt nyhetsbyrån",
    "NO Europe/Oslo": "ntb|npk",
    "DK Europe/Copenhagen": "ritzau",
    "FI Europe/Helsinki": "stt|stt-lehtikuva",
    "PL Europe/Warsaw": "pap",
    "CZ Europe/Prague": "čtk|ctk",
    "HU Europe/Budapest": "mti",
    "GR Europe/Athens": "ana|ana-mpa|amna",
    "TR Europe/Istanbul": "aa|anadolu|anadolu agency|dha",
    "RU Europe/Moscow": "tass|itar-tass|ria novosti|interfax|sputnik",
    "UA Europe/Kyiv": "ukrinform|interfax-ukraine",
    "EG Africa/Cairo": "mena",
    "NG Africa/Lagos": "nan|news agency of nigeria",
    "ZA Africa/Johannesburg": "sapa|african news agency",
    "QA Asia/Qatar": "qna|al jazeera|al-jazeera",
    "IR Asia/Tehran": "irna|isna|fars",
    "IN Asia/Kolkata": "pti|press trust of india|ians|ani",
    "PK Asia/Karachi": "app|ppi",
    "BD Asia/Dhaka": "bss|unb",
    "TH Asia/Bangkok": "tna",
    "ID Asia/Jakarta": "antara",
    "VN Asia/Ho_Chi_Minh": "vna|vietnam news agency",
    "MY Asia/Kuala_Lumpur": "bernama",
    "SG Asia/Singapore": "cna",
    "PH Asia/Manila": "pna",
    "CN Asia/Shanghai": "xinhua|xin|xinhua news agency|cns|china news service",
    "TW Asia/Taipei": "cna taiwan|focus taiwan",
    "KR Asia/Seoul": "yonhap",
    "JP Asia/Tokyo": "kyodo|kyodo news|jiji|jiji press",
    "AU Australia/Sydney": "aap|australian associated press|abc australia",
    "NZ Pacific/Auckland": "nzpa|rnz|scoop",
}
"""Country and zone of agencies, as datelines and sources call them in small letters."""


class Agency(NamedTuple):
    """An agency's country (ISO 3166) and zone."""

    country: str
    zone: ZoneInfo


_KNOWN = {
    name: Agency(country, ZoneInfo(zone))
    for (country, zone), names in ((key.split(), names) for key, names in _AGENCIES.items())
    for name in names.split("|")
}


def agency_named(*names: str) -> Agency | None:
    """Return the agency of the first of these that is the name or abbreviation of one, in any case."""
    known = (_KNOWN.get(" ".join(name.casefold().removeprefix("the ").split())) for name in names)
    return next(filter(None, known), None)
