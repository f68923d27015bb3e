//! The bill of materials, in CycloneDX.

use std::fs;

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use super::components::Component;
use super::{Packaging, VERSION};

/// The file in `dist`.
pub(super) const FILE: &str = "runtray.cdx.json";

/// Writes the bill.
///
/// # Errors
/// The file cannot be written.
pub(super) fn write(packaging: &Packaging<'_>, components: &[Component]) -> Result<()> {
    let bill = bill(packaging.time, components);
    let text = serde_json::to_string_pretty(&bill).context("cannot write JSON")? + "\n";
    fs::write(packaging.dist.join(FILE), text).with_context(|| format!("cannot write {FILE}"))
}

fn bill(time: u64, components: &[Component]) -> Value {
    let own = format!("pkg:generic/runtray@{VERSION}");
    json!({
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "properties": [{ "name": "runtray:source-date-epoch", "value": time.to_string() }],
            "component": { "type": "application", "bom-ref": own, "purl": own, "name": "runtray", "version": VERSION,
                "licenses": [{ "expression": "MIT" }] },
        },
        "components": components.iter().map(component).collect::<Vec<_>>(),
        "dependencies": [{ "ref": own, "dependsOn": components.iter().map(|each| &each.purl).collect::<Vec<_>>() }],
    })
}

fn component(of: &Component) -> Value {
    let mut value =
        json!({ "type": "library", "bom-ref": of.purl, "purl": of.purl, "name": of.name, "version": of.version });
    if let Some(licence) = &of.licence {
        value["licenses"] = json!([{ "expression": licence }]);
    }
    value
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::{Component, bill};

    #[test]
    fn every_component_is_named_once_with_its_licence_and_depended_on() {
        let component = |name: &str, licence: Option<&str>| Component {
            name: name.to_owned(),
            version: "1.0".to_owned(),
            purl: format!("pkg:cargo/{name}@1.0"),
            licence: licence.map(str::to_owned),
            folder: PathBuf::new(),
        };
        let bill = bill(1, &[component("a", Some("MIT OR Apache-2.0")), component("b", None)]);
        assert_eq!((&bill["bomFormat"], &bill["specVersion"]), (&"CycloneDX".into(), &"1.6".into()));
        let components = bill["components"].as_array().expect("a list");
        assert_eq!(components[0]["licenses"][0]["expression"], "MIT OR Apache-2.0");
        assert!(components[1].get("licenses").is_none(), "{bill}");
        let references: Vec<_> = components.iter().map(|component| &component["bom-ref"]).collect();
        let needed: Vec<_> = bill["dependencies"][0]["dependsOn"].as_array().expect("a list").iter().collect();
        assert_eq!((references.len(), references), (2, needed));
    }
}
