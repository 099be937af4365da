"""`dedup serve`: the pages of the report, live from a corpus that is only read, for this computer alone."""
