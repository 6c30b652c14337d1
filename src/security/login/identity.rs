//! Whom credentials stand for, whatever kind they are.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use crate::{
    config::{ApiToken, Attributes, Issuer, User, Values},
    security::{Caller, Login},
};

/// A caller, and until when to believe in it.
#[derive(Debug, Clone)]
pub(super) struct Identity {
    pub(super) caller: Caller,
    /// A login must not outlive the token that it was made with.
    pub(super) expires_at: Option<Timestamp>,
    pub(super) origin: Origin,
}

/// A digest of the configuration's entry that let somebody in: it changes with the password, the
/// roles and the attributes there, which ends the logins made before.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Origin(pub(super) String);

impl Identity {
    pub(super) fn of_user(user: &User) -> Self {
        Self {
            caller: caller(&user.name, &user.roles, &user.attributes),
            expires_at: None,
            origin: Origin::of_user(user),
        }
    }

    pub(super) fn of_token(token: &ApiToken) -> Self {
        Self {
            caller: caller(&token.name, &token.roles, &token.attributes),
            expires_at: token.expires_at,
            origin: Origin::of_token(token),
        }
    }
}

fn caller(name: &str, roles: &[String], attributes: &Attributes) -> Caller {
    Caller {
        user: name.into(),
        login: Login::Named,
        roles: BTreeSet::from_iter(roles.iter().cloned()),
        attributes: BTreeMap::from_iter(attributes.iter().map(|(name, values)| {
            let values = match values {
                Values::One(value) => vec![value.clone()],
                Values::Many(values) => values.clone(),
            };
            (name.clone(), values)
        })),
        session: None,
    }
}

impl Origin {
    pub(super) fn of_user(user: &User) -> Self {
        let secret = user.password.expose();
        let own = ["user", &user.name, secret];
        Self::of(&own, &user.roles, &user.attributes)
    }

    pub(super) fn of_token(token: &ApiToken) -> Self {
        let secret = token.sha256.expose();
        let own = ["token", &token.name, secret];
        Self::of(&own, &token.roles, &token.attributes)
    }

    pub(super) fn of_issuer(issuer: &Issuer) -> Self {
        let own = ["issuer", &issuer.issuer, &issuer.audience];
        let claims = [issuer.user_claim.clone(), issuer.roles_claim.clone()];
        let attributes = issuer.attribute_claims.iter();
        let attributes = attributes.map(|(name, claim)| (name.clone(), Values::One(claim.clone())));
        Self::of(&own, &claims, &attributes.collect())
    }

    pub(super) fn of_nobody() -> Self {
        Self::of(&["anonymous"], &[], &Attributes::new())
    }

    fn of(own: &[&str], roles: &[String], attributes: &Attributes) -> Self {
        // Debug quotes and escapes, so that no two entries have the same text.
        let text = format!("{own:?} {roles:?} {attributes:?}");
        let digest = Sha256::digest(text);
        let (half, _) = digest.split_at(digest.len() / 2);
        Self(hex(half))
    }
}

pub(super) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    let mut text = String::new();
    for byte in bytes {
        // Writing to a string never fails.
        let _ = write!(text, "{byte:02x}");
    }
    text
}
