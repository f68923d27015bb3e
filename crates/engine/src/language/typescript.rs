//! Detects TypeScript that type stripping cannot run.
//!
//! Most programs run once their types are removed. Others, for example with an `enum`, need generated code, which Node.js 22.7
//! to 25 offers as a transform. The transform prints a warning and changes stack traces, so it is used only when needed. A
//! false positive is harmless: the program runs the same.

use crate::request::Request;

/// Keywords of statements that need code.
const STATEMENTS: [&str; 2] = ["enum", "namespace"];
/// Modifiers that turn a constructor's parameter into a property.
const MODIFIERS: [&str; 5] = ["public", "private", "protected", "readonly", "override"];
/// Keywords that an expression can follow.
const BEFORE_EXPRESSIONS: [&str; 12] =
    ["return", "yield", "await", "typeof", "case", "in", "of", "else", "default", "throw", "void", "delete"];
/// The extensions of TypeScript files.
const EXTENSIONS: [&str; 3] = ["ts", "mts", "cts"];

/// Whether the program (if its own file has that extension) or one of its files may need a transform.
pub(super) fn needs_transform(request: &Request, extension: &str) -> bool {
    let is_typescript = |extension: &str| EXTENSIONS.iter().any(|known| extension.eq_ignore_ascii_case(known));
    let mut files = request.files().iter();
    (is_typescript(extension) && is_more_than_types(&request.code()))
        || files.any(|file| {
            let path = file.path.folded();
            path.rsplit_once('.').is_some_and(|(_, extension)| is_typescript(extension))
                && is_more_than_types(&String::from_utf8_lossy(&file.content))
        })
}

/// Whether `code` may contain TypeScript that cannot simply be removed. Comments and strings are not excluded.
fn is_more_than_types(code: &str) -> bool {
    STATEMENTS.iter().any(|word| after(code, word).next().is_some())
        || after(code, "module").any(|rest| rest.starts_with(' ') && rest.trim_start().starts_with(is_part_of_word))
        || after(code, "constructor").any(has_property)
        || after(code, "import").any(is_alias)
        || after(code, "export").any(|rest| rest.trim_start().starts_with('='))
        || has_assertion(code)
}

/// The text after each occurrence of `word` as a whole word.
fn after<'a>(code: &'a str, word: &'a str) -> impl Iterator<Item = &'a str> {
    code.match_indices(word).filter_map(move |(at, _)| {
        let rest = &code[at + word.len()..];
        (!code[..at].ends_with(is_part_of_word) && !rest.starts_with(is_part_of_word)).then_some(rest)
    })
}

fn is_part_of_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '$'
}

/// Whether `import` is followed by a name and `=`.
fn is_alias(rest: &str) -> bool {
    rest.find(['=', ';', '\'', '"', '(', '{', '*']).is_some_and(|at| rest[at..].starts_with('='))
}

/// Whether there is a modifier among the parameters that follow.
fn has_property(rest: &str) -> bool {
    let parameters = enclosed(rest, '(', ')').map_or(rest, |(inside, _)| inside);
    MODIFIERS.iter().any(|word| after(parameters, word).next().is_some())
}

/// The text between the parentheses at the start of `code`, and the text after them.
fn enclosed(code: &str, open: char, close: char) -> Option<(&str, &str)> {
    let inside = code.trim_start().strip_prefix(open)?;
    let mut depth = 1_usize;
    let mut before = ' ';
    for (at, c) in inside.char_indices() {
        if c == open {
            depth += 1;
        } else if c == close && before != '=' {
            depth -= 1;
        }
        if depth == 0 {
            return Some((&inside[..at], &inside[at + c.len_utf8()..]));
        }
        before = c;
    }
    None
}

/// Whether type parameters start here, as in a generic arrow function.
fn are_type_parameters(code: &str) -> bool {
    let after_types = enclosed(code, '<', '>').map(|(_, rest)| rest);
    let rest = after_types.and_then(|rest| enclosed(rest, '(', ')')).map(|(_, rest)| rest.trim_start());
    rest.is_some_and(|rest| rest.starts_with("=>") || rest.starts_with(':') || rest.starts_with('{'))
}

/// Whether there is a type assertion: a `<` where an expression starts, as in `<Type>value`.
fn has_assertion(code: &str) -> bool {
    code.match_indices('<').any(|(at, _)| {
        let before = code[..at].trim_end();
        let word = &before[before.trim_end_matches(is_part_of_word).len()..];
        let begins = before.is_empty()
            || before.ends_with(|c: char| "=([{,;:?&|!+-*/%^~>}".contains(c))
            || BEFORE_EXPRESSIONS.contains(&word);
        let is_type = code[at + 1..].starts_with(|c: char| is_part_of_word(c) || "{[(".contains(c));
        begins && is_type && !are_type_parameters(&code[at..])
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{is_more_than_types, needs_transform};
    use crate::request::path::RelativePath;
    use crate::request::{Request, SourceFile};

    #[test]
    fn code_is_told_from_types() {
        for (code, more) in [
            ("enum A { x }", true),
            ("export const enum A { x }", true),
            ("namespace N { export const x = 1 }", true),
            ("module N { export const x = 1 }", true),
            ("class A { constructor(private x: number) {} }", true),
            ("class A { constructor(\n  readonly x = 1,\n) {} }", true),
            ("class A extends B { constructor(override x: number) { super() } }", true),
            ("import fs = require('fs')", true),
            ("import type Q = N.Q", true),
            ("export import Q = N.Q", true),
            ("export = A", true),
            ("const x = <number>y", true),
            ("return <any>y", true),
            ("f(<T>y)", true),
            ("const x = <any>(y)", true),
            ("const x = <() => void>y", true),
            ("", false),
            ("const x: number = 1", false),
            ("import fs from 'fs'\nlet a = 1", false),
            ("import { a } from './a.ts'", false),
            ("import * as fs from 'node:fs'\nconst a = 1", false),
            ("const fs = await import('fs')", false),
            ("module.exports = { a }", false),
            ("export const a = 1", false),
            ("export default class A { private x = 1; readonly y = 2 }", false),
            ("class A { private x = 1; constructor(y: number) {} public z() {} }", false),
            ("const id = <T,>(x: T): T => x", false),
            ("const id = <T>(x: T) => x", false),
            ("type F = <T extends Array<number>>(x: T) => void", false),
            ("const enumerable = 1, renamespaced = 2", false),
            ("if (a < b && c <d) {}", false),
            ("function f<T>(x: Array<T>): Map<string, T> { return new Map<string, T>() }", false),
            ("for (let i = 0; i<n; i++) {}", false),
        ] {
            assert_eq!(is_more_than_types(code), more, "{code}");
        }
    }

    #[test]
    fn files_count_by_their_extension() {
        let with = |path: &str, code: &str| {
            let path = RelativePath::parse(path).expect(path);
            let file = SourceFile { path, content: b"enum A { x }".to_vec() };
            Request::new(code, Duration::from_secs(1)).with_files(vec![file]).expect("one file")
        };
        for (path, code, extension, needs) in [
            ("a.ts", "", "ts", true),
            ("lib/a.MTS", "", "js", true),
            ("a.txt", "", "ts", false),
            ("a.txt", "enum A { x }", "ts", true),
            ("a.txt", "enum A { x }", "js", false),
        ] {
            assert_eq!(needs_transform(&with(path, code), extension), needs, "{path} {code} {extension}");
        }
    }
}
