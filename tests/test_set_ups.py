"""One machine or many: which settings go together, and what is said of those that do not."""

import pytest

from lodgepole.cli.connection import load_settings
from lodgepole.errors import InvalidRequest

DATABASE = "postgresql://somebody:hunter2@db.example.com/lodgepole"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"blob_url": "s3://bucket"}, "database_url is not"),
        ({"database_url": DATABASE}, "blob_url is not"),
        ({"database_url": "mysql://x", "blob_url": "s3://bucket"}, "must begin with postgresql"),
        ({"database_url": DATABASE, "blob_url": "/srv/files"}, "must be one of s3, gs, az"),
        ({"database_url": DATABASE, "blob_url": "s3://b", "workers": 2}, "lodgepole worker"),
        ({"work": False}, "nobody else would do the work"),
        ({"database_listen_url": DATABASE}, "database_url is not"),
    ],
)
def test_what_makes_no_sense_together_is_refused_with_a_sentence(given, said):
    with pytest.raises(InvalidRequest, match=said) as refused:
        load_settings(**given)
    assert "hunter2" not in str(refused.value)


def test_many_machines_need_an_address_of_each():
    settings = load_settings(database_url=DATABASE, blob_url="s3://bucket/prefix", work=False)
    assert settings.on_many_machines
    assert "hunter2" not in repr(settings)
    assert not load_settings().on_many_machines
