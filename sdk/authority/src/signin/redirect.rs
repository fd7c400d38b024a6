//! Where a browser is sent after a sign-in: to a path of this origin or to a page that is trusted, and nowhere else.

use edgeward_core::{Code, http::Address, oauth::form};

use crate::{Authority, failure::Failure, surface::origin};

/// How long an address may be.
const MAX_LENGTH: usize = 2048;

/// The absolute address of a wish; without one, that of the settings.
///
/// # Errors
/// `invalid_redirect`: it leads elsewhere, or browsers could read it so.
pub fn checked(authority: &Authority, wish: Option<&str>) -> Result<String, Failure> {
    let settings = &authority.settings;
    let wish = wish.unwrap_or(&settings.sign_in.redirect_to);
    if is_path(wish) {
        return Ok([&settings.issuer, wish].concat());
    }
    if is_plain(wish) && wish.starts_with('?') {
        return Ok([&settings.issuer, "/", wish].concat());
    }
    let before_fragment = wish.split('#').next().unwrap_or_default();
    let is_trusted = |address: Address| origin::is_trusted(authority, address.origin());
    if is_plain(wish) && Address::parse(before_fragment, settings.reach).is_ok_and(is_trusted) {
        return Ok(wish.into());
    }
    Err(Code::InvalidRedirect.into())
}

/// Whether a text is a path that every browser looks for at this origin.
pub fn is_path(text: &str) -> bool {
    let path = text.split(['?', '#']).next().unwrap_or_default().to_ascii_lowercase();
    is_plain(text)
        && path.starts_with('/')
        && !["//", "/%2f", "%2f%2f", "%5c"].iter().any(|odd| path.contains(odd))
}

fn is_plain(text: &str) -> bool {
    text.len() <= MAX_LENGTH && text.bytes().all(|b| b.is_ascii_graphic() && b != b'\\')
}

/// An address with parameters in its query, in place of those of the same name.
pub fn with(url: &str, pairs: &[(&str, &str)]) -> String {
    let (rest, fragment) = url.split_once('#').map_or((url, ""), |(rest, fragment)| (rest, fragment));
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    let is_own = |piece: &str| match form::decode(piece).first() {
        Some((name, _)) => pairs.iter().any(|(own, _)| own == name),
        None => piece.is_empty(),
    };
    let kept = query.split('&').filter(|piece| !is_own(piece)).map(String::from);
    let query = kept.chain([form::encode(pairs)]).collect::<Vec<_>>().join("&");
    let fragment = if fragment.is_empty() { String::new() } else { ["#", fragment].concat() };
    [path, "?", &query, &fragment].concat()
}
