//! A sentence for people as a code with values, beside its English text.

use std::collections::BTreeMap;

use runtray_engine::said::{Said, Value};
use serde::Serialize;
use utoipa::ToSchema;

/// A sentence that can be worded in another language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Words {
    /// Which sentence it is.
    #[schema(example = "language.none_found")]
    pub code: &'static str,
    /// What is filled in, by name: texts, sentences of this form, or lists of those.
    #[schema(value_type = Object)]
    pub values: BTreeMap<&'static str, Filling>,
    /// The sentence in English.
    pub text: String,
}

/// What is filled in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Filling {
    /// A name, a path, a number.
    Text(String),
    /// Another sentence.
    Words(Words),
    /// Several.
    List(Vec<Words>),
}

impl From<&Said> for Words {
    fn from(said: &Said) -> Self {
        let values = said.values().iter().map(|(name, value)| (*name, value.into())).collect();
        Self { code: said.code(), values, text: said.to_string() }
    }
}

impl From<&Value> for Filling {
    fn from(value: &Value) -> Self {
        match value {
            Value::Text(text) => Self::Text(text.clone()),
            Value::Said(said) => Self::Words(said.into()),
            Value::List(list) => Self::List(list.iter().map(Words::from).collect()),
        }
    }
}
