//! The one credential of a request, and where it may stand.

mod check;
mod form;

use alloc::{borrow::Cow, string::String, vec::Vec};

use serde::Deserialize;

use crate::{
    error::{Code, Error},
    gateway::incoming::Incoming,
};

/// How a credential is presented.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// `Authorization: Bearer`, [RFC 6750 §2.1](https://www.rfc-editor.org/rfc/rfc6750#section-2.1)
    Bearer,
    /// `Authorization: DPoP`, [RFC 9449 §7.1](https://www.rfc-editor.org/rfc/rfc9449#section-7.1)
    Dpop,
    /// A token in a header of a configured name.
    Header,
    /// A token in a cookie of a configured name.
    Cookie,
    /// A session cookie of another system, read by its preset.
    Session,
    /// A token among the subprotocols that a WebSocket offers: `edgeward.bearer.<token>`.
    WebSocket,
    /// A token in a query parameter of a configured name, for what can send nothing else.
    Query,
}

impl Kind {
    /// Every kind, in the order in which they are looked for where a route states none.
    pub const ALL: [Self; 7] =
        [Self::Bearer, Self::Dpop, Self::Header, Self::Cookie, Self::Session, Self::WebSocket, Self::Query];

    /// The name in configurations and in JavaScript.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Bearer => "bearer",
            Self::Dpop => "dpop",
            Self::Header => "header",
            Self::Cookie => "cookie",
            Self::Session => "session",
            Self::WebSocket => "websocket",
            Self::Query => "query",
        }
    }

    /// The kind of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }

    /// Whether a browser sends it by itself, so that another site can make it do so.
    #[must_use]
    pub const fn is_ambient(self) -> bool {
        matches!(self, Self::Cookie | Self::Session)
    }
}

/// A credential as it was presented: nothing in it may be believed. It has no `Debug`.
#[derive(Clone, PartialEq)]
pub struct Credential<'r> {
    /// How it was presented.
    pub kind: Kind,
    /// The token; empty for [`Kind::Session`], whose cookies the preset reads itself.
    pub token: Cow<'r, str>,
}

/// Where credentials are looked for beside the `Authorization` header.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sources {
    /// Names of headers, in lower case.
    pub headers: Vec<String>,
    /// Names of cookies, without `__Host-` and `__Secure-`.
    pub cookies: Vec<String>,
    /// The session cookie of a preset: its name without prefixes.
    pub session: Option<String>,
    /// Whether a WebSocket may offer a token as a subprotocol.
    pub websocket: bool,
    /// The name of a query parameter.
    pub query: Option<String>,
    /// Whether proofs of possession are understood.
    pub dpop: bool,
}

/// What a WebSocket offers as a subprotocol, with its token behind it.
pub const WEBSOCKET_PREFIX: &str = "edgeward.bearer.";

impl Sources {
    /// The headers that must be copied into an [`Incoming`] beside its own.
    pub fn headers(&self) -> impl Iterator<Item = &str> {
        self.headers.iter().map(String::as_str)
    }

    /// Takes the one credential of a request, looking for `kinds` in this order, or for every kind
    /// if the list is empty.
    ///
    /// # Errors
    /// `credential_malformed`: it is not one token, or a header or cookie that must stand once
    /// stands twice. `credential_ambiguous`: the request carries more than one credential, of
    /// whatever kinds it may choose from.
    ///
    /// Source: [RFC 6750 §2](https://www.rfc-editor.org/rfc/rfc6750#section-2): never more than one
    /// method in a request.
    pub fn take<'r>(&self, request: &'r Incoming, kinds: &[Kind]) -> Result<Option<Credential<'r>>, Error> {
        let kinds = if kinds.is_empty() { &Kind::ALL } else { kinds };
        let mut taken = None;
        for kind in kinds {
            for token in self.of_kind(*kind, request)? {
                if taken.is_some() {
                    return Err(Code::CredentialAmbiguous.into());
                }
                taken = Some(Credential { kind: *kind, token });
            }
        }
        Ok(taken)
    }

    /// The tokens that a request carries in this way; more than one is one too many.
    fn of_kind<'r>(&self, kind: Kind, request: &'r Incoming) -> Result<Vec<Cow<'r, str>>, Error> {
        let found: Vec<Option<Cow<'r, str>>> = match kind {
            Kind::Bearer => [form::authorization(request, "bearer")?].into(),
            Kind::Dpop if self.dpop => [form::authorization(request, "dpop")?].into(),
            Kind::Dpop => Vec::new(),
            Kind::Header => {
                self.headers.iter().map(|name| form::header(request, name)).collect::<Result<_, _>>()?
            }
            Kind::Cookie => {
                self.cookies.iter().map(|name| form::cookie(request, name)).collect::<Result<_, _>>()?
            }
            Kind::Session => {
                self.session.iter().map(|name| form::session(request, name)).collect::<Result<_, _>>()?
            }
            Kind::WebSocket if self.websocket => [form::subprotocol(request)?].into(),
            Kind::WebSocket => Vec::new(),
            Kind::Query => {
                self.query.iter().map(|name| form::parameter(request, name)).collect::<Result<_, _>>()?
            }
        };
        Ok(found.into_iter().flatten().collect())
    }
}

#[cfg(test)]
mod tests;
