//! esbuild: hand-written entries and generated glue to one file each.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::paths::npm_bin;
use crate::run::Run;
use crate::step::Outcome;

/// The module system of a bundle.
#[derive(Clone, Copy)]
pub enum Format {
    /// `import`.
    Esm,
    /// `require`.
    Cjs,
}

/// One call of esbuild.
pub struct Bundle<'a> {
    /// The file to begin with.
    pub entry: PathBuf,
    /// The file to write.
    pub output: PathBuf,
    /// The module system.
    pub format: Format,
    /// esbuild's platform: `neutral`, `browser`, `node`.
    pub platform: &'a str,
    /// Imports that stay imports.
    pub external: &'a [&'a str],
    /// Imports that are other files: name and file.
    pub alias: &'a [(&'a str, &'a Path)],
}

impl Bundle<'_> {
    /// Writes the bundle.
    pub fn write(&self) -> Outcome {
        let mut run = Run::new(npm_bin("esbuild")).arg(&self.entry);
        run = run.args([
            "--bundle",
            "--minify",
            "--target=es2022",
            "--log-level=warning",
            "--legal-comments=none",
        ]);
        run = run.arg(format!("--platform={}", self.platform)).arg(option("--outfile=", &self.output));
        run = run.args(self.external.iter().map(|name| format!("--external:{name}")));
        run = run.args(self.alias.iter().map(|(name, file)| option(&format!("--alias:{name}="), file)));
        run = match self.format {
            Format::Esm => run.arg("--format=esm"),
            Format::Cjs => run.arg("--format=cjs"),
        };
        run.quietly().map(drop)
    }
}

fn option(name: &str, path: &Path) -> OsString {
    let mut option = OsString::from(name);
    option.push(path);
    option
}
