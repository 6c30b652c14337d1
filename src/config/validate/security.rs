//! `[security]`: names that exist and are used once, hashes and keys that are some.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path as File,
};

use argon2::PasswordHash;
use jiff::Timestamp;

use super::{Found, files, quoted};
use crate::{
    clock::Clock,
    config::{ApiToken, Issuer, Role, Secret, Security, User, finding::nearest, node::Path},
};

/// Bytes of a key that two sides share, as RFC 7518 asks for HS256.
const KEY_BYTES: usize = 32;

pub(super) fn validate(security: &Security, found: &mut Found) {
    let path = Path::of("security");
    if let Some(key) = &security.signing_key {
        shared_key(key, path.key("signing_key"), found);
    }
    if security.token_lifetime.is_zero() {
        let expected = "a duration above zero, such as 12h";
        found.error(path.key("token_lifetime"), expected, "zero");
    }
    users(security, &path.key("users"), found);
    tokens(security, &path.key("tokens"), Clock::System.now(), found);
    issuers(&security.issuers, &path.key("issuers"), found);
    for (name, role) in &security.roles {
        policies(role, &path.key("roles").key(name), found);
    }
}

fn users(security: &Security, list: &Path, found: &mut Found) {
    let mut names = BTreeMap::new();
    for (item, user) in security.users.iter().enumerate() {
        let path = list.item(item);
        let User {
            name,
            password,
            roles,
            ..
        } = user;
        not_empty(name, path.key("name"), found);
        if let Some(first) = names.insert(name, item) {
            let got = format!("{}, which security.users[{first}] has", quoted(name));
            found.error(path.key("name"), "a name of its own", got);
        }
        if let Some(fault) = not_argon2(password) {
            let expected = "an Argon2 hash, as tributary password prints";
            found.error(path.key("password"), expected, fault);
        }
        known_roles(roles, &security.roles, &path.key("roles"), found);
    }
}

fn not_argon2(hash: &Secret) -> Option<&'static str> {
    match PasswordHash::new(hash.expose()) {
        Ok(hash) if !hash.algorithm.as_str().starts_with("argon2") => {
            Some("the hash of another algorithm")
        }
        Ok(PasswordHash {
            salt: Some(_),
            hash: Some(_),
            ..
        }) => None,
        Ok(_) => Some("a hash without its salt or its last part"),
        Err(_) => Some("text that is no hash"),
    }
}

fn tokens(security: &Security, list: &Path, now: Timestamp, found: &mut Found) {
    let mut hashes = BTreeMap::new();
    for (item, token) in security.tokens.iter().enumerate() {
        let path = list.item(item);
        let ApiToken {
            name,
            sha256,
            roles,
            expires_at,
            ..
        } = token;
        not_empty(name, path.key("name"), found);
        let digits = sha256.expose();
        if digits.len() != 64 || !digits.bytes().all(|it| it.is_ascii_hexdigit()) {
            let got = match digits.bytes().all(|it| it.is_ascii_hexdigit()) {
                true => format!("{} digits", digits.len()),
                false => "text with other characters".to_owned(),
            };
            let expected = "64 hexadecimal digits, as tributary token prints";
            found.error(path.key("sha256"), expected, got);
        } else if let Some(first) = hashes.insert(digits.to_lowercase(), item) {
            let got = format!("that of security.tokens[{first}]");
            found.error(path.key("sha256"), "the hash of another token", got);
        }
        if let Some(expired) = expires_at.filter(|it| *it <= now) {
            found.warning(path.key("expires_at"), "an instant to come", expired);
        }
        known_roles(roles, &security.roles, &path.key("roles"), found);
    }
}

fn issuers(issuers: &[Issuer], list: &Path, found: &mut Found) {
    let mut known = BTreeSet::new();
    for (item, issuer) in issuers.iter().enumerate() {
        let path = list.item(item);
        not_empty(&issuer.issuer, path.key("issuer"), found);
        not_empty(&issuer.audience, path.key("audience"), found);
        if !known.insert((&issuer.issuer, &issuer.audience)) {
            let got = format!("{} with its audience twice", quoted(&issuer.issuer));
            found.error(path.key("issuer"), "each issuer once", got);
        }
        match (&issuer.keys, &issuer.secret) {
            (Some(_), Some(_)) => found.error(path.clone(), "either keys or a secret", "both"),
            (None, None) => found.error(path.clone(), "keys or a secret", "neither"),
            (Some(keys), None) => key_set(keys, path.key("keys"), found),
            (None, Some(secret)) => shared_key(secret, path.key("secret"), found),
        }
    }
}

fn key_set(keys: &str, path: Path, found: &mut Found) {
    match url::Url::parse(keys) {
        Ok(url) if url.scheme() == "https" => {}
        Ok(url) if keys.contains("://") => {
            let expected = "a file, or a URL that begins with https://";
            found.error(
                path,
                expected,
                format!("one that begins with {}://", url.scheme()),
            );
        }
        _ => files::key_set(File::new(keys), path, found),
    }
}

fn policies(role: &Role, path: &Path, found: &mut Found) {
    for (item, mask) in role.masks.iter().enumerate() {
        let path = path.key("masks").item(item).key("column");
        not_empty(&mask.column, path, found);
    }
    if role.administrator && !(role.rows.is_empty() && role.masks.is_empty()) {
        let expected = "no row policies or masks, because an administrator reads everything";
        found.warning(path.clone(), expected, "administrator = true with some");
    }
}

fn known_roles(named: &[String], known: &BTreeMap<String, Role>, list: &Path, found: &mut Found) {
    for (item, role) in named.iter().enumerate() {
        if known.contains_key(role) {
            continue;
        }
        let names = known.keys().map(String::as_str);
        let expected = match nearest(role, names.clone()) {
            Some(name) => format!("a role of security.roles such as {name}"),
            None if known.is_empty() => "a role of security.roles, which has none".to_owned(),
            None => format!("one of {}", names.collect::<Vec<_>>().join(", ")),
        };
        found.error(list.item(item), expected, quoted(role));
    }
}

fn shared_key(key: &Secret, path: Path, found: &mut Found) {
    let bytes = key.expose().len();
    if bytes < KEY_BYTES {
        let expected = format!("at least {KEY_BYTES} bytes, such as openssl rand -hex 32 prints");
        found.error(path, expected, format!("{bytes} bytes"));
    }
}

fn not_empty(text: &str, path: Path, found: &mut Found) {
    if text.trim().is_empty() {
        found.error(path, "text", "an empty one");
    }
}
