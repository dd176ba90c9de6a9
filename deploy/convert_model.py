"""Convert the installed embedding model into the directory named: done once, at image build."""

import sys
from pathlib import Path

from lodgepole.adapters.embedders.builtin.conversion import converted_model


def main(directory: Path) -> None:
    """Every form that some processor asks for, because nothing can be written there later."""
    for reduced_range in (False, True):
        converted_model(directory, "int8", reduced_range=reduced_range)
    converted_model(directory, "f32", reduced_range=False)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
