//! Rust source as words and signs, without comments, text and lifetimes: enough to see who names whom.

/// Splits source into identifiers and single signs; `::` is one token.
pub fn tokens(source: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        let length = match skipped(rest) {
            Some(length) => length,
            None => {
                let length = taken(rest, first);
                found.extend(rest.get(..length));
                length
            }
        };
        rest = rest.get(length.max(1)..).unwrap_or_default();
    }
    found
}

/// The length of what says nothing: space, comment, text, character, lifetime.
fn skipped(rest: &str) -> Option<usize> {
    let first = rest.chars().next()?;
    if first.is_whitespace() || !first.is_ascii() {
        return Some(first.len_utf8());
    }
    if rest.starts_with("//") {
        return Some(rest.find('\n').unwrap_or(rest.len()));
    }
    if rest.starts_with("/*") {
        return Some(block_comment(rest));
    }
    if let Some(length) = raw_text(rest) {
        return Some(length);
    }
    match first {
        '"' => Some(quoted(rest, '"')),
        '\'' => Some(character_or_lifetime(rest)),
        _ => None,
    }
}

fn taken(rest: &str, first: char) -> usize {
    if first.is_alphanumeric() || first == '_' {
        return rest.find(|sign: char| !sign.is_alphanumeric() && sign != '_').unwrap_or(rest.len());
    }
    if rest.starts_with("::") { 2 } else { first.len_utf8() }
}

fn block_comment(rest: &str) -> usize {
    let (mut depth, mut at) = (0_usize, 0);
    while let Some(left) = rest.get(at..).filter(|left| !left.is_empty()) {
        let step = match left {
            _ if left.starts_with("/*") => {
                depth += 1;
                2
            }
            _ if left.starts_with("*/") => {
                depth -= 1;
                2
            }
            _ => left.chars().next().map_or(1, char::len_utf8),
        };
        at += step;
        if depth == 0 {
            return at;
        }
    }
    rest.len()
}

/// `r"…"`, `r#"…"#`, `br#"…"#`: no escapes inside.
fn raw_text(rest: &str) -> Option<usize> {
    let after = rest.strip_prefix("br").or_else(|| rest.strip_prefix('r'))?;
    let hashes = after.len() - after.trim_start_matches('#').len();
    let inside = after.get(hashes..)?.strip_prefix('"')?;
    let end = format!("\"{}", "#".repeat(hashes));
    let length = inside.find(&end).map_or(inside.len(), |at| at + end.len());
    Some(rest.len() - inside.len() + length)
}

fn quoted(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, sign) in rest.char_indices().skip(1) {
        match sign {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if sign == quote => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

/// `'a'` and `'\n'` are characters; `'a` is a lifetime.
fn character_or_lifetime(rest: &str) -> usize {
    let mut signs = rest.char_indices().skip(1);
    match (signs.next(), signs.next()) {
        (Some((_, '\\')), _) | (_, Some((_, '\''))) => quoted(rest, '\''),
        _ => {
            1 + rest
                .get(1..)
                .and_then(|name| name.find(|sign: char| !sign.is_alphanumeric() && sign != '_'))
                .unwrap_or(0)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leaves_comments_text_and_lifetimes_out() {
        let source = "// crate::a\n/* crate::b /* x */ */ fn f<'s>(c: char) { \"crate::c\"; r#\"crate::d\"#; '\\''; 'x'; crate::e }";
        let words = tokens(source);
        assert_eq!(words.iter().filter(|word| **word == "crate").count(), 1);
        assert!(words.ends_with(&["crate", "::", "e", "}"]));
    }
}
