"""`python -m dedup`: the command."""

from dedup.cli import main

if __name__ == "__main__":
    main()
