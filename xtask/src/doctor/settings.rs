//! Settings that are allowed, and yet not what they should be.

use edgeward_config::{Config, KeySource, Origin};
use edgeward_core::http::{Address, Reach};

use super::finding::Finding;

/// Looks at a configuration that the gateway accepts.
pub fn findings(config: &Config) -> Vec<Finding> {
    let mut findings = Vec::new();
    if config.reach == Reach::Development {
        findings.push(development(config));
    }
    let sends_cookies = !config.sources.cookies.is_empty() || config.sources.session.is_some();
    if sends_cookies && config.allowed_origins.is_empty() {
        findings.push(Finding::warning(
            "Credentials come in cookies, and allowed_origins is empty: name the pages that may use them.",
        ));
    }
    if let Some(name) = &config.sources.query {
        findings.push(Finding::warning(format!(
            "Tokens may stand in the query parameter {name}: they end up in logs and histories (RFC 6750 §2.3). A \
             WebSocket can offer its token as a subprotocol."
        )));
    }
    findings.extend(config.issuers.iter().filter_map(|issuer| match &issuer.keys {
        KeySource::Secrets(_) => Some(Finding::warning(format!(
            "{} signs with a shared secret: whoever verifies its tokens can make them. Prefer a key pair, if the issuer \
             offers one.",
            issuer.policy.issuer
        ))),
        _ => None,
    }));
    findings
}

fn development(config: &Config) -> Finding {
    let is_public = |address: &str| Address::parse(address, Reach::Public).is_ok();
    let origin = matches!(&config.origin, Origin::Http(address) if is_public(address.as_str()));
    if origin || config.issuers.iter().any(|issuer| is_public(&issuer.policy.issuer)) {
        Finding::error(
            "development is true beside public hosts: plain http and this machine's own hosts are reachable. Remove it.",
        )
    } else {
        Finding::warning("development is true: plain http is allowed. Remove it before deploying.")
    }
}
