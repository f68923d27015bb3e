//! Recognises the sentence in the text of an outcome.

use super::message::{LocalizedMessage, Sentence, Value};
use super::sentences;

impl LocalizedMessage {
    /// The sentence about an outcome whose [`Display`](std::fmt::Display) is `text`; used for errors stored as text. Values
    /// come back as texts.
    pub fn of_outcome(text: &str) -> Option<Self> {
        let outcomes = sentences::ALL.iter().filter(|sentence| sentence.code.starts_with("outcome."));
        outcomes.copied().find_map(|sentence| read(sentence, text))
    }
}

/// Matches `text` against `sentence`, literal part by literal part.
fn read(sentence: Sentence, text: &str) -> Option<LocalizedMessage> {
    let mut message = sentence.message();
    let (first, mut rest) = sentence.english.split_once('{').unwrap_or((sentence.english, ""));
    let mut text = text.strip_prefix(first)?;
    while let Some((name, after)) = rest.split_once('}') {
        let (literal, next) = after.split_once('{').unwrap_or((after, ""));
        let end = if literal.is_empty() { text.len() } else { text.find(literal)? };
        message = message.with(name, Value::Text(text[..end].to_owned()));
        text = &text[end + literal.len()..];
        rest = next;
    }
    text.is_empty().then_some(message)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{LocalizedMessage, Value};
    use crate::text::sentences::{ALL, OUTCOME_CPU, REJECTED};

    #[test]
    fn codes_are_of_one_form_and_mean_one_sentence() {
        let mut seen = HashSet::new();
        for sentence in ALL {
            let is_word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '.';
            assert!(seen.insert(sentence.code) && sentence.code.chars().all(is_word), "{}", sentence.code);
        }
    }

    #[test]
    fn what_was_written_out_is_recognised() {
        for sentence in ALL.iter().filter(|sentence| sentence.code.starts_with("outcome.")) {
            let names = sentence.english.split('{').skip(1).filter_map(|rest| rest.split_once('}'));
            let message =
                names.fold(sentence.message(), |message, (name, _)| message.with(name, Value::Text("7 {MiB}".into())));
            assert_eq!(LocalizedMessage::of_outcome(&message.to_string()), Some(message));
        }
        for text in ["", "Execution timed out: it used more than", "x"] {
            assert_eq!(LocalizedMessage::of_outcome(text), None, "{text}");
        }
    }

    #[test]
    fn sentences_are_filled_into_sentences() {
        let cause = OUTCOME_CPU.with("limit", "3 s");
        let message = REJECTED.with("path", "/x").with("reason", vec![cause.clone(), cause]);
        assert_eq!(message.to_string().matches("3 s of CPU time.; Execution").count(), 1);
    }
}
