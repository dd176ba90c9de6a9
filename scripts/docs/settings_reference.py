"""Write docs/reference/settings.md from the settings and limits themselves.

python scripts/docs/settings_reference.py [FILE]
"""

import ast
import dataclasses
import itertools
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from lodgepole import limits
from lodgepole.runtime import settings, sign_in_settings

ROOT = Path(__file__).parents[2]
HEAD = """\
# Settings

Written from the program by `scripts/docs/settings_reference.py`; a test keeps it true.

Each setting is a variable of the environment, or an entry of `lodgepole.toml` in the folder where
the server is started; the variable wins. Options of `lodgepole serve` win over both. In
`lodgepole.toml` a setting has its name without `LODGEPOLE_`, in lower case, such as `port = 8080`.

| variable | default | meaning |
|---|---|---|
"""
RULES = """
## Sign-in

Each `[[oidc_rules]]` in `lodgepole.toml` lets somebody in; see [the guide](../guides/sign-in.md).

| entry | default | meaning |
|---|---|---|
"""
LIMITS = """
## Limits

Each is `LODGEPOLE_LIMITS__` and its name in capitals, or an entry under `[limits]`. The last word
of a name is its unit.

| limit | default | |
|---|---|---|
"""
MODELS = """
## Models

Each `[[models]]` in `lodgepole.toml` describes one more model that requests may name.

| entry | default | meaning |
|---|---|---|
"""
ELSEWHERE = {
    "data_dir": "one per user",
    "cache_dir": "one per user",
    "limits": "see below",
    "embedder": "the built-in one",
    "reranker": "none",
    "models": "none",
}
MEANINGS = {
    "host": "The address to listen on.",
    "port": "The port; 0 takes a free one.",
    "limits": "Every upper limit, one by one.",
    "google_base_url": "Google's address, where another server speaks its wire format.",
}
OF_MODELS = {
    "provider": "`openai`, `anthropic` or `google`: the wire format. `openai` is also what Ollama, "
    "vLLM, LM Studio and OpenRouter speak.",
    "context_tokens": "Prompt and answer together, at most; else what is known of the name.",
    "max_output_tokens": "Of one answer; else what is known of the name.",
    "takes_temperature": "Whether a temperature is sent; else what is known of the name.",
    "takes_images": "Whether figures are sent along; else what is known of the name.",
}


def reference() -> str:
    parts = (_settings(), MODELS, _models(), RULES, _rules(), LIMITS, _limits())
    return HEAD + "".join(itertools.chain.from_iterable(parts))


def _settings() -> Iterator[str]:
    meanings = {
        **_docstrings(Path(sign_in_settings.__file__), "SignInSettings"),
        **_docstrings(Path(settings.__file__), "Settings"),
        **MEANINGS,
    }
    for name, field in settings.Settings.model_fields.items():
        alias: Any = field.validation_alias
        choices = [str(choice).upper() for choice in getattr(alias, "choices", ())]
        variables = choices or [f"LODGEPOLE_{name.upper()}"]
        default = ELSEWHERE.get(name) or _shown(field.default)
        meaning = meanings.get(name) or _provider(name)
        yield _row(" or ".join(f"`{it}`" for it in variables), default, meaning)


def _provider(name: str) -> str:
    """What the settings of providers mean, which have no docstring each."""
    provider, _, what = name.partition("_")
    meanings = {
        "api_key": "key; setting it makes its models answer.",
        "api_key_file": "key, in a file.",
        "base_url": "address, where another server speaks its wire format.",
    }
    who = {"openai": "OpenAI", "anthropic": "Anthropic", "google": "Google"}[provider]
    return f"{who}'s {meanings[what]}"


def _models() -> Iterator[str]:
    meanings = {**_docstrings(Path(settings.__file__), "ModelConfig"), **OF_MODELS}
    for field in dataclasses.fields(settings.ModelConfig):
        default = "required" if field.default is dataclasses.MISSING else _shown(field.default)
        yield _row(f"`{field.name}`", default, meanings.get(field.name, ""))


def _rules() -> Iterator[str]:
    meanings = _docstrings(Path(sign_in_settings.__file__), "OidcRule")
    for field in dataclasses.fields(sign_in_settings.OidcRule):
        default = "required" if field.default is dataclasses.MISSING else _shown(field.default)
        yield _row(f"`{field.name}`", default, meanings.get(field.name, ""))


def _limits() -> Iterator[str]:
    lines = Path(limits.__file__).read_text("utf-8").splitlines()
    for field in dataclasses.fields(limits.Limits):
        line = next(it for it in lines if it.strip().startswith(f"{field.name}:"))
        yield _row(f"`{field.name}`", f"{field.default:,}", line.partition("#")[2].strip())


def _docstrings(path: Path, class_: str) -> dict[str, str]:
    """The strings that stand below the attributes of a class."""
    tree = ast.parse(path.read_text("utf-8"))
    body = next(n.body for n in tree.body if isinstance(n, ast.ClassDef) and n.name == class_)
    found: dict[str, str] = {}
    for attribute, after in itertools.pairwise(body):
        if (
            isinstance(attribute, ast.AnnAssign)
            and isinstance(attribute.target, ast.Name)
            and isinstance(after, ast.Expr)
            and isinstance(after.value, ast.Constant)
        ):
            found[attribute.target.id] = str(after.value.value)
    return found


def _shown(value: object) -> str:
    if value is None or value == ():
        return "none"
    if isinstance(value, SecretStr):
        return "secret"
    if isinstance(value, tuple):
        return f"`{list(value)}`".replace("'", '"')
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _row(name: str, default: str, meaning: str) -> str:
    plain = " ".join(meaning.split()).replace("|", "\\|")
    return f"| {name} | {default} | {plain} |\n"


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs/reference/settings.md"
    target.write_text(reference(), encoding="utf-8")
    print(target)
