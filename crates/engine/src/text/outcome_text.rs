//! Recognises the sentence in the text of an outcome.

use super::said::{Said, Sentence, Value};
use super::sentences;

impl Said {
    /// The sentence about an outcome whose [`Display`](std::fmt::Display) is `text`; used for errors stored as text. Values
    /// come back as texts.
    pub fn of_outcome(text: &str) -> Option<Self> {
        let outcomes = sentences::ALL.iter().filter(|sentence| sentence.code.starts_with("outcome."));
        outcomes.copied().find_map(|sentence| read(sentence, text))
    }
}

/// Matches `text` against `sentence`, literal part by literal part.
fn read(sentence: Sentence, text: &str) -> Option<Said> {
    let mut said = sentence.said();
    let (first, mut rest) = sentence.english.split_once('{').unwrap_or((sentence.english, ""));
    let mut text = text.strip_prefix(first)?;
    while let Some((name, after)) = rest.split_once('}') {
        let (literal, next) = after.split_once('{').unwrap_or((after, ""));
        let end = if literal.is_empty() { text.len() } else { text.find(literal)? };
        said = said.with(name, Value::Text(text[..end].to_owned()));
        text = &text[end + literal.len()..];
        rest = next;
    }
    text.is_empty().then_some(said)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{Said, Value};
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
            let said = names.fold(sentence.said(), |said, (name, _)| said.with(name, Value::Text("7 {MiB}".into())));
            assert_eq!(Said::of_outcome(&said.to_string()), Some(said));
        }
        for text in ["", "Execution timed out: it used more than", "x"] {
            assert_eq!(Said::of_outcome(text), None, "{text}");
        }
    }

    #[test]
    fn sentences_are_filled_into_sentences() {
        let cause = OUTCOME_CPU.with("limit", "3 s");
        let said = REJECTED.with("path", "/x").with("reason", vec![cause.clone(), cause]);
        assert_eq!(said.to_string().matches("3 s of CPU time.; Execution").count(), 1);
    }
}
