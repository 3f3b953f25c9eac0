"""The fixed words of the data package: units, frequencies, grades, licences, and the columns of the catalogue."""

from __future__ import annotations

UNITS = {
    "JPY per USD": "yen for one US dollar",
    "USD": "US dollars, current",
    "million USD": "millions of US dollars, current",
    "thousand JPY": "thousands of yen, current",
    "million JPY": "millions of yen, current",
    "billion JPY": "thousand millions of yen, current",
    "trillion JPY": "million millions of yen, current",
    "million JPY, chained, quarterly rate": "volume; the reference year differs by vintage; not annualised",
    "billion JPY, current prices, annual rate": "seasonally adjusted, quarterly flow times four",
    "billion JPY, chained 2011 prices, annual rate": "volume in prices of 2011, quarterly flow times four",
    "billion JPY, chained 2015 prices, annual rate": "volume in prices of 2015, quarterly flow times four",
    "billion JPY, chained 2020 prices, annual rate": "volume in prices of 2020, quarterly flow times four",
    "vehicles": "number of vehicles",
    "passenger cars": "number of passenger cars",
    "million vehicles, annual rate": "millions, monthly sales times twelve, seasonally adjusted",
    "knocked-down sets": "sets of parts for assembly abroad",
    "persons": "number of persons",
    "thousand persons": "thousands of persons",
    "10,000 persons": "tens of thousands of persons, as the Labour Force Survey counts",
    "million persons": "millions of persons",
    "kg": "kilograms",
    "kl": "kilolitres",
    "t": "metric tons",
    "thousand t": "thousands of metric tons",
    "thousand kl": "thousands of kilolitres",
    "percent": "percent: of the base, the total or the year before, as the title says",
    "percent, annualised": "percent, quarterly change compounded to a year",
    "percentage points": "points of percent: a difference or a contribution to growth",
    "diffusion index, percentage points": "share of firms that answer 'favourable' less share 'unfavourable'",
    "index, 1982-84=100": "average of 1982 to 1984 is 100",
    "index, 2000=100": "average of 2000 is 100",
    "index, 2017=100": "average of 2017 is 100",
    "index, 2020=100": "average of 2020 is 100",
    "index, Dec 2003=100": "December 2003 is 100",
}
"""Units that a series may have."""

TABLE_UNITS = {
    "not applicable": "a name, a code, a date or words",
    "see unit": "another column of the same row gives the unit",
    "percent ad valorem": "percent of the customs value",
    "share": "fraction of one",
    "share of import value": "fraction of one, of the value of imports",
    "JPY per JPY": "yen of the row for one yen of the column",
    "year": "calendar year",
    "observations": "number of observations",
    "lines": "number of tariff lines",
}
"""Units that only columns of tables may have, beside `UNITS`."""

FREQUENCIES = {"M": "month", "Q": "quarter", "A": "calendar year", "FY": "Japan's fiscal year, April to March"}

SEASONAL = {
    "SA": "seasonally adjusted",
    "SAAR": "seasonally adjusted, annual rate",
    "NSA": "not seasonally adjusted",
    "not applicable": "annual figures and the like",
    "not stated": "the copy does not say",
}

VINTAGE_KINDS = {
    "release": "the vintage is the day on which the publisher released the figure",
    "announcement": "as release, but each covers a few periods only; a row is kept even where it repeats a figure",
    "capture": "the vintage is the day of the copy; a figure counts as known from its usual release, as revised since",
    "edition": "each vintage is an edition with definitions of its own: read one, never join them",
}

GRADES = {
    "official file": "read by program from an official file, or from a research data set made from one",
    "re-keyed and checked": "re-keyed from an official file and checked by arithmetic",
    "press report": "official or company figure as quoted by the press or by an industry page",
    "derived": "arithmetic on published figures; the note says how",
    "secondary source": "a single secondary source that does not name the publisher",
}

LICENCES = {
    "public domain (work of the US federal government)": {
        "name": "other-pd",
        "use": "free",
        "publish": "free; the agency asks to be named as the source",
    },
    "reuse with attribution (Government of Japan Standard Terms of Use)": {
        "name": "other-at",
        "use": "free",
        "publish": "free with the source named, and a statement that the figures were edited",
    },
    "use with attribution to the OECD": {
        "name": "other-at",
        "use": "free",
        "publish": "free with attribution to the OECD",
    },
    "use with attribution to WIOD (Timmer et al., Review of International Economics 23, 2015)": {
        "name": "other-at",
        "use": "free",
        "publish": "free with the article named",
    },
    "own compilation": {"name": "mit", "use": "as the repository's LICENSE", "publish": "as the repository's LICENSE"},
    "own compilation; facts only": {
        "name": "mit",
        "use": "as the repository's LICENSE",
        "publish": "as the repository's LICENSE; the facts are those of the sources named row by row",
    },
    "own wording; facts only": {
        "name": "mit",
        "use": "as the repository's LICENSE",
        "publish": "as the repository's LICENSE; the article itself is not reproduced",
    },
    "not stated": {
        "name": "notspecified",
        "use": "single figures are quoted as facts, with their source",
        "publish": "no statement found grants it: quote single figures with source, ask before passing on the whole",
    },
}
"""Terms as the publisher states them -> identifier for the data package, right to use, right to publish."""

