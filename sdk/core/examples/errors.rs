//! Prints the page of error codes from the table: `cargo xtask errors --write` keeps it as `docs/errors.md`.

use edgeward_core::error::{Code, Recovery};

fn main() {
    println!("# Error codes\n");
    println!("<!-- Written by `cargo xtask errors --write` from sdk/core/src/error.rs. -->\n");
    println!(
        "Codes are stable: new ones are added, none changes its meaning. `status` is what a server answers"
    );
    println!(
        "with; `recovery` tells whether the same call may succeed later (retry), the user has to sign in"
    );
    println!("again (sign in), or something else has to change first (change).\n");
    println!("| code | status | recovery | cause | remedy |");
    println!("|---|---|---|---|---|");
    for code in Code::ALL {
        let recovery = recovery(code.recovery());
        let (name, status, cause, remedy) =
            (code.as_str(), code.status(), cell(code.message()), cell(code.remedy()));
        println!("| <a id=\"{name}\"></a>`{name}` | {status} | {recovery} | {cause} | {remedy} |");
    }
}

const fn recovery(recovery: Recovery) -> &'static str {
    match recovery {
        Recovery::Retry => "retry",
        Recovery::SignIn => "sign in",
        Recovery::Change => "change",
    }
}

/// A bar would end the cell.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}
