"""`python -m lodgepole` is the `lodgepole` command."""

from lodgepole.cli import main

if __name__ == "__main__":
    main()