SERIES_FIELDS = {
    "name": "<publisher>.<partner>.<flow>.<item>[_<measure>], lower case; the key of the catalogue",
    "title": "what the figures are, in words",
    "unit": "one of the units listed in README.md",
    "frequency": "M month, Q quarter, A calendar year, FY fiscal year of Japan",
    "publisher": "who published the figures",
    "publisher_code": "the publisher's own code, or 'not stated'",
    "measure": "valuation and basis: FOB or CIF, general imports or for consumption, chained or current",
    "seasonal_adjustment": "SA, SAAR, NSA, not applicable or not stated",
    "first_period": "first period with a figure, ISO",
    "last_period": "last period with a figure, ISO",
    "vintage_kind": "release, announcement, capture or edition: what the vintage of a row is",
    "release_days": "days from the end of a period to its usual first release",
    "source": "publisher's release or file",
    "collected_from": "the public place where the figures were collected",
    "licence": "terms as the publisher states them, or 'not stated'",
    "grade": "how the figures were taken over",
    "note": "what to know before use: breaks, gaps, bases, rounding",
    "file": "file under data/ that holds the figures",
}
"""Columns of ``series.csv`` and what they hold."""

ASKING = {
    "requests.csv": (
        "Where `autogap refresh` asks: one row per address",
        ["request"],
        {
            "request": "name of the request",
            "publisher": "short name of the publisher, for --only",
            "parser": "module of autogap/sources that reads the replies",
            "url": "address; words in braces are filled in",
            "ask": "once, or month or quarter with the stages to try, the best first",
            "body": "what to post, if it is a POST",
            "kind": "csv, html, json, xlsx or xml",
            "encoding": "encoding of text, decoded strictly",
            "expect": "words that the reply must contain, joined by |: the unit, the base year",
            "key": "environment variable with the key, if one is needed",
            "key_page": "where to get a key",
            "optional_key": "yes where the publisher answers without a key too",
            "rests_on": "what the parser was tried on",
            "terms": "terms as the publisher states them",
        },
    ),
    "selectors.csv": (
        "Which figure of which reply a series holds: one row per series",
        ["series"],
        {
            "series": "name in series.csv",
            "request": "name in requests.csv",
            "selector": "key=value pairs joined by semicolons; a|b where a publisher writes either",
            "factor": "series = figure times factor",
            "digits": "decimals to round to, empty to keep what the publisher gives",
            "required": "yes: a reply without it is refused; no: the publisher does not list it every time",
        },
    ),
    "retrievals.csv": (
        "What refreshes took from where: one row per reply",
        [],
        {
            "request": "name in requests.csv",
            "url": "address, without a key",
            "publisher_day": "day of the reply by the publisher's clock",
            "sha256": "hash of its bytes",
            "bytes": "its size",
            "rows": "rows that it brought",
        },
    ),
}
"""Files that say where figures come from -> title, primary key, columns and what they hold."""

OBSERVATION_FIELDS = {
    "period": "ISO period: 2025-05 month, 2025Q1 quarter, 2024 calendar year, FY2024 year from April 2024",
    "series": "name in series.csv",
    "value": "as published, in the unit that series.csv gives for the series",
    "vintage": "day of the release, ISO; a month, quarter or year where the day is not on record",
}
"""Columns of every file under ``observations/`` and what they hold."""

KEPT_FOR = {
    "observations/boj_tankan.csv": (
        "the sentiment of large manufacturers beside the growth that 10 reads; renewed by `refresh`"
    ),
    "observations/census_all_goods.csv": (
        "the newest pull of US duties on all goods; tests hold the older `census.<partner>.naics00` against it"
    ),
    "observations/census_naics3_japan.csv": (
        "the industries behind `census.jp.naics00`: tests add them up; duty rates outside transport equipment"
    ),
    "observations/jama_industry.csv": "research and capital spending of the car industry: no other file has them",
    "observations/jama_vehicles.csv": (
        "the association's own counts of production, sales and exports; tests hold their parts against the whole"
    ),
    "observations/makers_production.csv": (
        "where each maker builds, by year; tests hold Japan and overseas against the world"
    ),
    "observations/meti_production.csv": "the few months of industrial production that could be obtained",
    "observations/mof_china.csv": ("trade with China before 2020; tests hold it against world totals"),
    "observations/mof_partners.csv": (
        "totals of other partners from the same releases as the US figures; tests add areas up; renewed by `refresh`"
    ),
    "observations/mof_quoted.csv": "what the press quoted in 2025: tests hold the customs series against it",
    "observations/mof_world_cars_hs9.csv": (
        "cars by engine and use, new and used: tests add them to passenger cars; renewed by `refresh`"
    ),
    "observations/treasury_customs_duties.csv": (
        "cash receipts of duty since 1982: tests hold calculated duty against them"
    ),
    "observations/usitc_us_imports_hs87.csv": (
        "the year 2025 beside 2024 in `us_imports_hs10_2024`; the basis is to be checked before use"
    ),
    "observations/ver_history.csv": "the voluntary restraint of the 1980s, the earlier limit on the same exports",
    "tables/claims/mof_2026-04-22.csv": (
        "claims of the ministry's release: 13 reads them with `article` set to it, not by default"
    ),
    "tables/gdp_releases.csv": "stage and page of each announced growth rate: tests hold the series of 10 against it",
    "tables/gtap_baseline.csv": ("origins of US car imports in another model's baseline, to compare shares with"),
    "tables/io_mic2015_imports.csv": (
        "the published import coefficients: tests hold those computed from the transactions against them"
    ),
    "tables/io_mic2015_inverse.csv": "the published inverse: tests hold that of the transactions against it",
    "tables/waugh_added_tariff.csv": (
        "a second tracker, which dates the cut for Japanese cars differently from `statutory_rate_steps`"
    ),
}
"""Files that no notebook reads by default -> why they are kept all the same."""
