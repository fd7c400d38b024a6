//! Goes by what is known of a provider: the options that its name stands for, and what its requests
//! and answers have of their own.

use std::borrow::Cow;

use edgeward_core::{
    Code, Error,
    http::{Request, Response},
    jose::Algorithm,
    json::{Map, Members},
    jwt::Unverified,
    oauth::{
        Failure,
        authorize::{Transaction, Wishes},
        discovery::{Issuer, Metadata},
        providers::{self, ClientSecret, GENERIC, Granted, Provider, Revocation},
        scope,
        token::{self, TokenType, Tokens},
    },
};

use super::{Authentication, send};
use crate::{
    effect::{self, GOODBYE},
    run::{Flow, Run, settled},
};

/// What the application says of its provider.
pub(crate) struct Catalogue {
    /// One that is known by name; else any that keeps to the specifications.
    pub provider: Option<&'static Provider>,
    tenant: Option<String>,
    /// Whose key signs the client's secret.
    pub team: Option<String>,
    wants_refresh: bool,
    /// How the provider is asked to answer.
    pub mode: Mode,
}

/// How an authorization response comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// In the address.
    Query,
    /// In the body of a form that the browser posts.
    Form,
    /// In the address, signed ([JARM](edgeward_core::oauth::jarm)).
    SignedQuery,
    /// Posted, signed.
    SignedForm,
}

impl Mode {
    /// Reads the option `responseMode`; without it, as the provider does.
    ///
    /// # Errors
    /// `config_invalid` at `responseMode`.
    pub(crate) fn read(options: &Members, provider: Option<&Provider>) -> Result<Self, Error> {
        const AT: &str = "responseMode";
        let own = provider.and_then(|provider| provider.parameters.iter().find(|(name, _)| *name == MODE));
        let named = options.text(AT)?;
        match named.as_deref().or(own.map(|(_, mode)| *mode)) {
            None | Some("query") => Ok(Self::Query),
            Some("form_post") => Ok(Self::Form),
            Some("jwt" | "query.jwt") => Ok(Self::SignedQuery),
            Some("form_post.jwt") => Ok(Self::SignedForm),
            Some(_) => Err(Error::at(Code::ConfigInvalid, AT)),
        }
    }

    /// Whether it has to be signed.
    pub(crate) const fn is_signed(self) -> bool {
        matches!(self, Self::SignedQuery | Self::SignedForm)
    }

    /// Whether it is posted, so that only a server can take it.
    pub(crate) const fn is_posted(self) -> bool {
        matches!(self, Self::Form | Self::SignedForm)
    }

    /// The value of `response_mode`; none where that is the default of the code flow.
    const fn as_str(self) -> Option<&'static str> {
        match self {
            Self::Query => None,
            Self::Form => Some("form_post"),
            Self::SignedQuery => Some("query.jwt"),
            Self::SignedForm => Some("form_post.jwt"),
        }
    }
}

const MODE: &str = "response_mode";

/// The provider that the option names.
///
/// # Errors
/// `config_invalid` at `provider`: nobody knows it.
pub(crate) fn provider(options: &Members) -> Result<Option<&'static Provider>, Error> {
    const AT: &str = "provider";
    let Some(name) = options.text(AT)? else { return Ok(None) };
    providers::named(&name).map(Some).ok_or(Error::at(Code::ConfigInvalid, AT))
}

/// The issuer of a provider that has one of its own, for the tenant that the options name. `None`: the
/// options have to name the issuer.
///
/// # Errors
/// `config_invalid` at `tenant` or at `issuer`: there is nothing to choose.
pub(crate) fn issuer(options: &Members, provider: Option<&Provider>) -> Result<Option<Issuer>, Error> {
    let invalid = |at| Error::at(Code::ConfigInvalid, at);
    let tenant = options.text("tenant")?;
    match provider.filter(|provider| !provider.issuer.is_empty()) {
        None if tenant.is_some() => Err(invalid("tenant")),
        None => Ok(None),
        Some(_) if options.member("issuer").is_some() => Err(invalid("issuer")),
        Some(provider) => provider.issuer(tenant.as_deref()).map(Some).map_err(|_| invalid("tenant")),
    }
}

