//! The client's core as JavaScript, for pages that may not run WebAssembly: the very module that the
//! wasm is made of, through wasm2js of npm `binaryen`.

use std::fs;
use std::path::Path;

use super::bindgen::{self, Glue};
use super::optimise;
use crate::paths::{at, npm_bin, target};
use crate::run::Run;
use crate::step::{Context, Failure, Outcome};

/// Where the generated halves are written; the entry's bundle has both.
const FOLDER: &str = "pkg/dist/client/asmjs";
/// What stands in for the global object of that name in the glue.
const STAND_IN: &str = "import { WebAssembly } from \"../../../src/shared/asmjs.js\";\n";

/// wasm2js grows memory into a new buffer and leaves the old one as it is. A growing WebAssembly
/// memory detaches it, by which the glue knows that its views are stale; without that, everything
/// after the first growth would be written where nobody reads.
const GROWN: &str = "   buffer = newBuffer;\n";
const GROWN_AND_DETACHED: &str =
    "   structuredClone(buffer, { transfer: [buffer] });\n   buffer = newBuffer;\n";

/// Writes `core.js` and `glue.js` of a crate's wasm as rustc left it.
pub fn build(raw: &Path) -> Outcome {
    let staging = target("edgeward/asmjs");
    fs::create_dir_all(at(FOLDER)).context(format!("cannot make {FOLDER}"))?;
    bindgen::bind(raw, &staging, "glue", Glue::Plain)?;
    let lowered = staging.join("lowered.wasm");
    optimise::lower(&staging.join("glue_bg.wasm"), &lowered)?;
    // This form is a function that makes an instance: importing it runs nothing.
    let core = Run::new(npm_bin("wasm2js")).args(["-Oz", "--emscripten"]).arg(&lowered).quietly()?;
    let core = detaching(&core)? + "export default instantiate;\n";
    fs::write(at(FOLDER).join("core.js"), core).context("cannot write the core as JavaScript")?;
    let glue = fs::read_to_string(staging.join("glue.js")).context("cannot read wasm-bindgen's output")?;
    let glue = STAND_IN.to_owned() + &without_references(&glue)?;
    fs::write(at(FOLDER).join("glue.js"), glue).context("cannot write the glue of the core as JavaScript")
}

/// Takes out the import of what counts references, which code that is never called may name. Any other
/// import would be one that the core as JavaScript does not get.
fn without_references(glue: &str) -> Outcome<String> {
    const COUNT: &str = " from \"__wbindgen_externref_xform__\"";
    let lines = glue.lines().map(|line| match line.strip_prefix("import * as ") {
        Some(rest) => match rest.split_once(COUNT) {
            Some((name, _)) => Ok(format!("const {name} = {{}};\n")),
            None => Err(Failure(format!("the client's core imports something: {line}"))),
        },
        None => Ok(format!("{line}\n")),
    });
    lines.collect()
}

fn detaching(core: &str) -> Outcome<String> {
    match core.matches(GROWN).count() {
        1 => Ok(core.replace(GROWN, GROWN_AND_DETACHED)),
        count => Err(Failure(format!("wasm2js grows memory in {count} places; one was expected"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_import_fails_the_build() {
        let glue = "import * as import1 from \"__wbindgen_externref_xform__\"\nlet wasm;\n";
        assert_eq!(without_references(glue).unwrap(), "const import1 = {};\nlet wasm;\n");
        assert!(without_references("import * as import1 from \"./snippet.js\"").is_err());
    }

    #[test]
    fn a_growth_that_cannot_be_found_fails_the_build() {
        assert!(detaching("   buffer = newBuffer;\n").unwrap().contains("transfer"));
        assert!(detaching("buffer = grown;").is_err());
        assert!(detaching(&GROWN.repeat(2)).is_err());
    }
}
