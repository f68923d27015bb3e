"""The manifests for winget and Scoop: against the rules of their formats, and against one another.

    check.py MANIFESTS RUNTRAY.NSI [ZIP]

The rules are those of winget's schemas 1.6.0 and of Scoop's schema, for the fields that we use; another field is a fault. With the
zip file, what Scoop is told about it is compared with what is in it.
"""

import json
import pathlib
import re
import sys
import zipfile

import yaml

IDENTIFIER = "Runtray.Runtray"
NUMBER = r"(0|[1-9]\d{0,3}|[1-5]\d{4}|6[0-4]\d{3}|65[0-4]\d\d|655[0-2]\d|6553[0-5])"
ADDRESS = r"https://\S{1,2000}"
HASH = r"[A-Fa-f0-9]{64}"

# The fields of every type of manifest; text is a pattern for the whole value, a set has the allowed values.
EVERY = {
    "PackageIdentifier": r'[^.\s\\/:*?"<>|]{1,32}(\.[^.\s\\/:*?"<>|]{1,32}){1,7}',
    "PackageVersion": r'[^\\/:*?"<>|]{1,128}',
    "ManifestVersion": r"1\.6\.0",
}
LOCALE = r"[a-zA-Z]{2,3}(-[a-zA-Z]{1,8})*"
WINGET = {
    "version": EVERY | {"ManifestType": "version", "DefaultLocale": LOCALE},
    "defaultLocale": EVERY
    | {
        "ManifestType": "defaultLocale",
        "PackageLocale": LOCALE,
        "Publisher": ".{2,256}",
        "PackageName": ".{2,256}",
        "PackageUrl": ADDRESS,
        "License": ".{3,512}",
        "ShortDescription": ".{3,256}",
        "ReleaseNotesUrl": ADDRESS,
    },
    "installer": EVERY
    | {
        "ManifestType": "installer",
        "MinimumOSVersion": NUMBER + r"(\." + NUMBER + "){0,3}",
        "InstallerType": {"exe", "inno", "nullsoft", "portable", "wix", "zip"},
        "Scope": {"user", "machine"},
        "InstallModes": [{"interactive", "silent", "silentWithProgress"}],
        "InstallerSwitches": {"Silent": ".{1,512}", "SilentWithProgress": ".{1,512}", "InstallLocation": ".{1,512}"},
        "UpgradeBehavior": {"install", "uninstallPrevious"},
        "Commands": [".{1,40}"],
        "ExpectedReturnCodes": [
            {
                "InstallerReturnCode": int,
                "ReturnResponse": {
                    "packageInUse", "packageInUseByApplication", "installInProgress", "fileInUse", "missingDependency",
                    "diskFull", "insufficientMemory", "invalidParameter", "noNetwork", "contactSupport",
                    "rebootRequiredToFinish", "rebootRequiredForInstall", "rebootInitiated", "cancelledByUser",
                    "alreadyInstalled", "downgrade", "blockedByPolicy", "systemNotSupported", "custom",
                },
            }
        ],
        "Installers": [
            {
                "Architecture": {"x86", "x64", "arm", "arm64", "neutral"},
                "InstallerUrl": ADDRESS,
                "InstallerSha256": HASH,
            }
        ],
    },
}  # fmt: skip
SCOOP = {
    "version": r"[\w.+-]+",
    "description": ".{3,}",
    "homepage": ADDRESS,
    "license": ".{3,}",
    "architecture": {"64bit": {"url": ADDRESS, "hash": HASH}},
    "extract_dir": r"[^/\\]+",
    "pre_uninstall": ".+",
    "bin": r".+\.exe",
    "shortcuts": [[".+"]],
    "persist": r"[^/\\]+",
    "checkver": {"url": ADDRESS, "regex": ".+"},
    "autoupdate": {"architecture": {"64bit": {"url": ADDRESS}}, "hash": {"url": ".+"}},
}


class Fault(Exception):
    pass


def must(holds: object, what: str) -> None:
    if not holds:
        raise Fault(what)


def fits(value: object, rule: object, where: str) -> None:
    """Strictly: every field of a rule must be there, and no other."""
    if isinstance(rule, str):
        must(isinstance(value, str) and re.fullmatch(rule, value), f"{where} is {value!r}")
    elif isinstance(rule, set):
        must(value in rule, f"{where} is {value!r}")
    elif isinstance(rule, list):
        must(isinstance(value, list) and value, f"{where} is no list")
        for one in value:
            fits(one, rule[0], f"{where}[]")
    elif isinstance(rule, dict):
        must(isinstance(value, dict) and value.keys() == rule.keys(), f"{where} has {value}, and should have {list(rule)}")
        for name, inner in rule.items():
            fits(value[name], inner, f"{where}.{name}")
    else:
        must(type(value) is rule, f"{where} is {value!r}")


