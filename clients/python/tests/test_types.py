"""The types of the package against the service's OpenAPI document."""

import dataclasses
import json
import os
import typing
import urllib.request

import pytest

from runtray import File, Result, Started
from runtray._types import body, carried

URL = os.environ["RUNTRAY_TEST_URL"]

# The JSON types of annotations. A file's content is base64 text.
JSON_TYPES = {bool: "boolean", str: "string", int: "integer", float: "number", bytes: "string", type(None): "null"}


@pytest.fixture(scope="module")
def schemas():
    with urllib.request.urlopen(f"{URL}/openapi.json") as answer:
        return json.load(answer)["components"]["schemas"]


def resolved(schemas, schema):
    """The schema itself in place of a reference to it."""
    return schemas[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema


def fields_of(schemas, schema):
    """The properties of a schema with those of its parts, and the names of the required ones."""
    schema = resolved(schemas, schema)
    properties, required = dict(schema.get("properties", {})), set(schema.get("required", ()))
    for part in schema.get("allOf", ()):
        more_properties, more_required = fields_of(schemas, part)
        properties.update(more_properties)
        required |= more_required
    return properties, required


def types_of(annotation):
    """The JSON types of an annotation."""
    if typing.get_origin(annotation) is typing.Union:
        return {name for part in typing.get_args(annotation) for name in types_of(part)}
    return {"array"} if typing.get_origin(annotation) is list else {JSON_TYPES[annotation]}


@pytest.mark.parametrize(("kind", "name"), [(Result, "ExecuteResponse"), (File, "ResultFile"), (Started, "Started")])
def test_answers_have_the_documented_fields(schemas, kind, name):
    properties, required = fields_of(schemas, schemas[name])
    annotations = typing.get_type_hints(kind)
    for field in (field.name for field in dataclasses.fields(kind) if field.name != "raw"):
        documented = resolved(schemas, properties[field])["type"]
        documented = {documented} if isinstance(documented, str) else set(documented)
        assert types_of(annotations[field]) == documented, field
        assert field in required or "null" in documented, field


def test_requests_have_only_documented_fields(schemas):
    sent = body("", "python", "", ["a"], {"A": "a"}, {"a": "text", "b": b"bytes"}, 1.5)
    properties, required = fields_of(schemas, schemas["ExecuteRequest"])
    assert required <= set(sent) <= set(properties)
    properties, required = fields_of(schemas, schemas["InputFile"])
    for file in (carried("a", "text"), carried("b", b"bytes")):
        assert required <= set(file) <= set(properties)
