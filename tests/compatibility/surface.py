"""What users wrote into scripts, configuration and dashboards: settings, metrics, commands."""

import itertools
from collections.abc import Iterable, Iterator
from typing import Any


def settings(model: Any) -> list[str]:
    """Variables of the settings `model`, and what may stand in each.

    `LODGEPOLE_EMBEDDER[openai].model` is the entry `model` of an embedder of the kind `openai`,
    `LODGEPOLE_MODELS[].name` that of each model, `X=a` a value that X may have.
    """
    schema = model.model_json_schema()
    definitions = schema.get("$defs", {})

    def inside(part: dict[str, Any], path: str) -> Iterator[str]:
        if "$ref" in part:
            part = definitions[part["$ref"].rpartition("/")[2]]
        for name, inner in part.get("properties", {}).items():
            yield f"{path}.{name}"
            yield from inside(inner, f"{path}.{name}")
        for kind, reference in part.get("discriminator", {}).get("mapping", {}).items():
            yield from inside({"$ref": reference}, f"{path}[{kind}]")
        for inner in part.get("anyOf", []):
            yield from inside(inner, path)
        if isinstance(part.get("items"), dict):
            yield from inside(part["items"], f"{path}[]")
        for value in part.get("enum", []):
            yield f"{path}={value}"

    found: set[str] = set()
    for name, field in model.model_fields.items():
        own = model.model_config["env_prefix"] + name.upper()
        choices = getattr(field.validation_alias, "choices", ())
        variables = [str(choice).upper() for choice in choices] or [own]
        part = schema["properties"][choices[0] if choices else name]
        found.update(variables, *(inside(part, variable) for variable in variables))
    return sorted(found)


def metrics(definitions: Iterable[Any], prefix: str) -> list[str]:
    return sorted(f"{prefix}{d.name}({', '.join(sorted(d.labels))}) {d.kind}" for d in definitions)


def commands(command: Any, path: str) -> list[str]:
    """Each command with its arguments, and each of its options."""
    inner = getattr(command, "commands", None)
    if inner is not None:
        return sorted(x for name, child in inner.items() for x in commands(child, f"{path} {name}"))
    arguments = [p.name for p in command.params if p.param_type_name == "argument"]
    options = [o for p in command.params for o in p.opts if p.param_type_name != "argument"]
    named = " ".join([path, *(name.upper() for name in arguments)])
    return [named, *sorted(f"{path} {option}" for option in options)]


def without_arguments(command: Any, path: str) -> list[str]:
    """Each command that needs no argument, be there some that it may be given."""
    inner = getattr(command, "commands", None)
    if inner is not None:
        found = (without_arguments(child, f"{path} {name}") for name, child in inner.items())
        return sorted(itertools.chain.from_iterable(found))
    needed = [p for p in command.params if p.param_type_name == "argument" and p.required]
    return [] if needed else [path]
