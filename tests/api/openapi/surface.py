"""What an OpenAPI document says, as facts that can be compared: operations, fields, types."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

Fact = Any  # {kind: detail}; a kind is a JSON type, the detail its words, items or fields
VERSION_HEADER = "X-Pinecone-Api-Version"


@dataclass
class Surface:
    """`shapes` are the named objects: `{field: fact}`, a `*` after the names of required ones."""

    operations: dict[str, Any] = field(default_factory=dict)
    shapes: dict[str, dict[str, Fact]] = field(default_factory=dict)

    def add(self, document: dict[str, Any]) -> None:
        for path, item in document["paths"].items():
            for method, operation in item.items():
                self.operations[f"{method.upper()} {path}"] = {
                    "parameters": {
                        f"{p['in']} {p['name']}" + "*" * p.get("required", False): self._parameter(
                            p, document
                        )
                        for p in operation.get("parameters", [])
                        if p["name"] != VERSION_HEADER
                    },
                    "request": self._content(operation.get("requestBody", {}), document),
                    "responses": {
                        status: {
                            "headers": sorted(response.get("headers", {})),
                            **self._content(response, document),
                        }
                        for status, response in operation["responses"].items()
                    },
                }

    def _parameter(self, parameter: dict[str, Any], document: dict[str, Any]) -> Fact:
        if "content" in parameter:
            return {"string": {"format": "json"}}
        return self._fact(parameter["schema"], document)

    def _content(self, holder: dict[str, Any], document: dict[str, Any]) -> dict[str, Fact]:
        return {
            kind: self._fact(media["schema"], document)
            for kind, media in holder.get("content", {}).items()
        }

    def _fact(self, schema: dict[str, Any], document: dict[str, Any]) -> Fact:
        if schema.get("properties", {}).get("data", {}).get("contentSchema"):
            return self._fact(schema["properties"]["data"]["contentSchema"], document)
        name = ""
        while "$ref" in schema:
            name = schema["$ref"].rpartition("/")[2]
            schema = document["components"]["schemas"][name]
        choices = schema.get("oneOf") or schema.get("anyOf")
        if choices and "properties" not in schema:
            return self._union([self._fact(choice, document) for choice in choices], name)
        kinds = schema.get("type", [])
        fact: Fact = {}
        for kind in [kinds] if isinstance(kinds, str) else kinds:
            fact[kind] = {}
            if kind == "array":
                fact[kind] = self._fact(schema["items"], document)
            elif kind == "object" and schema.get("properties") and not _has_free_names(schema):
                fact[kind] = self._fields(schema, document)
                if name:
                    self.shapes[name] = fact[kind]
                    fact[kind] = name
            elif kind == "string":
                words = schema.get("enum") or schema.get("x-enum") or [schema.get("const")]
                fact[kind] = {"words": sorted(w for w in words if w is not None)}
                fact[kind] |= {"format": schema["format"]} if "format" in schema else {}
        if schema.get("nullable"):
            fact["null"] = {}
        return fact

    def _fields(self, schema: dict[str, Any], document: dict[str, Any]) -> dict[str, Fact]:
        required = schema.get("required", [])
        return {
            inner + "*" * (inner in required): self._fact(value, document)
            for inner, value in schema["properties"].items()
        }

    def _union(self, facts: list[Fact], name: str) -> Fact:
        """One fact for all choices; a field is required if all of them require it."""
        merged: Fact = {}
        for fact in facts:
            for kind, detail in fact.items():
                merged[kind] = (
                    self._merged(kind, merged[kind], detail) if kind in merged else detail
                )
        if name and isinstance(merged.get("object"), dict) and merged["object"]:
            self.shapes[name] = merged["object"]
            merged["object"] = name
        return merged

    def _merged(self, kind: str, one: Any, other: Any) -> Any:
        if kind == "array":
            return self._union([one, other], "")
        if kind == "string":
            return {**one, "words": sorted({*one["words"], *other["words"]})}
        if kind != "object":
            return one
        one, other = self.fields(one), self.fields(other)
        merged: dict[str, Fact] = {}
        for bare in dict.fromkeys(key.rstrip("*") for key in [*one, *other]):
            found = [fact for part in (one, other) if (fact := _get(part, bare)) is not None]
            both = bare + "*" in one and bare + "*" in other
            merged[bare + "*" * both] = self._union(found, "")
        return merged

    def fields(self, detail: Any) -> dict[str, Fact]:
        return self.shapes[detail] if isinstance(detail, str) else detail


def _has_free_names(schema: dict[str, Any]) -> bool:
    return "patternProperties" in schema


def _get(fields: dict[str, Fact], bare: str) -> Fact | None:
    return fields.get(bare, fields.get(bare + "*"))


def differences(theirs: Surface, ours: Surface) -> Iterator[str]:
    """Each thing that one says and the other does not, in words that are stable."""
    seen: set[tuple[str, Any]] = set()
    for operation in [
        *theirs.operations,
        *(o for o in ours.operations if o not in theirs.operations),
    ]:
        if operation not in ours.operations:
            yield f"{operation}: missing"
            continue
        if operation not in theirs.operations:
            yield f"{operation}: added"
            continue
        one, other = theirs.operations[operation], ours.operations[operation]
        compare = _Comparison(theirs, ours, seen)
        yield from compare.fields(f"{operation} parameter", one["parameters"], other["parameters"])
        yield from compare.fields(f"{operation} request", one["request"], other["request"])
        for status in sorted({*one["responses"], *other["responses"]}):
            place = f"{operation} {status}"
            if status not in other["responses"]:
                yield f"{place}: missing"
            elif status not in one["responses"]:
                yield f"{place}: added"
            else:
                yield from compare.response(
                    place, one["responses"][status], other["responses"][status]
                )


@dataclass
class _Comparison:
    theirs: Surface
    ours: Surface
    seen: set[tuple[str, Any]]

    def response(self, place: str, one: dict[str, Any], other: dict[str, Any]) -> Iterator[str]:
        one, other = dict(one), dict(other)
        their_headers, our_headers = set(one.pop("headers")), set(other.pop("headers"))
        for name in sorted(their_headers ^ our_headers):
            yield f"{place} header {name}: {'added' if name in our_headers else 'missing'}"
        yield from self.fields(place, one, other)

    def fields(self, place: str, one: dict[str, Fact], other: dict[str, Fact]) -> Iterator[str]:
        bare_one, bare_other = ({key.rstrip("*") for key in part} for part in (one, other))
        for name in sorted(bare_one | bare_other):
            at = f"{place} {name}" if " " in place else f"{place}.{name}"
            if name not in bare_other:
                yield f"{at}: missing"
            elif name not in bare_one:
                yield f"{at}: added"
            else:
                if (name + "*" in one) != (name + "*" in other):
                    yield f"{at}: {'required here' if name + '*' in other else 'optional here'}"
                yield from self.fact(at, _get(one, name), _get(other, name))

    def fact(self, place: str, one: Fact, other: Fact) -> Iterator[str]:
        if not one:
            return  # anything
        if set(one) != set(other):
            yield f"{place}: {' or '.join(sorted(one))} there, {' or '.join(sorted(other))} here"
        for kind in sorted(set(one) & set(other)):
            detail, ours = one[kind], other[kind]
            if kind == "array":
                yield from self.fact(f"{place}[]", detail, ours)
            elif kind == "object" and detail and ours:
                yield from self._object(place, detail, ours)
            elif kind == "string":
                yield from self._string(place, detail, ours)

    def _object(self, place: str, one: Any, other: Any) -> Iterator[str]:
        if isinstance(one, str):
            name = other if isinstance(other, str) else "inline"
            place = one if name == one else f"{one} as {name}"
            if (one, name) in self.seen:
                return
            self.seen.add((one, name))
            place = place.replace(" ", "_")
        yield from self.fields(place, self.theirs.fields(one), self.ours.fields(other))

    def _string(self, place: str, one: Any, other: Any) -> Iterator[str]:
        for word in sorted({*one["words"]} ^ {*other["words"]}) if one["words"] else []:
            yield f"{place} word {word}: {'missing' if word in one['words'] else 'added'}"
        if one.get("format") != other.get("format"):
            yield f"{place}: format {one.get('format')} there, {other.get('format')} here"