def winget(texts: dict[str, str], codes: set[int]) -> None:
    """The three files of a version, by their names."""
    found = {}
    for name, text in texts.items():
        manifest = yaml.safe_load(text)
        kind = manifest.get("ManifestType")
        must(kind in WINGET, f"{name} is of the type {kind}")
        fits(manifest, WINGET[kind], name)
        schema = f"# yaml-language-server: $schema=https://aka.ms/winget-manifest.{kind}.1.6.0.schema.json"
        must(text.splitlines()[0] == schema, f"{name} does not begin with {schema}")
        found[kind] = manifest
    must(found.keys() == WINGET.keys(), f"there are {list(found)}")
    locale = found["version"]["DefaultLocale"]
    must(found["defaultLocale"]["PackageLocale"] == locale, "the default locale is not described")
    names = {f"{IDENTIFIER}.yaml", f"{IDENTIFIER}.installer.yaml", f"{IDENTIFIER}.locale.{locale}.yaml"}
    must(texts.keys() == names, f"the files are {list(texts)}")
    for field in ("PackageIdentifier", "PackageVersion"):
        must(len({manifest[field] for manifest in found.values()}) == 1, f"the files differ in {field}")
    installer = found["installer"]
    told = [code["InstallerReturnCode"] for code in installer["ExpectedReturnCodes"]]
    must(len(set(told)) == len(told) and set(told) == codes, f"the exit codes are {codes}, and told are {told}")
    (one,) = installer["Installers"]
    must(f"/v{installer['PackageVersion']}/" in one["InstallerUrl"], "the installer is of another version")


def scoop(text: str, files: list[str] | None) -> None:
    manifest = json.loads(text)
    fits(manifest, SCOOP, "scoop")
    version, package = manifest["version"], manifest["architecture"]["64bit"]
    newer = manifest["autoupdate"]["architecture"]["64bit"]["url"].replace("$version", version)
    must(newer == package["url"], f"autoupdate would fetch {newer}")
    tag = re.search(manifest["checkver"]["regex"], f"{manifest['homepage']}/releases/tag/v{version}")
    must(tag and tag[1] == version, "checkver does not find this version")
    if files is not None:
        programs = [manifest["bin"], *(shortcut[0] for shortcut in manifest["shortcuts"])]
        for name in [*programs, "portable.txt"]:
            must(f"{manifest['extract_dir']}/{name}" in files, f"the zip file has no {name}")


def codes_of(nsi: str) -> set[int]:
    """The exit codes that the installer defines, and NSIS's own for a cancelled installation."""
    return {1, *(int(code) for code in re.findall(r"^!define [A-Z_]+\s+(\d+)\s+;", nsi, re.M))}


def refuses_faults(texts: dict[str, str], codes: set[int], manifest: str) -> None:
    """The checks above can fail."""
    installer = f"{IDENTIFIER}.installer.yaml"
    changes = [("Scope: user", "Scope: me"), ("nullsoft", "nullsoft\nScopes: 1"), ("InstallModes", "InstallMode")]
    changes += [("InstallerReturnCode: 7", "InstallerReturnCode: 6"), ("InstallerSha256: ", "InstallerSha256: x")]
    for old, new in changes:
        must(old in texts[installer], f"{old} is not there to be changed")
        refused(lambda: winget(texts | {installer: texts[installer].replace(old, new, 1)}, codes), new)
    refused(lambda: winget({name: text for name, text in texts.items() if name != installer}, codes), "no installer")
    refused(lambda: winget(texts, codes | {99}), "an exit code more")
    for old, new in [("$version", "1"), ('"bin"', '"bins"'), ("https://", "http://")]:
        refused(lambda: scoop(manifest.replace(old, new), None), new)
    refused(lambda: scoop(manifest, ["Runtray/runtray.exe"]), "a zip file without the app")


def refused(check: object, what: str) -> None:
    try:
        check()
    except Fault:
        return
    raise AssertionError(f"{what} passed")


def main() -> None:
    folder, nsi, *package = (pathlib.Path(argument) for argument in sys.argv[1:])
    texts = {file.name: file.read_text() for file in (folder / "winget").iterdir()}
    manifest = (folder / "scoop/runtray.json").read_text()
    codes = codes_of(nsi.read_text())
    winget(texts, codes)
    scoop(manifest, zipfile.ZipFile(package[0]).namelist() if package else None)
    refuses_faults(texts, codes, manifest)
    print(f"winget: {len(texts)} manifests with {len(codes)} exit codes; Scoop: one")


main()
