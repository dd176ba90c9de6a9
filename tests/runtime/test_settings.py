"""What processes of ours are given of the environment."""

import pytest

from lodgepole.errors import InvalidRequest
from lodgepole.runtime.retrieval_settings import OpenAIEmbedderSettings
from lodgepole.runtime.settings import Settings, reader_environment

SECRETS = {
    "LODGEPOLE_API_KEY": "lp_secret",
    "ANTHROPIC_API_KEY": "secret",
    "OPENAI_API_KEY": "secret",
    "AWS_SECRET_ACCESS_KEY": "secret",
}


def test_readers_and_workers_find_no_keys(monkeypatch):
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("LODGEPOLE_CACHE_DIR", "/cache")
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    worker = Settings().worker_environment()

    assert not SECRETS.keys() & reader_environment().keys()
    assert not SECRETS.keys() & worker.keys()
    assert reader_environment()["LC_ALL"] == worker["LC_ALL"] == "C.UTF-8"
    assert "LODGEPOLE_CACHE_DIR" not in reader_environment()
    assert worker["LODGEPOLE_CACHE_DIR"] == "/cache"


def test_workers_find_the_key_of_the_endpoint_that_they_embed_by(monkeypatch):
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    settings = Settings(embedder=OpenAIEmbedderSettings(kind="openai", model="m"))

    assert SECRETS.keys() & settings.worker_environment().keys() == {"OPENAI_API_KEY"}


@pytest.mark.parametrize(
    ("given", "origins"),
    [
        ("", ()),
        ("*", ("*",)),
        (
            "https://a.example, http://localhost:5173/",
            ("https://a.example", "http://localhost:5173"),
        ),
        ("chrome-extension://abc", ("chrome-extension://abc",)),
    ],
)
def test_origins_are_named_with_commas_between(given, origins, monkeypatch):
    monkeypatch.setenv("LODGEPOLE_CORS_ORIGINS", given)
    assert Settings().cors_origins == origins


@pytest.mark.parametrize("given", ["a.example", "https://a.example/path", "https://a b", "null"])
def test_what_is_no_origin_is_refused(given, monkeypatch):
    monkeypatch.setenv("LODGEPOLE_CORS_ORIGINS", given)
    with pytest.raises(ValueError, match="no origin"):
        Settings()


@pytest.mark.parametrize(
    ("name", "secret", "said"),
    [
        ("api_key", "short", "has 5 characters"),
        ("api_key", "         ", "holds a space"),
        ("api_key", "schlüssel-schlüssel", "no ASCII"),
        ("signing_secret", "0123456789", "has 10 characters"),
        ("signing_secret", "", "has 0 characters"),
    ],
)
def test_a_secret_that_keeps_nobody_out_is_refused(name, secret, said):
    with pytest.raises(InvalidRequest, match=said):
        Settings(**{name: secret}).check_secrets()
