//! The npm package: three wasm cores, one thin entry per runtime around each.

use std::fs;
use std::path::PathBuf;

use super::bindgen::{self, Glue};
use super::bundle::{Bundle, Format};
use super::wasm::Aim;
use super::{asmjs, optimise, script, streams, text, wasm};
use crate::paths::{at, shown, target};
use crate::setup::wasm::Toolchain;
use crate::stamp::Stamp;
use crate::step::{Context, Outcome, step};

/// A crate whose exports become `glue.js`, `glue.d.ts` and a wasm file.
pub struct Core {
    package: &'static str,
    features: &'static [&'static str],
    folder: &'static str,
    /// Where the declarations come from, if another core of the crate has them.
    declared: Option<&'static str>,
    wasm: &'static str,
    /// The parts of the package around it: folders of `pkg/src` and `pkg/dist`.
    doors: &'static [&'static str],
    /// What the core is built for, where it is not for servers.
    aim: Aim,
    /// Whether the core is written as JavaScript as well.
    asmjs: bool,
    /// The core once more for servers: its name, and the features that it has besides.
    server: Option<(&'static str, &'static [&'static str])>,
}

/// The core of `edgeward`.
pub const CLIENT: Core = Core {
    package: "edgeward-client",
    features: &[],
    folder: "pkg/dist/client",
    declared: Some("pkg/dist/oauth"),
    wasm: "client.wasm",
    doors: &["client"],
    aim: Aim::Page,
    asmjs: true,
    server: None,
};
/// The core of `edgeward/oauth`, and of what servers and programs need.
pub const OAUTH: Core = Core {
    package: "edgeward-client",
    features: &["oauth"],
    folder: "pkg/dist/oauth",
    declared: None,
    wasm: "oauth.wasm",
    doors: &["oauth", "server", "agent"],
    aim: Aim::Download,
    asmjs: false,
    server: None,
};
/// The core of `edgeward/verify`.
pub const VERIFIER: Core = Core {
    package: "edgeward-verifier",
    features: &[],
    folder: "pkg/dist/verify",
    declared: None,
    wasm: "verifier.wasm",
    doors: &["verify"],
    aim: Aim::Download,
    asmjs: false,
    server: Some(("server", &["kernels"])),
};
/// The published vectors, for the tests of the WASM build.
pub const VECTORS: Core = Core {
    package: "edgeward-vectors",
    features: &[],
    folder: "tests/vectors/dist",
    declared: None,
    wasm: "vectors.wasm",
    doors: &[],
    aim: Aim::Download,
    asmjs: false,
    server: Some(("server", &[])),
};

/// The entries of a core: name, format, esbuild's platform.
const ENTRIES: [(&str, Format, &str); 5] = [
    ("workerd", Format::Esm, "neutral"),
    ("node", Format::Esm, "node"),
    ("node", Format::Cjs, "node"),
    ("inline", Format::Esm, "browser"),
    ("inline", Format::Cjs, "browser"),
];
/// The entries around a core that is JavaScript.
const ASMJS: [(&str, Format, &str); 2] =
    [("asmjs", Format::Esm, "browser"), ("asmjs", Format::Cjs, "browser")];

/// Builds the cores and bundles their entries, unless the inputs are unchanged; then what needs no core.
pub fn build(toolchain: &Toolchain) -> Outcome {
    // The whole client declares for both.
    for core in [&OAUTH, &CLIENT, &VERIFIER] {
        core.build(toolchain)?;
        core.text()?;
        for door in core.doors {
            core.bundle(door)?;
        }
    }
    // Where every error's `docs` leads, and what the README promises.
    for page in ["errors.md", "client.md"] {
        fs::copy(at("docs").join(page), at("pkg").join(page)).context(format!("cannot copy docs/{page}"))?;
    }
    script::build()
}

impl Core {
    /// Builds the crate and its glue.
    pub fn build(&self, toolchain: &Toolchain) -> Outcome {
        let name = [&[self.package], self.features].concat().join("-");
        step(&name, || {
            let features = self.features.join(",");
            let raw = wasm::compile(toolchain, self.package, &["--features", &features], self.aim)?;
            let stamp = Stamp::at(target("edgeward").join(&name).with_extension("stamp"), |hash| {
                hash.files([raw.clone(), at("package-lock.json"), at("xtask/src")])
            })?;
            if stamp.is_fresh() && self.written().iter().all(|path| path.exists()) {
                return Ok("unchanged".to_owned());
            }
            let staging = target("edgeward").join(&name);
            let folder = at(self.folder);
            fs::create_dir_all(&folder).context(format!("cannot make {}", self.folder))?;
            bindgen::bind(&raw, &staging, "glue", Glue::Web)?;
            optimise::optimise(&staging.join("glue_bg.wasm"), &folder.join(self.wasm))?;
            if self.asmjs {
                asmjs::build(&raw)?;
            }
            fs::copy(staging.join("glue.js"), folder.join("glue.js")).context("cannot write glue.js")?;
            if self.declared.is_none() {
                let types = fs::read_to_string(staging.join("glue.d.ts")).context("cannot read glue.d.ts")?;
                fs::write(folder.join("glue.d.ts"), shapes(&types)).context("cannot write glue.d.ts")?;
            }
            stamp.write()?;
            Ok(shown(&folder))
        })?;
        self.server.map_or(Ok(()), |(server, features)| self.build_for_servers(toolchain, server, features))
    }

    /// Builds the crate once more. It has glue of its own: the names of closures are made of hashes.
    fn build_for_servers(&self, toolchain: &Toolchain, server: &str, features: &[&str]) -> Outcome {
        let name = [self.package, server].join("-");
        step(&name, || {
            let features = [self.features, features].concat().join(",");
            let raw = wasm::compile(toolchain, self.package, &["--features", &features], Aim::Serve)?;
            let stamp = Stamp::at(target("edgeward").join(&name).with_extension("stamp"), |hash| {
                hash.files([raw.clone(), at("package-lock.json"), at("xtask/src")])
            })?;
            let module = at(self.folder).join(server).with_extension("wasm");
            if stamp.is_fresh() && module.exists() {
                return Ok("unchanged".to_owned());
            }
            let staging = target("edgeward").join(&name);
            bindgen::bind(&raw, &staging, "glue", Glue::Web)?;
            optimise::hasten(&staging.join("glue_bg.wasm"), &module)?;
            let glue = at(self.folder).join(format!("{server}-glue.js"));
            fs::copy(staging.join("glue.js"), glue).context("cannot write the glue for servers")?;
            stamp.write()?;
            Ok(shown(&module))
        })
    }

    fn written(&self) -> Vec<PathBuf> {
        let asmjs: &[&str] = if self.asmjs { &["asmjs/core.js", "asmjs/glue.js"] } else { &[] };
        let declared = self.declared.is_none().then_some("glue.d.ts");
        let files = ["glue.js", self.wasm].into_iter().chain(declared).chain(asmjs.iter().copied());
        files.map(|file| at(self.folder).join(file)).collect()
    }

    /// Bundles the hand-written entries around the glue, with types for `import` and `require`.
    fn bundle(&self, door: &str) -> Outcome {
        step(&format!("edgeward {door}"), || {
            let stamp = Stamp::at(target("edgeward").join(door).with_extension("stamp"), |hash| {
                hash.files(self.written())?;
                hash.files(self.declared.map(|folder| at(folder).join("glue.d.ts")))?;
                hash.files(
                    self.server.map(|(server, _)| at(self.folder).join(server).with_extension("wasm")),
                )?;
                hash.files([at("pkg/src"), at("package-lock.json"), at("xtask/src")])
            })?;
            let folder = at("pkg/dist").join(door);
            if stamp.is_fresh() && folder.join("index.d.cts").exists() {
                return Ok("unchanged".to_owned());
            }
            fs::create_dir_all(&folder).context(format!("cannot make {}", shown(&folder)))?;
            // What needs files is for the runtimes that have them.
            let fits = |entry: &&(&str, Format, &str)| door != "agent" || entry.0 == "node";
            let asmjs = ASMJS.iter().filter(|_| self.asmjs);
            for (entry, format, platform) in ENTRIES.iter().filter(fits).chain(asmjs).copied() {
                self.entry(door, entry, format, platform)?;
            }
            self.types(door)?;
            stamp.write()?;
            Ok(shown(&folder))
        })
    }

    fn entry(&self, door: &str, entry: &str, format: Format, platform: &str) -> Outcome {
        let extension = match format {
            Format::Esm => "js",
            Format::Cjs => "cjs",
        };
        let output = at("pkg/dist").join(door).join(format!("{entry}.{extension}"));
        let core = self.folder.rsplit('/').next().unwrap_or(self.folder);
        let beside = if core == door { ".".to_owned() } else { format!("../{core}") };
        let (module, text) = (format!("{beside}/{}", self.wasm), format!("{beside}/wasm-text.js"));
        let (server, server_text) = (format!("{beside}/server.wasm"), format!("{beside}/server-text.js"));
        let bundle = Bundle {
            entry: at("pkg/src").join(door).join(format!("{entry}.js")),
            output: output.clone(),
            format,
            platform,
            external: &[&module, &text, &server, &server_text],
            alias: &[],
        };
        bundle.write()?;
        if matches!(format, Format::Cjs) {
            let written = fs::read_to_string(&output).context("cannot read a bundle")?;
            let required = written.replace("-text.js", "-text.cjs");
            fs::write(&output, required).context("cannot write a bundle")?;
        }
        Ok(())
    }

    /// Writes the wasm as text: for `import` and for `require`.
    fn text(&self) -> Outcome {
        let server = self.server.map(|(server, _)| (server, format!("{server}.wasm")));
        let server = server.as_ref().map(|(name, wasm)| (*name, wasm.as_str()));
        for (name, wasm) in [("wasm", self.wasm)].into_iter().chain(server) {
            let folder = at(self.folder);
            let wasm = fs::read(folder.join(wasm)).context("cannot read the wasm")?;
            // With vectors in it, it is for servers, and nobody downloads its text: it stays as it is.
            let (mask, text) = text::encode(&streams::sorted(&wasm).unwrap_or(wasm));
            let value = format!("[\"{mask}\",\"{text}\"];\n");
            fs::write(folder.join(format!("{name}-text.js")), format!("export default {value}"))
                .and_then(|()| {
                    fs::write(folder.join(format!("{name}-text.cjs")), format!("module.exports = {value}"))
                })
                .context("cannot write the wasm as text")?;
        }
        Ok(())
    }

    /// Copies the types twice: a `.d.cts` describes what `require` gives.
    fn types(&self, door: &str) -> Outcome {
        let entry = at("pkg/src").join(door).join("index.d.ts");
        let (own, core) = (at("pkg/dist").join(door), at(self.folder));
        let shapes = at(self.declared.unwrap_or(self.folder)).join("glue.d.ts");
        for (from, folder, stem) in [(entry, &own, "index"), (shapes, &core, "glue")] {
            let types = fs::read_to_string(&from).context(format!("cannot read {}", shown(&from)))?;
            let required = types.replace(".js\"", ".cjs\"").replace(".js'", ".cjs'");
            fs::write(folder.join(format!("{stem}.d.ts")), types)
                .and_then(|()| fs::write(folder.join(format!("{stem}.d.cts")), required))
                .context(format!("cannot write the types in {}", self.folder))?;
        }
        Ok(())
    }
}

/// The data shapes of generated types, without the classes and functions behind the hand-written
/// ones: nobody is to call `free()`, nor to need the newest `lib` for a declaration of it.
fn shapes(types: &str) -> &str {
    let end = types.find("export class").unwrap_or(types.len());
    let head = types.get(..end).unwrap_or(types).trim_end();
    let comment = head.ends_with("*/").then(|| head.rfind("/**")).flatten();
    head.get(..comment.unwrap_or(head.len())).unwrap_or(head)
}
