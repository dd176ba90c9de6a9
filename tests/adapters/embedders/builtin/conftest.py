from pathlib import Path

import pytest

from lodgepole.adapters.embedders.builtin import find_model
from lodgepole.adapters.embedders.builtin.conversion import converted_model
from lodgepole.adapters.embedders.builtin.network import Network


@pytest.fixture(scope="session")
def model_files():
    return find_model(Path("no-cache-needed-where-the-package-is"))


@pytest.fixture(scope="session")
def network(model_files, tmp_path_factory):
    """A loaded network by its form, converted once per run."""
    cache_dir = tmp_path_factory.mktemp("cache")
    networks = {}

    def load(form):
        if form not in networks:
            networks[form] = Network(converted_model(cache_dir, form), model_files.tokenizer)
        return networks[form]

    return load
