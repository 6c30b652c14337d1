//! `[server]`: addresses, TLS and limits that make sense together.

use std::{net::SocketAddr, time::Duration};

use super::{Found, files, tracing};
use crate::config::{Config, Limits, Server, node::Path};

pub(super) fn validate(config: &Config, found: &mut Found) {
    let path = Path::of("server");
    let Server {
        listen,
        monitor,
        insecure,
        refresh_lease,
        tls,
        limits,
        tracing,
        ..
    } = &config.server;
    exposure(config, *listen, found);
    if *insecure && listen.ip().to_canonical().is_loopback() {
        let expected = "false, because other machines cannot connect";
        found.warning(path.key("insecure"), expected, "true");
    }
    if let Some(monitor) = monitor
        && overlap(*monitor, *listen)
    {
        let expected = format!("another port than that of server.listen, {listen}");
        found.error(path.key("monitor"), expected, monitor);
    }
    if *refresh_lease < Duration::from_secs(1) {
        let expected = "a duration of one second or more, such as 1m";
        found.error(
            path.key("refresh_lease"),
            expected,
            format!("{refresh_lease:?}"),
        );
    }
    if let Some(tls) = tls {
        let path = path.key("tls");
        files::certificates(&tls.certificate, path.key("certificate"), found);
        files::key(&tls.key, path.key("key"), found);
        if let Some(authorities) = &tls.client_authorities {
            files::certificates(authorities, path.key("client_authorities"), found);
        }
    }
    self::limits(limits, found);
    self::tracing::validate(tracing, found);
}

/// Other machines need TLS and a login.
fn exposure(config: &Config, listen: SocketAddr, found: &mut Found) {
    if config.server.insecure || listen.ip().to_canonical().is_loopback() {
        return;
    }
    let missing = match (config.server.tls.is_some(), config.security.has_login()) {
        (true, true) => return,
        (true, false) => "security has no users, tokens or issuers",
        (false, true) => "server.tls is absent",
        (false, false) => "server.tls is absent, and security has no users, tokens or issuers",
    };
    found.error(
        Path::of("server.listen"),
        "a loopback address, or TLS and a login for other machines, or server.insecure = true",
        format!("{listen}, while {missing}"),
    );
}

/// Port 0 is any free one.
fn overlap(one: SocketAddr, other: SocketAddr) -> bool {
    let is_any = |it: SocketAddr| it.ip().is_unspecified();
    one.port() == other.port()
        && one.port() != 0
        && (one.ip() == other.ip() || is_any(one) || is_any(other))
}

fn limits(limits: &Limits, found: &mut Found) {
    let path = Path::of("server.limits");
    if let (Some(running), Some(per_user)) = (limits.running, limits.running_per_user)
        && per_user > running
    {
        let expected = format!("at most server.limits.running, which is {running}");
        found.error(path.key("running_per_user"), expected, per_user);
    }
    let share = limits.memory_share;
    if !(share > 0.0 && share <= 1.0) {
        found.error(
            path.key("memory_share"),
            "a share above 0 and up to 1",
            share,
        );
    }
    if limits.statement_timeout.is_zero() {
        let expected = "a duration above zero, such as 10m";
        found.error(path.key("statement_timeout"), expected, "zero");
    }
    if limits.statement_bytes == 0 {
        found.error(path.key("statement_bytes"), "a number of bytes above 0", 0);
    }
}
