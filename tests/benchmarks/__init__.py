"""Speed, memory and growth: run by `make bench`, never by the tests."""
