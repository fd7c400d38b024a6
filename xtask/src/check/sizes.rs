//! Size budgets: what a page or a Worker downloads. 1 KB = 1000 bytes.

use crate::build::sizes::{Size, kilobytes, measure};
use crate::build::{self, Artefact};
use crate::setup::wasm;
use crate::step::{Failure, Outcome};

/// What may be downloaded, at most.
struct Budget {
    name: &'static str,
    most: u64,
    encoding: &'static str,
    bytes: fn(&Size) -> u64,
}

const BUDGETS: [Budget; 7] = [
    Budget { name: "client in a page", most: 55_000, encoding: "brotli", bytes: |size| size.brotli },
    Budget { name: "client wasm", most: 52_900, encoding: "brotli", bytes: |size| size.brotli },
    Budget { name: "client js", most: 8_000, encoding: "brotli", bytes: |size| size.brotli },
    Budget { name: "client asm.js", most: 95_000, encoding: "gzip", bytes: |size| size.gzip },
    Budget { name: "verifier wasm", most: 140_000, encoding: "brotli", bytes: |size| size.brotli },
    Budget { name: "worker, gateway alone", most: 400_000, encoding: "gzip", bytes: |size| size.gzip },
    Budget { name: "worker (wasm + js)", most: 745_000, encoding: "gzip", bytes: |size| size.gzip },
];

/// Builds what is published and holds it against the budgets.
pub fn check() -> Outcome<String> {
    let published = [Artefact::Gateway, Artefact::Worker, Artefact::Pkg];
    build::build(&published)?;
    let allowance = if wasm::require()?.is_private() { 0 } else { STOCK_LIBRARY };
    judge(&measure(&published)?, allowance)
}

/// How much more a toolchain's own standard library may add, in percent: it is built for speed and
/// brings the messages of panics.
const STOCK_LIBRARY: u64 = 20;

fn judge(sizes: &[Size], allowance: u64) -> Outcome<String> {
    let (mut kept, mut broken) = (Vec::new(), Vec::new());
    for budget in BUDGETS {
        let Some(size) = sizes.iter().find(|size| size.name == budget.name) else {
            return Err(Failure(format!("{} was not measured", budget.name)));
        };
        let is = (budget.bytes)(size);
        let most = budget.most + budget.most * allowance / 100;
        let line = format!("{} {} of {} {}", budget.name, kilobytes(is), kilobytes(most), budget.encoding);
        if is > most { broken.push(line) } else { kept.push(line) }
    }
    match broken.as_slice() {
        [] => Ok(kept.join(", ")),
        _ => Err(Failure(format!("over budget: {}", broken.join(", ")))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sizes(client: u64) -> Vec<Size> {
        let names = BUDGETS.map(|budget| budget.name);
        let size =
            |name| Size { name, raw: 0, gzip: 0, brotli: if name == "client wasm" { client } else { 0 } };
        names.map(size).into()
    }

    #[test]
    fn a_byte_over_the_budget_is_reported() {
        assert!(judge(&sizes(52_900), 0).is_ok());
        assert!(judge(&sizes(52_901), 0).unwrap_err().0.contains("client wasm"));
        assert!(judge(&sizes(63_480), STOCK_LIBRARY).is_ok());
        assert!(judge(&sizes(63_481), STOCK_LIBRARY).is_err());
    }

    #[test]
    fn a_missing_measurement_is_no_pass() {
        assert!(judge(&[], 0).is_err());
    }
}
