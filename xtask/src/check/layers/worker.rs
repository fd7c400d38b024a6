//! Where the Worker platform may be named: at the rim of the edge, not in its rules.

use super::sources;
use super::tokens::tokens;
use crate::paths::{at, shown};
use crate::step::{Context, Outcome};

const EDGE: &str = "edge/src";
/// The files and folders that carry decisions out.
const MAY: [&str; 4] = ["lib.rs", "routes/", "store/d1.rs", "durable/"];

/// Reads the edge's sources and tells what breaks the rule.
pub fn violations() -> Outcome<Vec<String>> {
    let mut violations = Vec::new();
    for file in sources(EDGE, &[".rs"])? {
        let name = file.strip_prefix(at(EDGE)).unwrap_or(&file).to_string_lossy().into_owned();
        let source = std::fs::read_to_string(&file).context(format!("cannot read {}", file.display()))?;
        if !may(&name) && names_worker(&source) {
            violations.push(format!("{}: names `worker::`; only {} may", shown(&file), MAY.join(", ")));
        }
    }
    Ok(violations)
}

fn may(name: &str) -> bool {
    MAY.iter()
        .any(|allowed| if allowed.ends_with('/') { name.starts_with(allowed) } else { name == *allowed })
}

fn names_worker(source: &str) -> bool {
    let tokens = tokens(source);
    let named = |at: usize| {
        let before = at.checked_sub(1).and_then(|at| tokens.get(at)).copied();
        // `::worker::` is the crate as well; `x::worker::` is not.
        let rooted = before != Some("::")
            || !at.checked_sub(2).and_then(|at| tokens.get(at)).is_some_and(|name| is_name(name));
        rooted && (tokens.get(at + 1) == Some(&"::") || matches!(before, Some("use" | "crate")))
    };
    tokens.iter().enumerate().any(|(at, token)| *token == "worker" && named(at))
}

fn is_name(token: &str) -> bool {
    token.starts_with(|sign: char| sign.is_alphabetic() || sign == '_') && token != "use"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_the_platform_in_a_rule() {
        assert!(names_worker("use worker::Env;"));
        assert!(names_worker("fn f(env: &::worker::Env) {}"));
        assert!(names_worker("fn f(env: worker::Env) {}"));
        assert!(names_worker("use worker;"));
    }

    #[test]
    fn accepts_other_things_of_that_name() {
        assert!(!names_worker("// worker::Env\nlet worker = crate::worker::start();"));
        assert!(!names_worker("let worker = 1; f(worker)"));
    }

    #[test]
    fn knows_the_rim() {
        assert!(may("lib.rs") && may("routes/health.rs") && may("store/d1.rs"));
        assert!(!may("gateway/lib.rs") && !may("store/memory.rs"));
    }
}
