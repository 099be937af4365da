"""Pages of our own making and what has to be read from them."""
