//! What a person sees while a command works: each step, what it did and how long it took.

use std::time::{Duration, Instant};

/// Why a command stopped: one sentence that says what to do.
#[derive(Debug)]
pub struct Failure(pub String);

/// The outcome of everything that can stop a command.
pub type Outcome<T = ()> = Result<T, Failure>;

impl<T: Into<String>> From<T> for Failure {
    fn from(sentence: T) -> Self {
        Self(sentence.into())
    }
}

/// Adds what was being done to an error of the system.
pub trait Context<T> {
    /// Turns the error into the sentence `<doing>: <error>`.
    fn context(self, doing: impl AsRef<str>) -> Outcome<T>;
}

impl<T, E: std::fmt::Display> Context<T> for Result<T, E> {
    fn context(self, doing: impl AsRef<str>) -> Outcome<T> {
        self.map_err(|error| Failure(format!("{}: {error}", doing.as_ref())))
    }
}

/// Runs `work` and prints one line: the name, what `work` says it did, and how long it took.
pub fn step(name: &str, work: impl FnOnce() -> Outcome<String>) -> Outcome {
    let begun = Instant::now();
    let said = work()?;
    println!("  {name:<18} {said}  ({})", took(begun.elapsed()));
    Ok(())
}

/// Prints that something longer begins, so that a silent minute is explained.
pub fn announce(what: &str) {
    println!("  … {what}");
}

/// Writes a duration as people say it: `12 ms`, `3.4 s`, `2 min 05 s`.
pub fn took(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match duration.as_millis() {
        millis @ 0..1_000 => format!("{millis} ms"),
        1_000..60_000 => format!("{:.1} s", duration.as_secs_f64()),
        _ => format!("{} min {:02} s", seconds / 60, seconds % 60),
    }
}

/// Prints rows in columns: the first flush left, the others flush right, the first row as the heading.
pub fn table(rows: &[Vec<String>]) {
    let columns = rows.first().map_or(0, Vec::len);
    let width =
        |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max();
    let widths: Vec<usize> = (0..columns).map(|column| width(column).unwrap_or(0)).collect();
    for row in rows {
        let cells = row.iter().zip(&widths).enumerate().map(|(column, (cell, width))| match column {
            0 => format!("{cell:<width$}"),
            _ => format!("{cell:>width$}"),
        });
        println!("  {}", cells.collect::<Vec<_>>().join("   ").trim_end());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_durations_in_the_unit_that_fits() {
        assert_eq!(took(Duration::from_millis(12)), "12 ms");
        assert_eq!(took(Duration::from_millis(3_400)), "3.4 s");
        assert_eq!(took(Duration::from_secs(125)), "2 min 05 s");
    }
}
