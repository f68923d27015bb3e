//! Sentences for people, as a code with values.
//!
//! A user interface can translate a sentence by its code and fill in the values. [`Display`](fmt::Display) writes it in
//! English, for logs, scripts and API clients. A [`LocalizedMessage`] can only be made from a declared [`Sentence`]
//! ([`sentences!`](crate::sentences!)), so a test can walk all of them and find missing translations.

use std::fmt;

/// The declaration of a sentence: its code, and its English text with `{name}` in place of values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sentence {
    /// Lower case, with dots and underscores. The meaning of a code never changes.
    pub code: &'static str,
    /// Its English text.
    pub english: &'static str,
}

/// A sentence with its values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalizedMessage {
    sentence: Sentence,
    values: Vec<(&'static str, Value)>,
}

/// A value of a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A name, a path, a number: not translated.
    Text(String),
    /// Another sentence, for example a cause.
    Message(LocalizedMessage),
    /// Several sentences, joined with `; `.
    List(Vec<LocalizedMessage>),
}

/// Declares sentences as constants and lists them all in `ALL`.
#[macro_export]
macro_rules! sentences {
    ($($name:ident = $code:literal: $english:literal;)+) => {
        $(
            #[doc = $english]
            pub const $name: $crate::message::Sentence = $crate::message::Sentence { code: $code, english: $english };
        )+
        /// Every sentence of this list.
        pub const ALL: &[$crate::message::Sentence] = &[$($name),+];
    };
}

impl Sentence {
    /// The sentence without values.
    pub fn message(self) -> LocalizedMessage {
        LocalizedMessage { sentence: self, values: Vec::new() }
    }

    /// The sentence with one value.
    pub fn with(self, name: &'static str, value: impl Into<Value>) -> LocalizedMessage {
        self.message().with(name, value)
    }
}

impl LocalizedMessage {
    /// Adds a value.
    pub fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        debug_assert!(self.sentence.english.contains(&format!("{{{name}}}")), "{} has no {name}", self.sentence.code);
        self.values.push((name, value.into()));
        self
    }

    /// The code of the sentence.
    pub fn code(&self) -> &'static str {
        self.sentence.code
    }

    /// The values by name.
    pub fn values(&self) -> &[(&'static str, Value)] {
        &self.values
    }

    /// One value as text; a nested sentence in English.
    pub fn value(&self, name: &str) -> Option<String> {
        self.values.iter().find(|(known, _)| *known == name).map(|(_, value)| value.to_string())
    }

    /// The nested sentence `name`, if this is a `sentence`.
    pub fn inner(&self, sentence: Sentence, name: &str) -> Option<&Self> {
        let value = self.values.iter().find(|(known, _)| *known == name && self.sentence == sentence)?;
        if let (_, Value::Message(message)) = value { Some(message) } else { None }
    }
}

impl fmt::Display for LocalizedMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.sentence.english;
        while let Some((before, after)) = rest.split_once('{') {
            let (name, next) = after.split_once('}').unwrap_or((after, ""));
            let value = self.values.iter().find(|(known, _)| *known == name);
            f.write_str(before)?;
            value.map_or(Ok(()), |(_, value)| value.fmt(f))?;
            rest = next;
        }
        f.write_str(rest)
    }
}

impl std::error::Error for LocalizedMessage {}

impl PartialEq<&str> for LocalizedMessage {
    fn eq(&self, english: &&str) -> bool {
        let text = self.to_string();
        text.as_str() == *english
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Message(message) => message.fmt(f),
            Self::List(list) => {
                for (index, message) in list.iter().enumerate() {
                    f.write_str(if index == 0 { "" } else { "; " })?;
                    message.fmt(f)?;
                }
                Ok(())
            }
        }
    }
}

impl From<LocalizedMessage> for Value {
    fn from(message: LocalizedMessage) -> Self {
        Self::Message(message)
    }
}

impl From<Vec<LocalizedMessage>> for Value {
    fn from(list: Vec<LocalizedMessage>) -> Self {
        Self::List(list)
    }
}

macro_rules! texts {
    ($($type:ty),+) => {
        $(impl From<$type> for Value {
            fn from(value: $type) -> Self {
                Self::Text(value.to_string())
            }
        })+
    };
}
texts!(&str, String, &String, std::path::Display<'_>, u16, u32, u64, usize, u128, f32);
