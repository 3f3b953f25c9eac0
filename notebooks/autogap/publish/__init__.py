"""Everything that leaves the collection: a site, parts of a manuscript, a report; all of it made of executed points."""
