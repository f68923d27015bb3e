"""The manifests of packaging/kubernetes/base: against the schemas of Kubernetes, and against one another.

    check.py MANIFESTS

The schemas are in the package kubernetes-validate, so that no cluster and no network is needed.
"""

import pathlib
import re
import sys

import kubernetes_validate
import yaml

# The oldest version whose pods can wait by `preStop.sleep`, and newer ones that clusters run.
VERSIONS = ["1.30", "1.33", "1.35"]
APP = {"app.kubernetes.io/name": "runtray"}


def documents(folder: pathlib.Path) -> dict[str, dict]:
    """Every object by its kind; kustomization.yaml lists their files."""
    listed = yaml.safe_load((folder / "kustomization.yaml").read_text())["resources"]
    files = {file.name for file in folder.glob("*.yaml")} - {"kustomization.yaml"}
    assert set(listed) == files, f"kustomization.yaml lists {listed}, and the folder has {sorted(files)}"
    found = [one for name in listed for one in yaml.safe_load_all((folder / name).read_text())]
    assert len({one["kind"] for one in found}) == len(found), "two objects of one kind"
    return {one["kind"]: one for one in found}


def valid(objects: dict[str, dict]) -> None:
    """Strictly: a field that the schema does not have is a fault too."""
    for version in VERSIONS:
        for one in objects.values():
            kubernetes_validate.validate(one, version, strict=True)


def refuses_faults(objects: dict[str, dict]) -> None:
    """The check above can fail."""
    pod = objects["Deployment"]["spec"]["template"]["spec"]
    for name, value in (("terminationGracePeriodSecond", 1), ("automountServiceAccountToken", "no")):
        kept = dict(pod)
        pod[name] = value
        try:
            kubernetes_validate.validate(objects["Deployment"], VERSIONS[0], strict=True)
        except kubernetes_validate.ValidationError:
            pass
        else:
            raise AssertionError(f"{name}: {value} passed")
        finally:
            pod.clear()
            pod.update(kept)


def restricted(objects: dict[str, dict]) -> None:
    """The rules of the Pod Security Standard `restricted`, and more."""
    assert objects["Namespace"]["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"
    pod = objects["Deployment"]["spec"]["template"]["spec"]
    assert pod["securityContext"]["runAsNonRoot"] is True and pod["securityContext"]["runAsUser"] > 0
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert pod["automountServiceAccountToken"] is False
    assert not {"hostNetwork", "hostPID", "hostIPC", "initContainers"} & pod.keys()
    assert all(volume.keys() & {"emptyDir", "configMap", "secret"} for volume in pod["volumes"])
    (container,) = pod["containers"]
    security = container["securityContext"]
    assert security["allowPrivilegeEscalation"] is False and security["capabilities"] == {"drop": ["ALL"]}
    assert security["readOnlyRootFilesystem"] is True
    assert container["resources"]["limits"].keys() == {"cpu", "memory", "ephemeral-storage"}
    mounted = {mount["name"] for mount in container["volumeMounts"]}
    assert mounted == {volume["name"] for volume in pod["volumes"]}, mounted


def consistent(objects: dict[str, dict]) -> None:
    """What one object says of another."""
    deployment, service = objects["Deployment"], objects["Service"]
    pod, settings = deployment["spec"]["template"], objects["ConfigMap"]["data"]["settings.toml"]
    (container,) = pod["spec"]["containers"]
    (port,) = service["spec"]["ports"]
    assert pod["metadata"]["labels"] == APP and deployment["spec"]["selector"]["matchLabels"] == APP
    assert service["spec"]["selector"] == APP and port["port"] == container["ports"][0]["containerPort"]
    for kind, key in (("PodDisruptionBudget", "selector"), ("NetworkPolicy", "podSelector")):
        assert objects[kind]["spec"][key] == {"matchLabels": APP}, kind
    target = objects["HorizontalPodAutoscaler"]["spec"]["scaleTargetRef"]
    assert (target["kind"], target["name"]) == ("Deployment", deployment["metadata"]["name"])
    assert "replicas" not in deployment["spec"], "it would undo what the autoscaler did"
    assert objects["NetworkPolicy"]["spec"]["egress"] == [], "programs reach other machines"
    assert any(argument.startswith("--token-file=") for argument in container["args"])
    grace = int(re.search(r"^ *stop_grace_ms = (\d+)$", settings, re.M)[1]) / 1000
    wait = container["lifecycle"]["preStop"]["sleep"]["seconds"]
    cancelled = 10
    assert pod["spec"]["terminationGracePeriodSeconds"] >= wait + grace + cancelled, "the pod is killed before its programs end"
    longest = int(re.search(r"^ *max_timeout_ms = (\d+)$", settings, re.M)[1]) / 1000
    assert grace >= longest, "a program may run longer than the service waits for it"


def in_gvisor(objects: dict[str, dict], kustomization: dict) -> None:
    """The same objects with the runtime class, and with the settings but for the isolation: gVisor cannot give the sandbox."""
    patches = {patch["target"]["kind"]: yaml.safe_load(patch["patch"]) for patch in kustomization["patches"]}
    assert patches.keys() == {"Deployment", "ConfigMap"}, patches.keys()
    ((patch,), settings) = patches["Deployment"], patches["ConfigMap"]
    assert patch["path"] == "/spec/template/spec/runtimeClassName"
    objects["Deployment"]["spec"]["template"]["spec"]["runtimeClassName"] = patch["value"]
    base, own = objects["ConfigMap"], settings["data"]["settings.toml"]
    assert settings["metadata"]["name"] == base["metadata"]["name"]
    bare = lambda text: [line for line in text.splitlines() if line and not line.startswith("#")]
    differ = set(bare(own)) ^ set(bare(base["data"]["settings.toml"]))
    assert differ == {'isolation = "sandbox"', 'isolation = "auto"'}, differ
    base["data"]["settings.toml"] = own
    valid(objects)


def main() -> None:
    folder = pathlib.Path(sys.argv[1])
    objects = documents(folder)
    for check in (valid, refuses_faults, restricted, consistent):
        check(objects)
    in_gvisor(objects, yaml.safe_load((folder.parent / "gvisor/kustomization.yaml").read_text()))
    print(f"{len(objects)} objects are valid for Kubernetes {', '.join(VERSIONS)}")


main()
