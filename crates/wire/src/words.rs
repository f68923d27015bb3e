//! A sentence for people as a code with values, beside its English text.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A sentence that can be worded in another language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Words {
    /// Which sentence it is.
    #[schema(example = "language.none_found")]
    pub code: String,
    /// The values by name: texts, sentences of this form, or lists of such sentences.
    #[schema(value_type = Object)]
    #[cfg_attr(feature = "typescript", ts(type = "Record<string, string | Words | Words[]>"))]
    pub values: BTreeMap<String, Filling>,
    /// The sentence in English.
    pub text: String,
}

/// A value of a sentence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Filling {
    /// A name, a path, a number.
    Text(String),
    /// Another sentence.
    Words(Words),
    /// Several.
    List(Vec<Words>),
}
