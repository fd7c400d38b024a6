//! Randomness fit for keys.

use edgeward_core::{Code, Error};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch, js_namespace = crypto, js_name = getRandomValues)]
    fn get_random_values(buffer: &mut [u8]) -> Result<JsValue, JsValue>;
}

/// Random bytes from `crypto.getRandomValues`.
///
/// # Errors
/// `runtime_unsupported`: the platform has no such function.
pub fn bytes<const N: usize>() -> Result<[u8; N], Error> {
    let mut buffer = [0; N];
    fill(&mut buffer)?;
    Ok(buffer)
}

/// Fills a buffer of at most 64 KiB from `crypto.getRandomValues`.
///
/// # Errors
/// `runtime_unsupported`: the platform has no such function.
pub fn fill(buffer: &mut [u8]) -> Result<(), Error> {
    get_random_values(buffer)
        .map(drop)
        .map_err(|_| Error::at(Code::RuntimeUnsupported, "crypto.getRandomValues"))
}
