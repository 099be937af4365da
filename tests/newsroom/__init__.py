"""A small press of fictional outlets, served on loopback: the demo, the end-to-end test and its truth."""
