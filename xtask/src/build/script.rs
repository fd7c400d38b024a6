//! The entries that are JavaScript only: `edgeward/react`, which imports React, and `edgeward/api`.

use std::fs;

use super::bundle::{Bundle, Format};
use crate::paths::{at, shown, target};
use crate::stamp::Stamp;
use crate::step::{Context, Outcome, step};

/// Each entry and the imports that stay imports.
const ENTRIES: [(&str, &[&str]); 2] = [("react", &["react"]), ("api", &[])];

/// Bundles them for `import` and for `require`, with their types.
pub fn build() -> Outcome {
    ENTRIES.iter().try_for_each(|(door, external)| bundle(door, external))
}

fn bundle(door: &str, external: &[&str]) -> Outcome {
    step(&format!("edgeward {door}"), || {
        let stamp = Stamp::at(target("edgeward").join(door).with_extension("stamp"), |hash| {
            hash.files([at("pkg/src"), at("package-lock.json"), at("xtask/src")])
        })?;
        let (source, folder) = (at("pkg/src").join(door), at("pkg/dist").join(door));
        if stamp.is_fresh() && folder.join("index.d.cts").exists() {
            return Ok("unchanged".to_owned());
        }
        fs::create_dir_all(&folder).context(format!("cannot make {}", shown(&folder)))?;
        for (name, format) in [("index.js", Format::Esm), ("index.cjs", Format::Cjs)] {
            let bundle = Bundle {
                entry: source.join("index.js"),
                output: folder.join(name),
                format,
                platform: "neutral",
                external,
                alias: &[],
            };
            bundle.write()?;
        }
        for entry in fs::read_dir(&source).context(format!("cannot read {}", shown(&source)))?.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let Some(stem) = name.strip_suffix(".d.ts") else { continue };
            let types = fs::read_to_string(entry.path()).context("cannot read the types")?;
            let required = types.replace(".js\"", ".cjs\"");
            fs::write(folder.join(&name), types)
                .and_then(|()| fs::write(folder.join(format!("{stem}.d.cts")), required))
                .context(format!("cannot write the types in {}", shown(&folder)))?;
        }
        stamp.write()?;
        Ok(shown(&folder))
    })
}
