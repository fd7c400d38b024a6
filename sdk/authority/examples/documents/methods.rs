//! What `edgeward/api` knows at run time: which method calls which operation, and the sentences of failures that
//! no server tells of.

use std::fmt::Write;

use edgeward_authority::operations::Operation;
use edgeward_core::{Code, error::Recovery};

/// What happens before there is an answer, or instead of one.
const OWN: [Code; 7] = [
    Code::Aborted,
    Code::NetworkFailed,
    Code::NetworkTimeout,
    Code::RedirectRefused,
    Code::ResponseTooLarge,
    Code::ResponseInvalid,
    Code::ConfigInvalid,
];

/// The module `operations.js`.
pub fn module() -> String {
    let mut text =
        String::from("/** Written by `cargo xtask api --write` from the table of operations. */\n");
    text += "\n/** The operation of each method. */\nexport const methods = {\n";
    for (group, operations) in groups() {
        let _ = writeln!(text, "  {group}: {{");
        for operation in operations {
            let _ = writeln!(text, "    {}: {:?},", operation.method().1, operation.name());
        }
        text += "  },\n";
    }
    text += "};\n\n/** What is said of failures that no server tells of. */\nexport const failures = {\n";
    for code in OWN {
        let retryable = code.recovery() == Recovery::Retry;
        let _ = writeln!(
            text,
            "  {}: {{ message: {:?}, retryable: {retryable} }},",
            code.as_str(),
            code.message()
        );
    }
    text + "};\n"
}

/// The operations of each group of methods, in the order of the table.
pub fn groups() -> Vec<(String, Vec<Operation>)> {
    let mut groups: Vec<(String, Vec<Operation>)> = Vec::new();
    for operation in Operation::ALL.iter().copied() {
        let group = operation.method().0;
        match groups.iter_mut().find(|(name, _)| *name == group) {
            Some((_, operations)) => operations.push(operation),
            None => groups.push((group, vec![operation])),
        }
    }
    groups
}
