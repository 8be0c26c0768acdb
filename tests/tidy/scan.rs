//! Enough of Rust's lexical grammar to tell code from comments and literals, and one item from the next.
//!
//! Absent: a syntax tree, and what macros expand to.

/// A function and how many lines it takes, from `fn` to its closing brace.
pub struct Function {
    pub name: String,
    pub line: usize,
    pub lines: usize,
}

/// The text with every comment and literal blanked; each line and column stays where it was.
pub fn code(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut code = String::with_capacity(text.len());
    let mut at = 0;
    while at < chars.len() {
        let (end, is_code) = token(&chars, at);
        let end = end.min(chars.len());
        code.extend(chars[at..end].iter().map(|c| if is_code || *c == '\n' { *c } else { ' ' }));
        at = end;
    }
    code
}

/// The code without its test modules and other items under `#[cfg(test)]`.
pub fn without_tests(code: &str) -> String {
    const ATTRIBUTE: &str = "#[cfg(test)]";
    if code.contains("#![cfg(test)]") {
        return blank(code);
    }
    let mut kept = String::with_capacity(code.len());
    let mut rest = code;
    while let Some(start) = rest.find(ATTRIBUTE) {
        kept.push_str(&rest[..start]);
        let end = start + item(&rest[start..]);
        kept.push_str(&blank(&rest[start..end]));
        rest = &rest[end..];
    }
    kept + rest
}

/// Every function with a body, the inner ones of another function included.
pub fn functions(code: &str) -> Vec<Function> {
    let mut found = Vec::new();
    for start in words(code, "fn") {
        let signature = &code[start + 2..];
        let name: String = signature.trim_start().chars().take_while(|c| is_word(*c)).collect();
        // `fn(u8)` is a type, and `fn $name` belongs to a macro.
        if name.is_empty() {
            continue;
        }
        let Some(body) = body(signature) else { continue };
        let end = start + 2 + body + block(&signature[body..]);
        let lines = 1 + code[start..end].matches('\n').count();
        found.push(Function { name, line: line_of(code, start), lines });
    }
    found
}

/// Where `needle` stands in the code, and not as a part of longer words.
pub fn words<'a>(code: &'a str, needle: &'a str) -> impl Iterator<Item = usize> + 'a {
    code.match_indices(needle).map(|(at, _)| at).filter(move |at| {
        let cut_before = needle.starts_with(is_word) && code[..*at].ends_with(is_word);
        let cut_after = needle.ends_with(is_word) && code[at + needle.len()..].starts_with(is_word);
        !cut_before && !cut_after
    })
}

/// The line of a place in a text, counted from one.
pub fn line_of(text: &str, at: usize) -> usize {
    1 + text[..at].matches('\n').count()
}

pub fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn blank(code: &str) -> String {
    code.chars().map(|c| if c == '\n' { c } else { ' ' }).collect()
}

/// The end of the token that starts here, and whether it is code.
fn token(chars: &[char], at: usize) -> (usize, bool) {
    let next = chars.get(at + 1).copied();
    match chars[at] {
        '/' if next == Some('/') => (find(chars, at, |c| c == '\n'), false),
        '/' if next == Some('*') => (comment(chars, at), false),
        '"' => (string(chars, at), false),
        '\'' => character(chars, at).map_or((at + 1, true), |end| (end, false)),
        c if is_word(c) => {
            let end = find(chars, at, |c| !is_word(c));
            let word: String = chars[at..end].iter().collect();
            let raw = matches!(word.as_str(), "r" | "br" | "cr").then(|| raw_string(chars, end)).flatten();
            raw.map_or((end, true), |end| (end, false))
        }
        _ => (at + 1, true),
    }
}

fn find(chars: &[char], from: usize, wanted: impl Fn(char) -> bool) -> usize {
    chars[from..].iter().position(|c| wanted(*c)).map_or(chars.len(), |offset| from + offset)
}

/// The end of a block comment; they nest.
fn comment(chars: &[char], start: usize) -> usize {
    let mut depth = 0;
    let mut at = start;
    while at < chars.len() {
        match (chars[at], chars.get(at + 1)) {
            ('/', Some('*')) => (depth, at) = (depth + 1, at + 2),
            ('*', Some('/')) => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            break;
        }
    }
    at
}

fn string(chars: &[char], start: usize) -> usize {
    let mut at = start + 1;
    while at < chars.len() && chars[at] != '"' {
        at += if chars[at] == '\\' { 2 } else { 1 };
    }
    at + 1
}

/// The end of a raw string whose hashes or quote start here; `None` for a raw identifier.
fn raw_string(chars: &[char], start: usize) -> Option<usize> {
    let quote = find(chars, start, |c| c != '#');
    let hashes = quote - start;
    if chars.get(quote) != Some(&'"') {
        return None;
    }
    let closes =
        |at: &usize| chars[*at] == '"' && chars[at + 1..].iter().take(hashes).filter(|c| **c == '#').count() == hashes;
    Some((quote + 1..chars.len()).find(closes).map_or(chars.len(), |at| at + 1 + hashes))
}

