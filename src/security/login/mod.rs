//! Login: who a client is, by password, by token, or not at all.
//!
//! Passwords and tokens of others are exchanged once for a token of our own, which carries the
//! user, roles and attributes; any replica with the same signing key believes it. Clients may also
//! send what they have with every request.
//!
//! Nothing here knows how credentials travel: see `flight_sql` for that.

mod api_token;
mod attempts;
mod credentials;
mod identity;
mod issuers;
mod keys;
mod passwords;
mod refusal;
mod session_token;

use std::{error::Error, net::IpAddr, sync::Arc};

use datafusion::common::Result;

use self::{
    api_token::ApiTokens,
    attempts::{Attempts, Subject},
    identity::{Identity, Origin},
    issuers::Issuers,
    passwords::Passwords,
    session_token::SessionTokens,
};
pub use self::{
    api_token::new_api_token, credentials::Credentials, passwords::hash_password, refusal::Refusal,
};
use crate::{clock::Clock, config::Security, security::Caller};

/// Everybody who may come in, and how often others may try.
#[derive(Debug)]
pub struct Gate {
    is_required: bool,
    passwords: Passwords,
    api_tokens: ApiTokens,
    issuers: Issuers,
    sessions: SessionTokens,
    attempts: Attempts,
    clock: Clock,
}

impl Gate {
    /// # Errors
    /// A plan error that names the key of the configuration that is wrong, and shows no secret.
    pub fn try_new(security: &Security, clock: Clock) -> Result<Self> {
        let is_required = security.has_login();
        let users = security.users.iter().map(Origin::of_user);
        let tokens = security.tokens.iter().map(Origin::of_token);
        let issuers = security.issuers.iter().map(Origin::of_issuer);
        let nobody = (!is_required).then(Origin::of_nobody);
        let origins = users.chain(tokens).chain(issuers).chain(nobody).collect();
        Ok(Self {
            is_required,
            passwords: Passwords::try_new(&security.users)?,
            api_tokens: ApiTokens::try_new(&security.tokens)?,
            issuers: Issuers::try_new(security, clock)?,
            sessions: SessionTokens::try_new(security, origins)?,
            attempts: Attempts::default(),
            clock,
        })
    }

    /// Whether anybody must log in.
    pub fn is_required(&self) -> bool {
        self.is_required
    }

    /// Who sends a request.
    ///
    /// # Arguments
    /// `credentials`: what could be read of them; nobody asks if there is no login to make.
    pub async fn caller(
        &self,
        credentials: Result<Credentials, Refusal>,
        peer: IpAddr,
    ) -> Result<Arc<Caller>, Refusal> {
        let found = self.identify(credentials, peer).await?;
        Ok(Arc::new(match found {
            Found::Session { caller, .. } => caller,
            Found::Identity(identity) => identity.caller,
        }))
    }

    /// The token for credentials: of a new session, or the same again if it is one of ours, whose
    /// life would otherwise never end.
    pub async fn log_in(
        &self,
        credentials: Result<Credentials, Refusal>,
        peer: IpAddr,
    ) -> Result<String, Refusal> {
        let identity = match self.identify(credentials, peer).await? {
            Found::Session { token, .. } => return Ok(token),
            Found::Identity(identity) => identity,
        };
        let token = self.sessions.issue(&identity, self.clock.now());
        token.map_err(|error| {
            tracing::error!(error = with_causes(&error), "a token cannot be signed");
            Refusal::Busy
        })
    }

    async fn identify(
        &self,
        credentials: Result<Credentials, Refusal>,
        peer: IpAddr,
    ) -> Result<Found, Refusal> {
        if !self.is_required {
            return Ok(self.nobody(credentials));
        }
        match credentials? {
            Credentials::None => Err(Refusal::Missing),
            Credentials::Token(token) => self.by_token(token.expose(), peer).await,
            // Tools that cannot send a token send it as the password of some user.
            Credentials::Password { password, .. } if self.is_token(password.expose()) => {
                self.by_token(password.expose(), peer).await
            }
            Credentials::Password { user, password } => {
                let found = self.by_password(&user, password.expose(), peer).await;
                found.map(Found::Identity)
            }
        }
    }

