//! Who somebody is at a provider.

use edgeward_core::{
    Code, Error,
    jose::{Algorithm, jws::Unverified},
    json::{self, Map, Value},
    jwt::{self, Claims, Tolerance},
    oauth::{
        Failure,
        authorize::Transaction,
        discovery::{Endpoint, Metadata},
        id_token::{self, Expected},
        providers::{Granted, verified_address},
        token::TokenType,
        userinfo,
    },
};

use super::Provider;
use crate::{Authority, users::Profile};

/// Who somebody is at a provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The provider's own id of the user, which never changes.
    pub subject: String,
    /// What the provider says of the user.
    pub profile: Profile,
}

/// Algorithms of ID tokens; none with a shared secret.
const ALGORITHMS: [Algorithm; 9] = [
    Algorithm::Rs256,
    Algorithm::Rs384,
    Algorithm::Rs512,
    Algorithm::Ps256,
    Algorithm::Ps384,
    Algorithm::Ps512,
    Algorithm::Es256,
    Algorithm::Es384,
    Algorithm::EdDsa,
];

impl Provider {
    /// Who granted this; `None` if the provider does not say it for what was asked.
    ///
    /// # Errors
    /// Those of [`id_token::validate`], of [`userinfo::claims`] and of the network.
    pub async fn identity(
        &self,
        authority: &Authority,
        metadata: &Metadata,
        granted: &Granted,
        transaction: &Transaction,
    ) -> Result<Option<Identity>, Failure> {
        if let Some(token) = &granted.tokens.id_token {
            let claims = self.verified(authority, metadata, token, granted, transaction).await?;
            return self.of_claims(authority, metadata, claims, &granted.tokens.access_token).await.map(Some);
        }
        if self.kind.profile.is_some() {
            return of_token(self, authority, &granted.tokens.access_token).await.map(|found| Some(found.0));
        }
        // The id of a user of Slack is one within the workspace.
        let within = |subject| {
            [granted.workspace.as_deref(), Some(subject)].into_iter().flatten().collect::<Vec<_>>().join("/")
        };
        let subject = granted.subject.as_deref().map(within);
        Ok(subject.map(|subject| Identity { subject, profile: Profile::default() }))
    }

    /// The claims of an ID token that is this provider's, and of this sign-in.
    async fn verified(
        &self,
        authority: &Authority,
        metadata: &Metadata,
        token: &str,
        granted: &Granted,
        transaction: &Transaction,
    ) -> Result<Claims, Failure> {
        let token = Unverified::parse(token)?;
        let named: Map = ["iss", "tid"]
            .iter()
            .filter_map(|name| Some(((*name).into(), token.unverified_claim(name)?.clone())))
            .collect();
        let issuer = self.kind.issuer_of(metadata, &named).ok_or(Code::TokenIssuerInvalid)?;
        let policy = id_token::policy(&issuer, &self.client_id, ALGORITHMS.into(), Tolerance::default())?;
        jwt::check(&token, &policy)?;
        let header = token.header().clone();
        let alg = header.alg.ok_or(Code::TokenAlgNotAllowed)?;
        let keys = self.keys(authority, metadata, alg, header.kid.as_deref()).await?;
        let mut verdict = Err(Error::from(Code::TokenKeyNotFound));
        for key in keys.candidates(alg, header.kid.as_deref()) {
            verdict = authority.platform.verify(key, alg, token.signing_input(), token.signature()).await;
            if verdict.is_ok() {
                break;
            }
        }
        verdict?;
        let access_token = id_token::digest_of(&token, &granted.tokens.access_token);
        let expected = Expected {
            client_id: &self.client_id,
            nonce: Some(&transaction.nonce),
            access_token: &access_token,
            max_age: None,
        };
        let now = authority.platform.now().to_seconds();
        Ok(id_token::validate(token.dangerous_trust(), &policy, &expected, now)?)
    }

