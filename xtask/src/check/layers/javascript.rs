//! The direction of JavaScript: `pkg` imports itself and Node, examples import what anybody could.

use std::path::{Component, Path, PathBuf};

use super::sources;
use crate::paths::{at, shown};
use crate::step::{Context, Outcome};

const ENDINGS: [&str; 5] = [".js", ".mjs", ".cjs", ".ts", ".tsx"];

/// Reads the sources and tells what breaks the rule.
pub fn violations() -> Outcome<Vec<String>> {
    let mut violations = Vec::new();
    for file in sources("pkg/src", &ENDINGS)? {
        violations.extend(judge(&file, |specifier| package_may(&file, specifier))?);
    }
    for file in
        sources("examples", &ENDINGS)?.iter().filter(|file| !file.iter().any(|part| part == "node_modules"))
    {
        violations.extend(judge(file, |specifier| example_may(file, specifier))?);
    }
    Ok(violations)
}

fn judge(file: &Path, may: impl Fn(&str) -> bool) -> Outcome<Vec<String>> {
    let source = std::fs::read_to_string(file).context(format!("cannot read {}", file.display()))?;
    let forbidden = specifiers(&source).into_iter().filter(|specifier| !may(specifier));
    Ok(forbidden.map(|specifier| format!("{}: imports {specifier}", shown(file))).collect())
}

/// The package has no dependency: its own files, what is built beside them, and Node's builtins;
/// React in what is for React.
/// Declarations may name a framework's types, for whoever has the framework.
fn package_may(file: &Path, specifier: &str) -> bool {
    if specifier == "hono" {
        return file.to_string_lossy().ends_with(".d.ts");
    }
    if specifier == "react" {
        return file.starts_with(at("pkg/src/react"));
    }
    match relative(file, specifier) {
        Some(target) => target.starts_with(at("pkg/src")) || target.starts_with(at("pkg/dist")),
        None => specifier.starts_with("node:"),
    }
}

/// An example stands alone: its own folder, the packages' public names, what a server of its own serves.
fn example_may(file: &Path, specifier: &str) -> bool {
    let own = file
        .strip_prefix(at("examples"))
        .ok()
        .and_then(|path| path.iter().next())
        .map(|name| at("examples").join(name));
    match relative(file, specifier) {
        Some(target) => own.is_some_and(|own| target.starts_with(own)),
        None => !specifier.starts_with("file:"),
    }
}

/// Where a relative import leads; `None` for the name of a package or an address.
fn relative(file: &Path, specifier: &str) -> Option<PathBuf> {
    if !specifier.starts_with('.') {
        return None;
    }
    let mut target = file.parent()?.to_owned();
    for part in Path::new(specifier).components() {
        match part {
            Component::ParentDir => drop(target.pop()),
            Component::Normal(name) => target.push(name),
            _ => {}
        }
    }
    Some(target)
}

/// The names in `from "…"`, `import "…"`, `import("…")`, `require("…")`.
fn specifiers(source: &str) -> Vec<String> {
    let mut found = Vec::new();
    for line in source
        .lines()
        .map(str::trim_start)
        .filter(|line| !["//", "*", "/*"].iter().any(|sign| line.starts_with(sign)))
    {
        for (at, quote) in line.match_indices(['"', '\'']) {
            let before = line.get(..at).unwrap_or_default().trim_end();
            let imported =
                ["from", "import", "import(", "require("].iter().any(|word| ends_with_word(before, word));
            let text = line.get(at + 1..).and_then(|rest| rest.split(quote).next());
            found.extend(text.filter(|_| imported).map(str::to_owned));
        }
    }
    found
}

fn ends_with_word(text: &str, word: &str) -> bool {
    let before = text.strip_suffix(word).map(|before| before.chars().next_back());
    before.is_some_and(|sign| {
        sign.is_none_or(|sign| !sign.is_alphanumeric() && !['_', '.', '$', '"', '\''].contains(&sign))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_every_form_of_import() {
        let source = "import a from \"a\";\nimport 'b';\nexport * from './c.js';\nawait import(\"d\");\nconst e = require('e');\n// import \"no\"\nArray.from(\"no\");";
        assert_eq!(specifiers(source), ["a", "b", "./c.js", "d", "e"]);
    }

    #[test]
    fn reports_a_package_file_that_reaches_out() {
        let file = at("pkg/src/client/node.js");
        assert!(!package_may(&file, "../../../examples/spa/lib/keys.mjs"));
        assert!(!package_may(&file, "jose"));
        assert!(package_may(&file, "../shared.js") && package_may(&file, "../../dist/client/glue.js"));
        assert!(package_may(&file, "node:fs"));
        assert!(!package_may(&file, "react") && package_may(&at("pkg/src/react/hooks.js"), "react"));
        assert!(!package_may(&file, "hono") && package_may(&at("pkg/src/verify/index.d.ts"), "hono"));
    }

    #[test]
    fn reports_an_example_that_reaches_into_the_project() {
        let file = at("examples/spa/page/app.js");
        assert!(!example_may(&file, "../../../pkg/src/client/inline.js"));
        assert!(!example_may(&file, "../../other/lib.js"));
        assert!(
            example_may(&file, "../lib/keys.mjs")
                && example_may(&file, "edgeward")
                && example_may(&file, "node:http")
        );
    }
}