    /// Without logins everybody may come in, with whatever credentials a tool insists on.
    fn nobody(&self, credentials: Result<Credentials, Refusal>) -> Found {
        if let Ok(Credentials::Token(token)) = credentials
            && let Ok(caller) = self.sessions.caller(token.expose(), self.clock.now())
        {
            let token = token.expose().to_owned();
            return Found::Session { caller, token };
        }
        Found::Identity(Identity {
            caller: Arc::unwrap_or_clone(Caller::anonymous()),
            expires_at: None,
            origin: Origin::of_nobody(),
        })
    }

    fn is_token(&self, password: &str) -> bool {
        self.passwords.is_empty()
            || issuers::claimed_issuer(password).is_some()
            || !matches!(self.api_tokens.find(password, self.clock.now()), Ok(None))
    }

    async fn by_password(
        &self,
        user: &str,
        password: &str,
        peer: IpAddr,
    ) -> Result<Identity, Refusal> {
        let now = self.clock.elapsed();
        let subject = Subject {
            user: Some(user),
            peer,
        };
        // A lockout comes first: otherwise a remembered password would show that it is right.
        self.attempts.check(subject, now)?;
        if let Some(identity) = self.passwords.remember(user, password, now) {
            self.attempts.known(subject, now);
            return Ok(identity.clone());
        }
        let turn = self.passwords.turn().await?;
        let counted = self.attempts.begin(subject, now)?;
        // Somebody else may have had the turn before with the same password.
        if let Some(identity) = self.passwords.remember(user, password, now) {
            self.attempts.succeeded(subject, counted, now);
            return Ok(identity.clone());
        }
        if let Some(identity) = self.passwords.verify(user, password, turn, now).await {
            self.attempts.succeeded(subject, counted, now);
            return Ok(identity.clone());
        }
        // A name that nobody has may be a password in the wrong field.
        let is_known = self.passwords.knows(user);
        let user = if is_known { user } else { "unknown" };
        tracing::warn!(user, %peer, "login failed");
        Err(Refusal::WrongPassword)
    }

    async fn by_token(&self, token: &str, peer: IpAddr) -> Result<Found, Refusal> {
        let found = self.find_token(token).await;
        let user = match &found {
            // Nobody guesses a signature, and who is inside stays inside.
            Ok(Found::Session { .. }) => return found,
            Ok(Found::Identity(identity)) => Some(&*identity.caller.user),
            Err(Refusal::WrongToken) => None,
            Err(refusal) => {
                tracing::debug!(%peer, %refusal, "a token was refused");
                return found;
            }
        };
        let (subject, now) = (Subject { user, peer }, self.clock.elapsed());
        if user.is_some() {
            self.attempts.check(subject, now)?;
            self.attempts.known(subject, now);
        } else {
            self.attempts.begin(subject, now)?;
            tracing::warn!(%peer, "a token was refused");
        }
        found
    }

    async fn find_token(&self, token: &str) -> Result<Found, Refusal> {
        let now = self.clock.now();
        match issuers::claimed_issuer(token).as_deref() {
            Some(session_token::ISSUER) => Ok(Found::Session {
                caller: self.sessions.caller(token, now)?,
                token: token.to_owned(),
            }),
            Some(_) => {
                let identity = self.issuers.identify(token, now).await?;
                Ok(Found::Identity(identity))
            }
            None => {
                let identity = self.api_tokens.find(token, now)?;
                let identity = identity.ok_or(Refusal::WrongToken)?;
                Ok(Found::Identity(identity.clone()))
            }
        }
    }
}

/// What credentials are good for.
#[derive(Debug)]
enum Found {
    /// A session that began before.
    Session {
        caller: Caller,
        token: String,
    },
    Identity(Identity),
}

/// An error and what it came from, for a log.
fn with_causes(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(error) = next {
        text = format!("{text}: {error}");
        next = error.source();
    }
    text
}