    /// What the claims say; of whom the ID token tells no address, the provider is asked.
    async fn of_claims(
        &self,
        authority: &Authority,
        metadata: &Metadata,
        claims: Claims,
        access_token: &str,
    ) -> Result<Identity, Failure> {
        let subject = claims.text("sub")?.unwrap_or_default().to_owned();
        let mut members = claims.into_members();
        if !members.contains_key("email") && metadata.find(Endpoint::Userinfo)?.is_some() {
            let request = userinfo::request(metadata, access_token, TokenType::Bearer)?;
            if let userinfo::Answer::Plain(answer) =
                userinfo::response(&self.send(authority, request).await?)?
            {
                members = userinfo::claims(answer, &subject)?;
            }
        }
        Ok(Identity { subject, profile: profile(&members) })
    }
}

/// Standard claims. An address counts as verified only if the provider says so: a claim that is missing says
/// nothing, and whoever runs a tenant can write any address into it.
///
/// Source: [OpenID Connect Core §5.1](https://openid.net/specs/openid-connect-core-1_0.html#StandardClaims)
fn profile(claims: &Map) -> Profile {
    let text = |name: &str| claims.get(name).and_then(Value::as_str).and_then(short);
    // Apple writes it as a text.
    let email_verified = matches!(claims.get("email_verified"), Some(Value::Bool(true)))
        || claims.get("email_verified").and_then(Value::as_str) == Some("true");
    Profile { name: text("name"), email: text("email"), email_verified, image: text("picture") }
}

/// Who an access token speaks for, at a provider that tells it in a profile of its own; and the scopes that the
/// answer says the token has.
///
/// # Errors
/// `token_claim_missing` at `id`: the profile names nobody. `oauth_error`: the token is not good.
pub async fn of_token(
    provider: &Provider,
    authority: &Authority,
    access_token: &str,
) -> Result<(Identity, String), Failure> {
    let kind = provider.kind;
    let missing = || Error::at(Code::TokenClaimMissing, "id");
    let request = kind.profile_request(access_token).ok_or_else(missing)?;
    let answer = provider.send(authority, request).await?;
    let profile = match answer.status {
        200 => json::parse_object(&answer.body)?,
        429 | 500..=599 => return Err(Failure::from(Error::from(Code::ServerUnavailable)).of(&answer)),
        _ => return Err(Failure::from(Error::from(Code::OauthError)).of(&answer)),
    };
    let scopes = answer.header("x-oauth-scopes").unwrap_or_default().to_owned();
    let text = |name: &str| profile.get(name).and_then(Value::as_str).and_then(short);
    let subject = kind.subject(&profile).ok_or_else(missing)?;
    let verified = addresses(provider, authority, access_token).await?;
    let profile = Profile {
        name: text("name").or_else(|| text("login")),
        email_verified: verified.is_some(),
        email: verified.or_else(|| text("email")),
        image: text("avatar_url"),
    };
    Ok((Identity { subject, profile }, scopes))
}

/// The verified address; `None` if there is none, or the token may not see them.
async fn addresses(
    provider: &Provider,
    authority: &Authority,
    access_token: &str,
) -> Result<Option<String>, Failure> {
    let Some(request) = provider.kind.addresses_request(access_token) else { return Ok(None) };
    let answer = provider.send(authority, request).await?;
    match answer.status {
        200 => {
            let list = json::parse(&answer.body)?;
            Ok(list.as_array().and_then(|list| verified_address(list)).and_then(|text| short(&text)))
        }
        429 | 500..=599 => Err(Failure::from(Error::from(Code::ServerUnavailable)).of(&answer)),
        _ => Ok(None),
    }
}

/// A text that a provider gave, if it fits into a profile.
fn short(text: &str) -> Option<String> {
    let fits = (1..=512).contains(&text.len()) && !text.chars().any(char::is_control);
    fits.then(|| text.into())
}
