"""News corpora made up on the spot, whose copies are known because they were planted."""