impl Catalogue {
    /// Reads the options.
    ///
    /// # Errors
    /// `config_invalid`, at the option; as well at `clientSecret` or `clientKey`, where the provider
    /// knows no client without.
    pub(crate) fn read(options: &Members, authentication: &Authentication) -> Result<Self, Error> {
        let invalid = |at| Err(Error::at(Code::ConfigInvalid, at));
        let provider = provider(options)?;
        let team = options.text("appleTeam")?;
        let signs = provider.is_some_and(|provider| provider.secret == ClientSecret::Signed);
        if signs != team.is_some() {
            return invalid("appleTeam");
        }
        match provider.map(|provider| provider.secret) {
            Some(ClientSecret::Required) if !matches!(authentication, Authentication::Secret(..)) => {
                return invalid("clientSecret");
            }
            Some(ClientSecret::Signed)
                if !matches!(authentication, Authentication::Key(Algorithm::Es256, Some(_))) =>
            {
                return invalid("clientKey");
            }
            _ => {}
        }
        Ok(Self {
            mode: Mode::read(options, provider)?,
            wants_refresh: options.flag("offlineAccess")?.unwrap_or_default(),
            tenant: options.text("tenant")?,
            provider,
            team,
        })
    }

    /// The scope of a sign-in, if the application names none.
    pub(crate) fn scope(&self) -> Option<String> {
        self.provider.map(|provider| provider.scope.into())
    }

    /// The metadata of a provider that publishes none.
    pub(crate) fn metadata(&self) -> Option<Metadata> {
        self.provider?.metadata()
    }

    /// The transaction and the wishes as this provider's request has them.
    pub(super) fn request(&self, transaction: &Transaction, wishes: Wishes) -> (Transaction, Wishes) {
        let provider = self.provider.unwrap_or(GENERIC);
        let mut wishes = wishes;
        if let Some(mode) = self.mode.as_str()
            && wishes.extra.iter().all(|(name, _)| name != MODE)
        {
            wishes.extra.push((MODE.into(), mode.into()));
        }
        let mut wishes = provider.wishes(wishes);
        let mut asked = transaction.clone();
        if self.provider.is_some() {
            asked.scope = provider.scope_of(&asked.scope);
        }
        if self.wants_refresh {
            asked.scope = provider.offline(&mut wishes, &asked.scope);
        }
        (asked, wishes)
    }

    /// Reads a token answer.
    ///
    /// # Errors
    /// As [`token::response`].
    pub(super) fn tokens(&self, answer: &Response, asked: TokenType) -> Result<Granted, Failure> {
        match self.provider {
            Some(provider) => provider.tokens(answer, asked),
            None => token::response(answer, asked).map(alone),
        }
    }

    /// Whether one provider stands for many issuers, of which a token names one.
    fn has_tenants(&self, metadata: &Metadata) -> bool {
        self.tenant.is_some()
            || metadata.issuer.contains('{')
            || self.provider.is_some_and(|provider| !provider.token_issuers.is_empty())
    }

    /// The metadata with the issuer that this ID token has to name.
    ///
    /// # Errors
    /// Those of [`Unverified::parse`]; `token_issuer_invalid`: it names none that may be.
    pub(crate) fn for_token<'m>(
        &self,
        metadata: &'m Metadata,
        id_token: &str,
    ) -> Result<Cow<'m, Metadata>, Error> {
        if !self.has_tenants(metadata) {
            return Ok(Cow::Borrowed(metadata));
        }
        let token = Unverified::parse(id_token)?;
        let mut claims = Map::new();
        for name in ["iss", "tid"] {
            claims.extend(token.unverified_claim(name).map(|value| (name.into(), value.clone())));
        }
        let issuer = self.provider.unwrap_or(GENERIC).issuer_of(metadata, &claims);
        let mut own = metadata.clone();
        own.issuer = issuer.ok_or(Error::at(Code::TokenIssuerInvalid, "iss"))?;
        Ok(Cow::Owned(own))
    }
}

/// Tokens, and nothing beside them.
pub(super) const fn alone(tokens: Tokens) -> Granted {
    Granted { tokens, user: None, subject: None, workspace: None }
}

/// Asks the token endpoint for what a sign-in brings.
///
/// # Errors
/// Those of [`send`] and [`Catalogue::tokens`].
pub(crate) fn redeem(run: &Run<'_>, request: Request) -> Flow<Granted> {
    let (answer, asked) = send(run, request, None)?;
    let mut granted = run.client.settings.catalogue.tokens(&answer, asked)?;
    granted.tokens.scope = granted.tokens.scope.map(|own| scope::normal(&own));
    Ok(granted)
}

/// Gives a grant back in the provider's own way. False: it has none.
pub(crate) fn give_back(run: &Run<'_>, token: &str) -> Flow<bool> {
    let settings = &run.client.settings;
    let Some(provider) = settings.catalogue.provider else { return Ok(false) };
    if provider.revocation == Revocation::Standard {
        return Ok(false);
    }
    if let Some(request) = provider.revocation_request(&settings.client_id, settings.secret(), token) {
        // Nobody waits for the verdict.
        drop(settled(effect::fetch(run, &request, GOODBYE))?);
    }
    Ok(true)
}
