//! How signatures are verified in this deployment, as two variables say.

use edgeward_config::ConfigError;
use edgeward_host::kernels::Arithmetic;

/// Whether own arithmetic is used; `off` leaves signatures to WebCrypto.
pub const KERNELS: &str = "EDGEWARD_KERNELS";
/// Whether each signature is verified both ways, and refused where they disagree.
pub const PARANOID: &str = "EDGEWARD_PARANOID";

/// Reads the variables.
///
/// # Errors
/// A sentence for the operator: one of them says neither yes nor no.
pub fn chosen(variable: impl Fn(&str) -> Option<String>) -> Result<Arithmetic, ConfigError> {
    let kernels = switch(KERNELS, true, &variable)?;
    let paranoid = switch(PARANOID, false, &variable)?;
    Ok(match (kernels, paranoid) {
        (false, _) => Arithmetic::General,
        (true, false) => Arithmetic::Kernels,
        (true, true) => Arithmetic::Both,
    })
}

fn switch(name: &str, default: bool, variable: impl Fn(&str) -> Option<String>) -> Result<bool, ConfigError> {
    match variable(name).as_deref() {
        None | Some("") => Ok(default),
        Some("on" | "true" | "1") => Ok(true),
        Some("off" | "false" | "0") => Ok(false),
        Some(_) => Err(ConfigError(format!("{name} is neither on nor off."))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(kernels: &str, paranoid: &str) -> Option<Arithmetic> {
        let value = |name: &str| Some(if name == KERNELS { kernels.into() } else { paranoid.into() });
        chosen(value).ok()
    }

    #[test]
    fn kernels_are_used_unless_they_are_switched_off() {
        assert_eq!(chosen(|_| None).ok(), Some(Arithmetic::Kernels));
        assert_eq!(of("", ""), Some(Arithmetic::Kernels));
        assert_eq!(of("off", ""), Some(Arithmetic::General));
        assert_eq!(of("false", "on"), Some(Arithmetic::General));
        assert_eq!(of("on", "1"), Some(Arithmetic::Both));
    }

    #[test]
    fn what_is_neither_yes_nor_no_is_no_setting() {
        assert_eq!(of("yes", ""), None);
        assert_eq!(of("", "yes"), None);
    }
}
