//! `tests/COVERAGE.md`: every row of the specification is there once, and every test that it names exists.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::paths::at;
use crate::step::{Context, Failure, Outcome};

const PAGE: &str = "tests/COVERAGE.md";
/// The rows of each area that are to be shown.
const ROWS: [(&str, &[u32]); 8] = [
    ("KEY", &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20]),
    ("AGT", &[1, 2, 3, 4, 5, 6, 7]),
    ("WEB", &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22]),
    ("JWT", &[1, 14, 15, 16, 17, 23, 24, 25]),
    ("REF", &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]),
    ("CON", &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]),
    ("HTTP", &[1, 2, 3, 4, 5, 6]),
    ("ADM", &[1, 2, 3]),
];
/// What stands in place of a test that there is not.
const OPEN: &str = "open";

/// Holds the page against the tree.
pub fn check() -> Outcome<String> {
    let page = fs::read_to_string(at(PAGE)).context(format!("cannot read {PAGE}"))?;
    let found = judge(&page, &|path, name| {
        fs::read_to_string(at("tests").join(path)).is_ok_and(|text| has(path, &text, name))
    });
    match found.wrong.as_slice() {
        [] => Ok(format!("{} rows, {} of them open", found.rows, found.open)),
        wrong => Err(Failure(format!("{PAGE}:\n  {}", wrong.join("\n  ")))),
    }
}

/// What was found on the page.
#[derive(Debug, Default, PartialEq)]
struct Found {
    rows: usize,
    open: usize,
    wrong: Vec<String>,
}

fn judge(page: &str, exists: &dyn Fn(&str, &str) -> bool) -> Found {
    let wanted: BTreeSet<String> = ROWS
        .iter()
        .flat_map(|(area, numbers)| numbers.iter().map(move |number| format!("{area}-{number:02}")))
        .collect();
    let mut found = Found::default();
    let mut seen = BTreeSet::new();
    for line in page.lines() {
        let cells: Vec<&str> = line.trim().trim_matches('|').split(" | ").map(str::trim).collect();
        let Some(id) = cells.first().copied().filter(|id| is_id(id)) else { continue };
        found.rows += 1;
        if !wanted.contains(id) {
            found.wrong.push(format!("{id} is no row of the specification"));
        }
        if !seen.insert(id.to_owned()) {
            found.wrong.push(format!("{id} stands twice"));
        }
        match cells.as_slice() {
            [_, what, OPEN] if !what.is_empty() => found.open += 1,
            [_, what, tests] if !what.is_empty() => found.wrong.extend(missing(id, tests, exists)),
            _ => found.wrong.push(format!("{id} has not three cells")),
        }
    }
    found.wrong.extend(wanted.difference(&seen).map(|id| format!("{id} is missing")));
    found
}

fn is_id(cell: &str) -> bool {
    cell.split_once('-').is_some_and(|(area, number)| {
        !area.is_empty()
            && area.bytes().all(|b| b.is_ascii_uppercase())
            && number.len() == 2
            && number.bytes().all(|b| b.is_ascii_digit())
    })
}

/// The tests of a cell that do not exist: `[name](path)`, several of them with commas.
fn missing(id: &str, tests: &str, exists: &dyn Fn(&str, &str) -> bool) -> Vec<String> {
    let named: Vec<_> = tests.split("](").collect();
    if named.len() < 2 {
        return vec![format!("{id} names no test")];
    }
    let pairs = named.windows(2).filter_map(|pair| match pair {
        [before, after] => Some((before.rsplit('[').next()?, after.split(')').next()?)),
        _ => None,
    });
    pairs
        .map(|(name, path)| (name.trim_matches('`'), path))
        .filter(|(name, path)| !exists(path, name))
        .map(|(name, path)| format!("{id}: there is no test `{name}` in {path}"))
        .collect()
}

/// Whether a file has a test of this name, and not only its words.
fn has(path: &str, text: &str, name: &str) -> bool {
    if Path::new(path).extension().is_some_and(|extension| extension == "rs") {
        return text.match_indices(&format!("fn {name}(")).any(|(start, _)| {
            let before = text.get(..start).unwrap_or_default();
            before.trim_end().trim_end_matches("async").trim_end().ends_with("#[test]")
        });
    }
    ["\"", "`", "'"].iter().any(|quote| text.contains(&format!("test({quote}{name}{quote}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(change: impl Fn(&str) -> Option<String>) -> String {
        let ids = ROWS
            .iter()
            .flat_map(|(area, numbers)| numbers.iter().map(move |number| format!("{area}-{number:02}")));
        ids.filter_map(|id| change(&id)).collect()
    }

    fn row(id: &str) -> String {
        format!("| {id} | It holds. | [`known`](a.rs), [`known`](b.rs) |\n")
    }

    fn wrong(page: &str) -> Vec<String> {
        judge(page, &|_, name| name == "known").wrong
    }

    #[test]
    fn a_whole_page_is_right() {
        assert_eq!(wrong(&page(|id| Some(row(id)))), [""; 0]);
    }

    #[test]
    fn reports_a_row_that_is_missing_or_doubled_or_unknown() {
        let missing = page(|id| (id != "KEY-07").then(|| row(id)));
        assert_eq!(wrong(&missing), ["KEY-07 is missing"]);
        let doubled = page(|id| Some(row(id).repeat(if id == "AGT-02" { 2 } else { 1 })));
        assert_eq!(wrong(&doubled), ["AGT-02 stands twice"]);
        let unknown = page(|id| Some(row(id))) + &row("KEY-99");
        assert_eq!(wrong(&unknown), ["KEY-99 is no row of the specification"]);
    }

    #[test]
    fn reports_a_test_that_does_not_exist() {
        let page = page(|id| {
            Some(row(id).replace("`known`](b", if id == "WEB-04" { "`gone`](b" } else { "`known`](b" }))
        });
        assert_eq!(wrong(&page), ["WEB-04: there is no test `gone` in b.rs"]);
    }

    #[test]
    fn counts_what_is_open_and_refuses_what_says_nothing() {
        let open = page(|id| Some(format!("| {id} | It holds. | open |\n")));
        let found = judge(&open, &|_, _| false);
        assert_eq!((found.rows, found.open, found.wrong.len()), (91, 91, 0));
        let silent = page(|id| Some(format!("| {id} | It holds. | some day |\n")));
        assert_eq!(wrong(&silent).len(), 91);
    }

    #[test]
    fn a_test_is_a_function_that_is_run_or_a_title() {
        assert!(has("a.rs", "#[test]\nfn it_holds() {}", "it_holds"));
        assert!(!has("a.rs", "fn it_holds() {}", "it_holds"));
        assert!(!has("a.rs", "#[test]\nfn it_holds_not() {}", "it_holds"));
        assert!(has("a.mjs", "  test(\"it holds\", () => {", "it holds"));
        assert!(!has("a.mjs", "// it holds", "it holds"));
    }
}
