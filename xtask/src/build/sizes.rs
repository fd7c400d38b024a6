//! The bytes of every artefact: raw, gzip and brotli.

use std::path::PathBuf;

use super::Artefact;
use crate::paths::at;
use crate::run::Run;
use crate::step::{Context, Failure, Outcome};

/// One line of the table.
pub struct Size {
    /// What is measured.
    pub name: &'static str,
    /// As it is.
    pub raw: u64,
    /// As gzip at level 9 sends it.
    pub gzip: u64,
    /// As brotli at quality 11 sends it.
    pub brotli: u64,
}

/// A name and the files that are downloaded together under it.
type Measured = (&'static str, &'static [&'static str]);

const WORKER: &[Measured] = &[
    ("worker (wasm + js)", &["edge/dist/edgeward_edge.wasm", "edge/dist/worker.mjs"]),
    ("worker js", &["edge/dist/worker.mjs"]),
];
const GATEWAY: &[Measured] = &[(
    "worker, gateway alone",
    &["target/edgeward/gateway/edgeward_edge.wasm", "target/edgeward/gateway/worker.mjs"],
)];
const CLIENT: &[Measured] = &[("client wasm", &["pkg/dist/client/client.wasm"])];
const OAUTH: &[Measured] = &[("oauth wasm", &["pkg/dist/oauth/oauth.wasm"])];
const VERIFIER: &[Measured] = &[("verifier wasm", &["pkg/dist/verify/verifier.wasm"])];
const PKG: &[Measured] = &[
    ("client wasm", &["pkg/dist/client/client.wasm"]),
    ("client wasm as text", &["pkg/dist/client/wasm-text.js"]),
    ("client js", &["pkg/dist/client/inline.js"]),
    ("client in a page", &["pkg/dist/client/inline.js", "pkg/dist/client/wasm-text.js"]),
    ("client asm.js", &["pkg/dist/client/asmjs.js"]),
    ("verifier wasm", &["pkg/dist/verify/verifier.wasm"]),
    ("verifier js", &["pkg/dist/verify/inline.js"]),
];
const VECTORS: &[Measured] = &[("vectors wasm", &["tests/vectors/dist/vectors.wasm"])];

/// Node has both compressors; a crate would compile for longer than they run.
const COMPRESS: &str = "\
const { readFileSync } = require('fs'), z = require('zlib');
const sizes = JSON.parse(process.argv[1]).map((files) => files.map((file) => readFileSync(file)).map((bytes) => [
  bytes.length,
  z.gzipSync(bytes, { level: 9 }).length,
  z.brotliCompressSync(bytes, { params: { [z.constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }).length,
]).reduce((a, b) => a.map((sum, i) => sum + b[i])));
console.log(JSON.stringify(sizes));";

/// Measures what was built.
pub fn measure(artefacts: &[Artefact]) -> Outcome<Vec<Size>> {
    let measured: Vec<&Measured> = artefacts.iter().flat_map(|artefact| of(*artefact)).collect();
    let files: Vec<Vec<PathBuf>> = measured.iter().map(|(_, files)| files.iter().map(at).collect()).collect();
    let files = serde_json::to_string(&files).context("cannot name the files to measure")?;
    let answer = Run::new("node").args(["-e", COMPRESS]).arg(files).quietly()?;
    let sizes: Vec<[u64; 3]> = serde_json::from_str(&answer).context("cannot read the sizes")?;
    if sizes.len() != measured.len() {
        return Err(Failure("not every file was measured".to_owned()));
    }
    let named = measured.iter().zip(sizes);
    Ok(named.map(|((name, _), [raw, gzip, brotli])| Size { name, raw, gzip, brotli }).collect())
}

/// Writes the sizes as a table with a heading.
pub fn rows(sizes: &[Size]) -> Vec<Vec<String>> {
    let heading = ["artefact", "raw", "gzip", "brotli"].map(str::to_owned).to_vec();
    let row = |size: &Size| {
        vec![size.name.to_owned(), kilobytes(size.raw), kilobytes(size.gzip), kilobytes(size.brotli)]
    };
    [heading].into_iter().chain(sizes.iter().map(row)).collect()
}

/// Writes bytes in units of 1000.
pub fn kilobytes(bytes: u64) -> String {
    format!("{}.{} KB", bytes / 1000, bytes % 1000 / 100)
}

fn of(artefact: Artefact) -> &'static [Measured] {
    match artefact {
        Artefact::Worker => WORKER,
        Artefact::Gateway => GATEWAY,
        Artefact::RustWorker => &[],
        Artefact::Client => CLIENT,
        Artefact::Oauth => OAUTH,
        Artefact::Verifier => VERIFIER,
        Artefact::Pkg => PKG,
        Artefact::Vectors => VECTORS,
    }
}
