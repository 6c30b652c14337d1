//! What is wrong with a configuration although each value is of its form. Nothing is opened but
//! files that the configuration names.

mod files;
mod security;
mod server;
mod tracing;

use jiff::tz::TimeZone;

use super::{
    Config, SessionDefaults,
    finding::Finding,
    node::{Path, is_bare},
};

/// What is found, with the key that it is about.
#[derive(Debug, Default)]
struct Found(Vec<(Path, Finding)>);

impl Found {
    fn error(&mut self, path: Path, expected: impl ToString, got: impl ToString) {
        let finding = Finding::error(&path, expected, got);
        self.0.push((path, finding));
    }

    fn warning(&mut self, path: Path, expected: impl ToString, got: impl ToString) {
        let finding = Finding::warning(&path, expected, got);
        self.0.push((path, finding));
    }
}

/// Errors and warnings, by key.
pub(super) fn validate(config: &Config) -> Vec<(Path, Finding)> {
    let mut found = Found::default();
    session(&config.session, &mut found);
    server::validate(config, &mut found);
    security::validate(&config.security, &mut found);
    found.0
}

fn session(session: &SessionDefaults, found: &mut Found) {
    let path = Path::of("session");
    if let Some(zone) = &session.timezone
        && TimeZone::get(zone).is_err()
    {
        let expected = "an IANA zone such as Europe/Berlin";
        found.error(path.key("timezone"), expected, quoted(zone));
    }
    if let Some(code) = &session.currency
        && !(code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_uppercase()))
    {
        let expected = "an ISO 4217 code such as EUR";
        found.error(path.key("currency"), expected, quoted(code));
    }
    for name in session.parameters.keys() {
        let parts: Vec<_> = name.split('.').collect();
        if parts.len() != 2 || !parts.iter().all(|it| is_bare(it)) {
            let expected = "the name of a parameter, such as \"revenue.lookback\"";
            found.error(path.key("parameters").key(name), expected, quoted(name));
        }
    }
}

fn quoted(text: &str) -> String {
    format!("\"{text}\"")
}
