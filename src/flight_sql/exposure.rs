//! Who may reach the server: without TLS and logins only this machine.

use std::net::SocketAddr;

use datafusion::common::{Result, plan_err};

use crate::config::Config;

/// # Errors
/// A plan error for an address that other machines can reach, if one of them could read what it
/// should not; it says which keys of the configuration are missing.
pub fn check(address: SocketAddr, config: &Config) -> Result<()> {
    if address.ip().to_canonical().is_loopback() || config.server.insecure {
        return Ok(());
    }
    let (danger, keys) = match (config.server.tls.is_some(), config.security.has_login()) {
        (true, true) => return Ok(()),
        (false, true) => (
            "passwords, tokens and rows would cross the network in plain text",
            "server.tls.certificate and server.tls.key",
        ),
        (true, false) => (
            "everybody could read the warehouse",
            "security.users, security.tokens or security.issuers",
        ),
        (false, false) => (
            "everybody could read the warehouse",
            "server.tls.certificate, server.tls.key, and security.users, security.tokens or \
             security.issuers",
        ),
    };
    plan_err!(
        "serve: expected a loopback address such as 127.0.0.1:{}, got {address}, where {danger}: \
         set {keys} (or server.insecure = true if something else protects the server)",
        address.port()
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{ApiToken, Attributes, Secret, Tls};

    fn config(has_tls: bool, has_login: bool, insecure: bool) -> Config {
        let mut config = Config::default();
        config.server.insecure = insecure;
        config.server.tls = has_tls.then(|| Tls {
            certificate: "cert.pem".into(),
            key: "key.pem".into(),
            client_authorities: None,
        });
        config.security.tokens.extend(has_login.then(|| ApiToken {
            name: "nightly".to_owned(),
            sha256: Secret::new("0".repeat(64)),
            roles: Vec::new(),
            attributes: Attributes::new(),
            expires_at: None,
        }));
        config
    }

    #[test]
    fn other_machines_need_tls_and_a_login() {
        let check = |address: &str, tls, login, insecure| {
            let result = check(address.parse().unwrap(), &config(tls, login, insecure));
            result.map_err(|error| error.to_string())
        };
        for address in [
            "127.0.0.1:1",
            "127.9.9.9:1",
            "[::1]:1",
            "[::ffff:127.0.0.1]:1",
        ] {
            for (tls, login) in [(false, false), (false, true), (true, false)] {
                assert_eq!(check(address, tls, login, false), Ok(()), "{address}");
            }
        }
        for address in ["0.0.0.0:1", "192.0.2.1:1", "[::]:1", "[::ffff:192.0.2.1]:1"] {
            assert_eq!(check(address, true, true, false), Ok(()));
            assert_eq!(check(address, false, false, true), Ok(()));
            for (tls, login, named, not_named) in [
                (
                    false,
                    false,
                    &["server.tls.certificate", "security.users"][..],
                    "\0",
                ),
                (
                    false,
                    true,
                    &["server.tls.certificate", "server.tls.key"],
                    "security.users",
                ),
                (
                    true,
                    false,
                    &["security.users", "security.tokens"],
                    "server.tls",
                ),
            ] {
                let error = check(address, tls, login, false).unwrap_err();
                for name in [named, &[address, "127.0.0.1:1", "server.insecure"]].concat() {
                    assert!(error.contains(name), "{name} in {error}");
                }
                assert!(!error.contains(not_named), "{not_named} in {error}");
            }
        }
    }
}
