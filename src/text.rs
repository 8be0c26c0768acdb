//! Texts: one Unicode form to keep them in, and one folded form to search them by. Pure.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::{decompose_canonical, is_combining_mark};

/// The form in which texts are kept: Unicode NFC, without blanks at the ends.
pub fn kept(text: &str) -> String {
    text.trim().nfc().collect()
}

/// Whether a text holds control characters; line breaks and tabs are allowed where `long`.
pub fn has_controls(text: &str, long: bool) -> bool {
    text.chars().any(|c| c.is_control() && !(long && matches!(c, '\n' | '\r' | '\t')))
}

/// The form by which texts are searched: without case, diacritics and tone marks, so that their placing does not matter.
pub fn folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for letter in text.chars() {
        if letter.is_ascii() {
            folded.push(letter.to_ascii_lowercase());
            continue;
        }
        // The order of the marks does not matter: none is kept.
        decompose_canonical(letter, |part| {
            if !is_combining_mark(part) {
                folded.extend(part.to_lowercase().map(|c| if c == 'đ' { 'd' } else { c }));
            }
        });
    }
    folded
}

/// The words of a query, each to be found anywhere in a folded text, as patterns of LIKE with `\` as escape.
pub fn patterns(query: &str) -> Vec<String> {
    folded(query)
        .split_whitespace()
        .map(|word| {
            let escaped = word.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
            format!("%{escaped}%")
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vietnamese_is_found_whatever_the_marks() {
        assert_eq!(folded("Sở Khoa học và Công nghệ ĐỒNG THÁP"), "so khoa hoc va cong nghe dong thap");
        assert_eq!(folded("Hoá"), folded("Hóa"));
        assert_eq!(folded("thuỷ"), folded("thủy"));
    }

    #[test]
    fn other_scripts_are_folded_letter_by_letter() {
        assert_eq!(folded("ẤP \u{1e9e} ΐ 각 İ"), "ap ß ι \u{1100}\u{1161}\u{11a8} i");
        assert_eq!(folded("q\u{323}\u{307}Q\u{307}\u{323}"), "qq");
    }

    #[test]
    fn both_unicode_forms_are_kept_as_one() {
        assert_eq!(kept(" So\u{031b}\u{0309} "), "S\u{1edf}");
    }

    #[test]
    fn wildcards_of_like_are_only_characters() {
        assert_eq!(patterns("100% a_b"), ["%100\\%%", "%a\\_b%"]);
    }
}
