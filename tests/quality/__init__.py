"""Scores on labelled data, and the floors below which they must not fall."""