/// The end of a character; `None` for a lifetime.
fn character(chars: &[char], start: usize) -> Option<usize> {
    match (chars.get(start + 1), chars.get(start + 2)) {
        // What is escaped may itself be a quote.
        (Some('\\'), Some(_)) => Some(find(chars, start + 3, |c| c == '\'') + 1),
        (Some(_), Some('\'')) => Some(start + 3),
        _ => None,
    }
}

/// Where the body of a function starts after its `fn`; `None` for one without.
fn body(signature: &str) -> Option<usize> {
    let mut depth = 0;
    for (at, c) in signature.char_indices() {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth -= 1,
            '{' if depth == 0 => return Some(at),
            ';' if depth == 0 => return None,
            _ => {}
        }
    }
    None
}

/// The length of the block that starts here, braces included.
fn block(code: &str) -> usize {
    let mut depth = 0;
    for (at, c) in code.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return at + 1;
        }
    }
    code.len()
}

/// The length of what stands here under attributes: an item with its block, or a field, variant, arm or statement.
fn item(code: &str) -> usize {
    let mut start = 0;
    loop {
        start += code[start..].len() - code[start..].trim_start().len();
        if !code[start..].starts_with("#[") {
            break;
        }
        start += bracket(&code[start..]);
    }
    let keyword: String = code[start..].chars().take_while(|c| is_word(*c)).collect();
    let is_item = [
        "async",
        "const",
        "enum",
        "extern",
        "fn",
        "impl",
        "macro_rules",
        "mod",
        "pub",
        "static",
        "struct",
        "trait",
        "type",
        "unsafe",
        "use",
    ]
    .contains(&keyword.as_str());
    let mut depth = 0;
    for (at, c) in code[start..].char_indices() {
        match c {
            '{' if is_item && depth == 0 => return start + at + block(&code[start + at..]),
            '(' | '[' | '{' => depth += 1,
            // The end of what this is a part of.
            ')' | ']' | '}' if depth == 0 => return start + at,
            ')' | ']' | '}' => depth -= 1,
            ';' if depth == 0 => return start + at + 1,
            ',' if depth == 0 && !is_item => return start + at + 1,
            _ => {}
        }
    }
    code.len()
}

fn bracket(code: &str) -> usize {
    let mut depth = 0;
    for (at, c) in code.char_indices() {
        match c {
            '[' => depth += 1,
            ']' if depth == 1 => return at + 1,
            ']' => depth -= 1,
            _ => {}
        }
    }
    code.len()
}

#[test]
fn comments_and_literals_are_not_code() {
    for (text, expected) in [
        ("a // fn b\nc", "a        \nc"),
        ("a /* x /* y */ z */ b", "a                   b"),
        (r#"a("}\"{", b)"#, "a(      , b)"),
        (r###"r#"}"{"#; x"###, "        ; x"),
        (r###"br##"}"#{"##; x"###, "            ; x"),
        ("r#type { }", "r#type { }"),
        ("f('{', '\\'', '\\\\', b'}', &'a str)", "f(   ,     ,     , b   , &'a str)"),
        ("\"two\nlines\" x", "    \n       x"),
        ("x = \"open", "x =      "),
    ] {
        assert_eq!(code(text), expected, "{text}");
    }
}

#[test]
fn a_function_is_measured_to_its_closing_brace() {
    let text =
        "pub fn one(x: [u8; 3]) -> u8 {\n    if x { '}' }\n    \"}\"\n}\ntrait T { fn none(); }\ntype F = fn(u8);\n";
    let found = functions(&code(text));
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].name.as_str(), found[0].line, found[0].lines), ("one", 1, 4));
}

#[test]
fn only_what_is_under_cfg_test_is_left_out() {
    for (text, expected) in [
        ("a(); #[cfg(test)] mod tests { b(); } c();", "a c"),
        ("#[cfg(test)] #[path = \"x\"] mod tests; a();", "a"),
        ("#[cfg(test)] fn b<A, B>() { b(); } a();", "a"),
        ("struct S { a: u8, #[cfg(test)] b: u8, c: u8 }", "struct S a u8 c u8"),
        ("enum E { a, #[cfg(test)] B(u8) } c", "enum E a c"),
        ("#[cfg(any(test, feature = \"x\"))] mod a {}", "cfg any test feature mod a"),
        ("#![cfg(test)] mod b {}", ""),
    ] {
        let kept = without_tests(&code(text));
        let left: Vec<&str> = kept.split(|c| !is_word(c)).filter(|word| !word.is_empty()).collect();
        assert_eq!(left.join(" "), expected, "{text}");
        assert_eq!(kept.chars().count(), text.chars().count(), "{text}");
    }
}

#[test]
fn a_word_is_not_a_part_of_another() {
    let code = "db::x crate::db sdb db_x db";
    assert_eq!(words(code, "db").count(), 3);
    assert_eq!(words(code, "crate::db").count(), 1);
}
