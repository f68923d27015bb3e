//! Translates filters to SQL.

use rusqlite::types::Value;

use super::record::{Filter, RUNNING, Selection};

/// The most words of a search; further ones are ignored.
const TERMS: usize = 32;
const LARGEST_PAGE: usize = 1000;

/// A statement and its parameters.
pub(super) struct Query {
    pub(super) sql: String,
    pub(super) values: Vec<Value>,
    /// Rows on a page. The statement asks for one more, to know whether there is a next page.
    pub(super) limit: usize,
}

/// Selects `columns` of the executions that match `filter`, newest first.
pub(super) fn query(columns: &str, filter: &Filter) -> Query {
    let mut query = matching(columns, filter);
    query.sql.push_str(&format!(" ORDER BY id DESC LIMIT {}", query.limit + 1));
    query
}

/// Selects `columns` of the execution of that id, if it matches `filter`.
pub(super) fn of_one(columns: &str, id: &str, filter: &Filter) -> Query {
    let mut query = matching(columns, filter);
    query.and("id = ?", Some(id));
    query
}

/// Selects `columns` of all executions that match `filter`, in no order.
pub(super) fn matching(columns: &str, filter: &Filter) -> Query {
    let limit = filter.limit.clamp(1, LARGEST_PAGE);
    let mut query = Query { sql: format!("SELECT {columns} FROM execution WHERE TRUE"), values: Vec::new(), limit };
    query.filter(filter);
    query
}

/// Selects `columns` of all executions of `selection`.
pub(super) fn selected(columns: &str, selection: &Selection) -> Query {
    let mut query = matching(columns, &Filter { before: None, ..selection.filter.clone() });
    query.and("status <> ?", Some(RUNNING));
    // Without a newest execution nothing was selected: no id is less than the empty text.
    query.and("id <= ?", Some(selection.upto.as_deref().unwrap_or_default()));
    for id in &selection.except {
        query.and("id <> ?", Some(id));
    }
    query
}

impl Query {
    fn filter(&mut self, filter: &Filter) {
        let query = self;
        query.and("id < ?", filter.before.as_deref());
        query.and("status = ?", filter.status.as_deref());
        query.and("language = ?", filter.language.as_deref());
        query.and("origin = ?", filter.origin.as_deref());
        let search = filter.q.as_deref().map(search).unwrap_or_default();
        let found = "seq IN (SELECT rowid FROM search WHERE search MATCH ?)";
        query.and(found, (!search.words.is_empty()).then_some(search.words.as_str()));
        for sign in &search.signs {
            let containing = "EXISTS (SELECT 1 FROM content
            WHERE content.seq = execution.seq AND (instr(code, ?1) OR instr(output, ?1) OR instr(error, ?1)))";
            let bound = format!("?{}", query.values.len() + 1);
            query.and(&containing.replace("?1", &bound), Some(sign));
        }
    }

    fn and(&mut self, condition: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.sql.push_str(" AND ");
            self.sql.push_str(condition);
            self.values.push(Value::Text(value.to_owned()));
        }
    }
}

/// A user's search.
#[derive(Debug, Default, PartialEq, Eq)]
struct Search {
    /// An FTS5 expression: every word is quoted, so that none is syntax, and matches as a prefix.
    words: String,
    /// Terms without letters and digits. The index holds only words, so these are searched in the texts themselves.
    signs: Vec<String>,
}

fn search(text: &str) -> Search {
    let clean = text.replace('\0', " ");
    let terms: Vec<&str> = clean.split_whitespace().take(TERMS).collect();
    let (words, signs): (Vec<&str>, Vec<&str>) =
        terms.into_iter().partition(|term| term.contains(char::is_alphanumeric));
    let words: Vec<_> = words.into_iter().map(|word| format!("\"{}\"*", word.replace('"', "\"\""))).collect();
    Search { words: words.join(" AND "), signs: signs.into_iter().map(str::to_owned).collect() }
}

#[cfg(test)]
mod tests {
    use super::search;

    #[test]
    fn words_are_quoted_and_signs_are_set_apart() {
        for (text, words, signs) in [
            ("", "", vec![]),
            (" \0 ", "", vec![]),
            ("print", "\"print\"*", vec![]),
            ("a AND b", "\"a\"* AND \"AND\"* AND \"b\"*", vec![]),
            ("NEAR(x \"y", "\"NEAR(x\"* AND \"\"\"y\"*", vec![]),
            ("🎉 * \" é", "\"é\"*", vec!["🎉", "*", "\""]),
        ] {
            let found = search(text);
            assert_eq!(
                (found.words.as_str(), found.signs),
                (words, signs.into_iter().map(str::to_owned).collect()),
                "{text:?}"
            );
        }
    }
}
