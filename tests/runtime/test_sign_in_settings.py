"""What may be set about sign-in, and what is refused before anybody can come in by it."""

import pytest

from lodgepole.errors import InvalidRequest
from lodgepole.runtime.settings import Settings

GOOD = {
    "oidc_issuer": "https://login.example.com/realms/main",
    "oidc_client_id": "lodgepole",
    "oidc_rules": ({"value": "staff"},),
}


def test_it_is_read_from_the_environment(monkeypatch):
    monkeypatch.setenv("LODGEPOLE_OIDC_ISSUER", "https://login.example.com")
    monkeypatch.setenv("LODGEPOLE_OIDC_CLIENT_ID", "lodgepole")
    monkeypatch.setenv("LODGEPOLE_OIDC_CLIENT_SECRET", " hush ")
    monkeypatch.setenv("LODGEPOLE_OIDC_SCOPES", "openid groups,email")
    monkeypatch.setenv(
        "LODGEPOLE_OIDC_RULES",
        '[{"value": "legal", "role": "editor", "assistants": ["a"], "filter": {"x": {"$ne": 1}}}]',
    )
    settings = Settings()
    settings.check_sign_in()
    (rule,) = settings.oidc_rules
    assert (rule.value, rule.role, rule.assistants) == ("legal", "editor", ("a",))
    assert rule.filter == {"x": {"$ne": 1}}
    assert settings.oidc_scopes == ("openid", "groups", "email")
    assert settings.oidc_secret == "hush"
    assert "hush" not in repr(settings)
    assert "LODGEPOLE_OIDC_CLIENT_SECRET" not in settings.worker_environment()


def test_without_a_provider_nothing_is_asked():
    Settings().check_sign_in()


@pytest.mark.parametrize(
    "issuer", ["http://127.0.0.1:9000", "http://localhost:9000", "http://[::1]:9000"]
)
def test_on_this_machine_it_need_not_be_encrypted(issuer):
    Settings(**{**GOOD, "oidc_issuer": issuer}).check_sign_in()


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"oidc_issuer": "http://login.example.com"}, "https"),
        ({"oidc_issuer": "http://127.0.0.1.example.com"}, "https"),
        ({"oidc_issuer": "login.example.com"}, "address"),
        ({"oidc_issuer": "https://"}, "address"),
        ({"oidc_issuer": "https://[::1"}, "address"),
        ({"oidc_issuer": "https://login.example.com?a=b"}, "address"),
        ({"oidc_issuer": "https://me:pw@login.example.com"}, "address"),
        ({"oidc_client_id": None}, "LODGEPOLE_OIDC_CLIENT_ID"),
        ({"oidc_rules": ()}, "no rule"),
    ],
)
def test_what_cannot_be_meant_is_refused(changed, why):
    Settings(**GOOD).check_sign_in()
    with pytest.raises(InvalidRequest, match=why):
        Settings(**{**GOOD, **changed}).check_sign_in()


@pytest.mark.parametrize(
    "rule", [{"value": "a", "role": "owner"}, {"role": "reader"}, {"value": "a", "grants": 1}]
)
def test_a_rule_is_written_as_it_must_be(rule):
    with pytest.raises(ValueError, match="oidc_rules"):
        Settings(**{**GOOD, "oidc_rules": (rule,)})


def test_the_secret_may_be_in_a_file(tmp_path):
    path = tmp_path / "secret"
    path.write_text("hush\n")
    assert Settings(**GOOD, oidc_client_secret_file=path).oidc_secret == "hush"
    with pytest.raises(InvalidRequest, match="CLIENT_SECRET_FILE"):
        _ = Settings(**GOOD, oidc_client_secret_file=tmp_path / "none").oidc_secret
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(InvalidRequest, match="CLIENT_SECRET_FILE"):
        _ = Settings(**GOOD, oidc_client_secret_file=path).oidc_secret
