//! wasm-bindgen, through the crate of its command line: one version for the macros and the tool.

use std::fs;
use std::path::Path;

use wasm_bindgen_cli_support::Bindgen;

use crate::step::{Context, Failure, Outcome};

/// How the JavaScript gets its module.
#[derive(Clone, Copy)]
pub enum Glue {
    /// The caller hands the module over: npm.
    Web,
    /// The same with nothing but numbers between the two: no references, one result a function.
    Plain,
    /// The module is imported and started at once: Workers.
    Worker,
}

/// The custom section by whose entries wasm-bindgen decides how the two sides talk.
const FEATURES: &[u8] = b"target_features";

/// Writes `<name>.js`, `<name>.d.ts` and `<name>_bg.wasm` into a folder.
pub fn bind(wasm: &Path, into: &Path, name: &str, glue: Glue) -> Outcome {
    let mut bindgen = Bindgen::new();
    match glue {
        Glue::Plain => bindgen.input_bytes(name, plain(&fs::read(wasm).context("cannot read the wasm")?)?),
        Glue::Web | Glue::Worker => bindgen.input_path(wasm),
    };
    bindgen.out_name(name).remove_producers_section(true);
    match glue {
        // Without a default path: bundlers would follow it and emit the file a second time.
        Glue::Web | Glue::Plain => {
            bindgen.web(true).map(|bindgen| bindgen.typescript(true).omit_default_module_path(true))
        }
        // A trap ends the instance; with these two the next request gets a fresh one.
        Glue::Worker => bindgen.module(true).map(|bindgen| {
            bindgen.typescript(false).reset_state_function(true).force_enable_abort_handler(true)
        }),
    }
    .context("wasm-bindgen")?;
    bindgen.generate(into).map_err(|error| format!("wasm-bindgen: {error:#}").into())
}

/// Empties the list of features: with references and several results in it, wasm-bindgen uses them.
fn plain(wasm: &[u8]) -> Outcome<Vec<u8>> {
    const HEADER: usize = 8;
    let cut = || Failure("the wasm ends in the middle of a section".to_owned());
    let mut plain = wasm.get(..HEADER).ok_or_else(cut)?.to_vec();
    let mut rest = wasm.get(HEADER..).unwrap_or_default();
    while let Some((id, after)) = rest.split_first() {
        let (size, body) = length(after).ok_or_else(cut)?;
        let (body, next) = body.split_at_checked(size).ok_or_else(cut)?;
        let whole = rest.get(..rest.len() - next.len()).ok_or_else(cut)?;
        let named = |(size, name): (usize, &[u8])| name.get(..size) == Some(FEATURES);
        match *id == 0 && length(body).is_some_and(named) {
            // A custom section: its size, its name with a size of its own, and a list of none.
            true => plain.extend([&[0, 17, 15], FEATURES, &[0]].concat()),
            false => plain.extend(whole),
        }
        rest = next;
    }
    Ok(plain)
}

/// A number of WebAssembly, and what follows it.
fn length(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let mut number = 0_usize;
    for (at, byte) in bytes.iter().enumerate().take(5) {
        number |= usize::from(byte & 0x7f) << (7 * at);
        if byte & 0x80 == 0 {
            return Some((number, bytes.get(at + 1..)?));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &[u8] = b"\0asm\x01\0\0\0";

    #[test]
    fn takes_the_features_and_nothing_else() {
        let features = [&[0, 29, 15], FEATURES, &[1, b'+', 10], b"multivalue"].concat();
        let other = [0x0a_u8, 0x82, 0x00, 7, 7];
        let kept = [HEADER, &other, &[0, 17, 15], FEATURES, &[0]].concat();
        assert_eq!(plain(&[HEADER, &other, &features].concat()).unwrap(), kept);
        assert_eq!(plain(&kept).unwrap(), kept);
    }

    #[test]
    fn a_broken_module_is_an_error() {
        assert!(plain(b"\0asm").is_err());
        assert!(plain(&[HEADER, &[0, 9, 1]].concat()).is_err());
        assert!(plain(&[HEADER, &[0, 0x80]].concat()).is_err());
    }
}
