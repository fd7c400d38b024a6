//! `edgeward/react`: JavaScript only, React stays an import.

use std::fs;

use super::bundle::{Bundle, Format};
use crate::paths::{at, shown, target};
use crate::stamp::Stamp;
use crate::step::{Context, Outcome, step};

const SOURCE: &str = "pkg/src/react";
const FOLDER: &str = "pkg/dist/react";

/// Bundles the hooks for `import` and for `require`, with their types.
pub fn build() -> Outcome {
    step("edgeward react", || {
        let stamp = Stamp::at(target("edgeward").join("react.stamp"), |hash| {
            hash.files([at("pkg/src"), at("package-lock.json"), at("xtask/src")])
        })?;
        let folder = at(FOLDER);
        if stamp.is_fresh() && folder.join("index.d.cts").exists() {
            return Ok("unchanged".to_owned());
        }
        fs::create_dir_all(&folder).context(format!("cannot make {FOLDER}"))?;
        for (name, format) in [("index.js", Format::Esm), ("index.cjs", Format::Cjs)] {
            let bundle = Bundle {
                entry: at(SOURCE).join("index.js"),
                output: folder.join(name),
                format,
                platform: "neutral",
                external: &["react"],
                alias: &[],
            };
            bundle.write()?;
        }
        let types = fs::read_to_string(at(SOURCE).join("index.d.ts")).context("cannot read the types")?;
        let required = types.replace(".js\"", ".cjs\"");
        fs::write(folder.join("index.d.ts"), types)
            .and_then(|()| fs::write(folder.join("index.d.cts"), required))
            .context(format!("cannot write the types in {FOLDER}"))?;
        stamp.write()?;
        Ok(shown(&folder))
    })
}
