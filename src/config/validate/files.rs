//! Files that a configuration names: there, readable, and of the kind that is asked for.

use std::path::Path as File;

use rustls::pki_types::{
    CertificateDer, PrivateKeyDer,
    pem::{Error, PemObject},
};

use super::Found;
use crate::config::node::Path;

pub(super) fn certificates(file: &File, path: Path, found: &mut Found) {
    let read = CertificateDer::pem_file_iter(file);
    let read = read.and_then(|it| it.collect::<Result<Vec<_>, _>>());
    let fault = match read {
        Ok(certificates) if !certificates.is_empty() => return,
        Ok(_) => "no certificate in it".to_owned(),
        Err(error) => explained(&error),
    };
    let got = format!("{}: {fault}", file.display());
    found.error(path, "a PEM file of certificates", got);
}

pub(super) fn key(file: &File, path: Path, found: &mut Found) {
    if let Err(error) = PrivateKeyDer::from_pem_file(file) {
        let got = format!("{}: {}", file.display(), explained(&error));
        found.error(path, "a PEM file of a private key", got);
        return;
    }
    if is_public(file) {
        let got = format!(
            "{}, which everybody on this machine can read",
            file.display()
        );
        found.warning(path, "a key that only the server can read", got);
    }
}

/// A JSON Web Key Set.
pub(super) fn key_set(file: &File, path: Path, found: &mut Found) {
    let fault = match std::fs::read(file).map(|it| serde_json::from_slice(&it)) {
        Err(error) => error.to_string(),
        Ok(Err(error)) => error.to_string(),
        Ok(Ok(jsonwebtoken::jwk::JwkSet { keys })) if keys.is_empty() => "no key in it".to_owned(),
        Ok(Ok(_)) => return,
    };
    let got = format!("{}: {fault}", file.display());
    found.error(path, "a file of a JSON Web Key Set", got);
}

/// What the reader of PEM files found, without their content.
fn explained(error: &Error) -> String {
    match error {
        Error::Io(error) => error.to_string(),
        Error::NoItemsFound => "none in it".to_owned(),
        _ => "not PEM".to_owned(),
    }
}

#[cfg(unix)]
fn is_public(file: &File) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(file).is_ok_and(|it| it.permissions().mode() & 0o004 != 0)
}

#[cfg(not(unix))]
fn is_public(_: &File) -> bool {
    false
}

#[cfg(all(test, unix))]
mod tests {
    use std::{fs, os::unix::fs::PermissionsExt};

    use super::*;

    #[test]
    fn keys_and_certificates_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let (certificate, key_file) = (folder.path().join("crt"), folder.path().join("key"));
        fs::write(&certificate, made.cert.pem()).unwrap();
        fs::write(&key_file, made.signing_key.serialize_pem()).unwrap();
        let told = |check: fn(&File, Path, &mut Found), file: &File, mode: u32| {
            fs::set_permissions(file, fs::Permissions::from_mode(mode)).unwrap();
            let mut found = Found::default();
            check(file, Path::of("k"), &mut found);
            let found = found.0.into_iter();
            found
                .map(|(_, it)| format!("{}: {it}", it.severity))
                .collect::<String>()
        };
        assert_eq!(told(certificates, &certificate, 0o644), "");
        assert_eq!(told(key, &key_file, 0o600), "");
        let warning = told(key, &key_file, 0o644);
        assert!(
            warning.starts_with("warning: k: expected a key that only"),
            "{warning}"
        );
        let error = told(certificates, &key_file, 0o600);
        assert!(error.ends_with("key: no certificate in it"), "{error}");
        let error = told(key, &certificate, 0o600);
        assert!(
            error.starts_with("error: k: expected a PEM file of a private key"),
            "{error}"
        );
        let error = told(key_set, &certificate, 0o600);
        assert!(
            error.starts_with("error: k: expected a file of a JSON Web Key Set"),
            "{error}"
        );
    }
}
