//! The layers of core's modules: a module names only lower layers, siblings do not name each other.

use std::path::Path;

use super::sources;
use super::tokens::tokens;
use crate::paths::{at, shown};
use crate::step::{Context, Outcome};

/// Bottom up.
const LAYERS: [&[&str]; 6] = [
    &["error", "text"],
    &["base64url", "json", "time", "secret", "http"],
    &["jose"],
    &["jwt"],
    &["oauth", "keys", "cookies", "factors", "audit"],
    &["session", "members", "sso", "gateway"],
];

/// What the root offers under a second name: both are of `error`.
const ROOT_NAMES: [&str; 2] = ["Code", "Error"];

const CORE: &str = "sdk/core/src";

/// Reads core's sources and tells what breaks the rule.
pub fn violations() -> Outcome<Vec<String>> {
    let mut violations = Vec::new();
    for file in sources(CORE, &[".rs"])? {
        let path = module_path(file.strip_prefix(at(CORE)).unwrap_or(&file));
        let Some(module) = path.first() else { continue };
        let source = std::fs::read_to_string(&file).context(format!("cannot read {}", file.display()))?;
        violations.extend(
            judge(module, path.len(), &source).into_iter().map(|said| format!("{}: {said}", shown(&file))),
        );
    }
    Ok(violations)
}

/// The module of a file: `jose/jws.rs` → `jose`, `jws`; the root has no name.
fn module_path(file: &Path) -> Vec<String> {
    let path = file.with_extension("");
    let names = path.iter().map(|name| name.to_string_lossy().into_owned());
    names.filter(|name| name != "mod" && name != "lib").collect()
}

fn judge(module: &str, depth: usize, source: &str) -> Vec<String> {
    let Some(own) = layer(module) else {
        return vec![format!("give module `{module}` its layer in xtask/src/check/layers/modules.rs")];
    };
    let mut named = named_from_root(&tokens(source), depth);
    named.sort_unstable();
    named.dedup();
    let forbidden = named.into_iter().filter(|name| *name != module && !ROOT_NAMES.contains(name));
    let said = forbidden.filter_map(|name| match layer(name) {
        Some(layer) if layer < own => None,
        Some(layer) => Some(format!("`{module}` (layer {own}) names `{name}` (layer {layer})")),
        None => Some(format!("`{module}` names `crate::{name}`, which is no module of a layer")),
    });
    said.collect()
}

fn layer(module: &str) -> Option<usize> {
    LAYERS.iter().position(|modules| modules.contains(&module))
}

/// The names that follow `crate::`, or as many `super::` as lead to the root.
fn named_from_root<'s>(tokens: &[&'s str], depth: usize) -> Vec<&'s str> {
    let mut named = Vec::new();
    // The braces that are open, and whether each is the body of an inline module.
    let mut open = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let before = |back: usize| at.checked_sub(back).and_then(|at| tokens.get(at)).copied();
        match *token {
            "{" => open.push(before(2) == Some("mod")),
            "}" => drop(open.pop()),
            "crate" if before(1) != Some("$") => named.extend(after(tokens, at)),
            "super" if before(1) != Some("::") => {
                let inline = open.iter().filter(|module| **module).count();
                let last = at + 2 * (supers(tokens, at) - 1);
                if supers(tokens, at) == depth + inline {
                    named.extend(after(tokens, last));
                }
            }
            _ => {}
        }
    }
    named
}

/// How many `super::` follow each other.
fn supers(tokens: &[&str], at: usize) -> usize {
    let rest = tokens.get(at..).unwrap_or_default();
    rest.chunks(2).take_while(|pair| matches!(pair, ["super", "::"])).count().max(1)
}

/// The first name of a path, or of every path in a group: `::a::b` → a; `::{a, b::{c, d}}` → a, b.
fn after<'s>(tokens: &[&'s str], at: usize) -> Vec<&'s str> {
    let rest = tokens.get(at + 1..).unwrap_or_default();
    match rest {
        ["::", "{", group @ ..] => {
            let (mut depth, mut named, mut begins) = (1_usize, Vec::new(), true);
            for token in group {
                match *token {
                    "{" => depth += 1,
                    "}" if depth == 1 => break,
                    "}" => depth -= 1,
                    "," if depth == 1 => begins = true,
                    name if depth == 1 && begins => {
                        named.push(name);
                        begins = false
                    }
                    _ => {}
                }
            }
            named
        }
        // `use super::*` in an inline module of the root's child would be the root itself.
        ["::", "*", ..] => Vec::new(),
        ["::", name, ..] => vec![name],
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_a_higher_layer() {
        assert_eq!(judge("jose", 1, "use crate::jwt::Claims;").len(), 1);
        assert_eq!(judge("error", 1, "fn f() { crate::time::now() }").len(), 1);
        assert_eq!(judge("jose", 1, "use super::jwt;").len(), 1);
        assert_eq!(judge("jose", 2, "use super::super::{http, oauth::pkce};").len(), 1);
    }

    #[test]
    fn reports_a_sibling_of_the_same_layer() {
        assert_eq!(judge("http", 1, "use crate::{error::Error, base64url};").len(), 1);
    }

    #[test]
    fn reports_a_module_without_a_layer() {
        assert_eq!(judge("novel", 1, "").len(), 1);
        assert_eq!(judge("jose", 1, "use crate::novel;").len(), 1);
    }

    #[test]
    fn accepts_lower_layers_and_the_module_itself() {
        let source = "use crate::{error::{Code, Error}, http}; use crate::jwt::claims; pub(crate) fn f() {}";
        assert!(judge("jwt", 1, source).is_empty());
    }

    #[test]
    fn supers_inside_an_inline_module_count_from_there() {
        assert!(judge("jose", 1, "mod tests { use super::*; use super::jwt; }").is_empty());
        assert_eq!(judge("jose", 1, "mod tests { use super::super::jwt; }").len(), 1);
        assert!(judge("jose", 2, "use super::jwk;").is_empty());
    }

    #[test]
    fn a_file_knows_its_module() {
        assert_eq!(module_path(Path::new("jose/jws.rs")), ["jose", "jws"]);
        assert_eq!(module_path(Path::new("jose/mod.rs")), ["jose"]);
        assert!(module_path(Path::new("lib.rs")).is_empty());
    }
}
