"""What the publishers have published since: fetch, parse, compare, and write the data package in one step.

`refresh` joins the parts: `tables` reads what to ask and which series it fills, `http` talks, one module a publisher
parses, `match` finds the figures of each series, `merge` says what is new or revised, `identities` judges the result,
`swap` puts it in place. A parser is pure: bytes and request in, figures out.
"""
