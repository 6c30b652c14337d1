//! Why somebody may not come in, in words that give nothing away.

use std::time::Duration;

use thiserror::Error;

/// The answer to credentials that are not accepted.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Refusal {
    #[error("log in first: expected a user and password, or a token, got neither")]
    Missing,
    #[error("user and password required: one of them is empty")]
    HalfFilled,
    #[error("credentials: {0}")]
    Malformed(&'static str),
    /// The same for a user that does not exist.
    #[error("login failed: the user or the password is wrong")]
    WrongPassword,
    #[error("the token is not valid: log in again")]
    WrongToken,
    #[error("the login has expired: log in again")]
    Expired,
    #[error("the token is not valid yet: expected one whose time (nbf) has come")]
    TooEarly,
    /// Only said of a token whose signature is that of the issuer.
    #[error("the token is for somebody else: expected the audience {expected}")]
    Audience { expected: String },
    /// Only said of a token whose signature is that of the issuer.
    #[error("the token names no user: expected text in the claim {claim}")]
    NoUser { claim: String },
    #[error("the keys of the token's issuer cannot be read now: try again in a minute")]
    NoKeys,
    #[error("too many failed logins: try again in {} s", .wait.as_secs().max(1))]
    TooManyFailures { wait: Duration },
    #[error("too many logins at once: try again in a second")]
    Busy,
}
