"""The bill of materials: against the schema of CycloneDX 1.6, and for what it must name.

    bill.py BILL

The schemas are in the package cyclonedx-python-lib, so that no network is needed.
"""

import importlib.util
import json
import pathlib
import sys

import jsonschema
import referencing
import referencing.jsonschema

# One component of each kind that is shipped.
EXPECTED = ["pkg:cargo/tokio@", "pkg:cargo/wasmtime@", "pkg:npm/svelte@", "pkg:generic/cpython@"]


def schemas() -> dict[str, dict]:
    spec = importlib.util.find_spec("cyclonedx")
    folder = pathlib.Path(spec.submodule_search_locations[0]) / "schema/_res"
    names = ["bom-1.6", "spdx", "jsf-0.82"]
    return {name: json.loads((folder / f"{name}.SNAPSHOT.schema.json").read_text()) for name in names}


def validator() -> jsonschema.protocols.Validator:
    found = schemas()
    resource = referencing.jsonschema.DRAFT7.create_resource
    registry = referencing.Registry().with_resources((schema["$id"], resource(schema)) for schema in found.values())
    return jsonschema.Draft7Validator(found["bom-1.6"], registry=registry)


def faults(check: jsonschema.protocols.Validator, bill: dict) -> list[str]:
    found = [f"{fault.json_path}: {fault.message[:200]}" for fault in check.iter_errors(bill)]
    names = [component["purl"] for component in bill.get("components", [])]
    found += [f"there is no {start}" for start in EXPECTED if not any(name.startswith(start) for name in names)]
    found += [f"{component['purl']} has no licence" for component in bill["components"] if not component.get("licenses")]
    known = {*names, bill["metadata"]["component"]["bom-ref"]}
    for dependency in bill["dependencies"]:
        found += [f"{one} is no component" for one in [dependency["ref"], *dependency["dependsOn"]] if one not in known]
    return found


def main() -> None:
    bill = json.loads(pathlib.Path(sys.argv[1]).read_text())
    check = validator()
    found = faults(check, bill)
    assert not found, "\n".join(found)
    # The check above can fail.
    for name, value in [("bomFormat", "SPDX"), ("version", "1"), ("components", bill["components"] * 2), ("more", 1)]:
        assert faults(check, bill | {name: value}), f"{name}: {value!r:.40} passed"
    without = [component for component in bill["components"] if "cpython" not in component["purl"]]
    assert faults(check, bill | {"components": without}), "a bill without CPython passed"
    print(f"the bill of materials names {len(bill['components'])} components, valid for CycloneDX 1.6")


main()
