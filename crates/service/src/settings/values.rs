//! Settings as JSON, for the app's window.

use std::collections::BTreeMap;

use serde_json::Value as Json;
use toml_edit::{Array, Value};

use super::keys::KEYS;
use super::model::Settings;

/// The value of every key, by its full name, without `[[language]]` rows.
pub fn values(settings: &Settings) -> BTreeMap<&'static str, Json> {
    KEYS.iter().map(|key| (key.name, (key.show)(settings).parse().map_or(Json::Null, |value| json(&value)))).collect()
}

fn json(value: &Value) -> Json {
    match value {
        Value::String(text) => text.value().as_str().into(),
        Value::Integer(number) => (*number.value()).into(),
        Value::Float(number) => (*number.value()).into(),
        Value::Boolean(is) => (*is.value()).into(),
        Value::Array(items) => items.iter().map(json).collect(),
        Value::Datetime(_) | Value::InlineTable(_) => Json::Null,
    }
}

/// The value in TOML; `None` for a type that no key has.
pub(super) fn toml(value: &Json) -> Option<Value> {
    match value {
        Json::Bool(is) => Some((*is).into()),
        Json::String(text) => Some(text.as_str().into()),
        Json::Number(number) => number.as_i64().map(Value::from).or_else(|| number.as_f64().map(Value::from)),
        Json::Array(items) => Some(Value::Array(items.iter().map(toml).collect::<Option<Array>>()?)),
        Json::Null | Json::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{toml, values};
    use crate::settings::Settings;

    #[test]
    fn every_key_has_a_value() {
        let values = values(&Settings::default());
        for (key, value) in &values {
            assert!(!value.is_null(), "{key}");
        }
        assert_eq!((&values["port"], &values["desktop.theme"]), (&json!(5000), &json!("system")));
    }

    #[test]
    fn values_come_back_as_they_went() {
        for value in [json!(true), json!(7), json!(1.5), json!("a \"b\""), json!(["http://a", "http://b"]), json!([])] {
            assert_eq!(super::json(&toml(&value).expect("a value")), value);
        }
        for value in [json!(null), json!({}), json!([null])] {
            assert!(toml(&value).is_none(), "{value} was taken");
        }
    }
}
