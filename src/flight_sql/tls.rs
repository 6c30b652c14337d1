//! The certificate that the server shows, read again when its files change.
//!
//! Certificates are renewed while servers run. The files are looked at when a connection begins,
//! at most once a second, instead of being watched: a mounted secret is replaced by renaming
//! folders, which watchers miss. Files that do not fit together, as when the certificate was
//! replaced and the key not yet, leave the old pair in use.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    time::Duration,
};

use datafusion::common::{DataFusionError, Result};
use rustls::{
    RootCertStore, ServerConfig,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    server::WebPkiClientVerifier,
};
use thiserror::Error;

use crate::{clock::Clock, config};

const LOOK_AGAIN_AFTER: Duration = Duration::from_secs(1);

#[derive(Debug)]
pub(super) struct Certificates {
    config: config::Tls,
    clock: Clock,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    tls: Arc<ServerConfig>,
    /// What was read last, whether it could be used or not.
    seen: Files,
    looked_at: Duration,
}

#[derive(PartialEq, Eq)]
struct Files {
    certificate: Vec<u8>,
    key: Vec<u8>,
    client_authorities: Option<Vec<u8>>,
}

impl std::fmt::Debug for Files {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Files").finish_non_exhaustive()
    }
}

#[derive(Debug, Error)]
enum TlsError {
    #[error("{key}: expected a PEM file, but {} cannot be read: {source}", .path.display())]
    Read {
        key: &'static str,
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("{key}: expected {expected} in PEM form, got none in {}", .path.display())]
    Pem {
        key: &'static str,
        expected: &'static str,
        path: PathBuf,
    },
    #[error("server.tls: {} and {} cannot be used together: {source}", .certificate.display(), .key.display())]
    Pair {
        certificate: PathBuf,
        key: PathBuf,
        source: rustls::Error,
    },
    #[error("server.tls.client_authorities: {} cannot be used: {reason}", .path.display())]
    Authorities { path: PathBuf, reason: String },
}

impl Certificates {
    /// # Errors
    /// An external error that names the key of the configuration and the file that is wrong.
    pub(super) fn try_new(config: config::Tls, clock: Clock) -> Result<Self> {
        let external = |error: TlsError| DataFusionError::External(Box::new(error));
        let seen = Files::read(&config).map_err(external)?;
        let state = State {
            tls: Arc::new(seen.tls(&config).map_err(external)?),
            seen,
            looked_at: clock.elapsed(),
        };
        Ok(Self {
            config,
            clock,
            state: Mutex::new(state),
        })
    }

    /// What a connection that begins now gets to see. Reads files, and so may block.
    pub(super) fn current(&self) -> Arc<ServerConfig> {
        let now = self.clock.elapsed();
        let mut state = self.state.lock().expect("no holder panics");
        if state.looked_at + LOOK_AGAIN_AFTER <= now {
            state.looked_at = now;
            if let Err(error) = state.look_again(&self.config) {
                tracing::warn!(%error, "the certificate of the server stays as it was");
            }
        }
        Arc::clone(&state.tls)
    }
}

impl State {
    fn look_again(&mut self, config: &config::Tls) -> Result<(), TlsError> {
        let files = Files::read(config)?;
        if files == self.seen {
            return Ok(());
        }
        self.seen = files;
        self.tls = Arc::new(self.seen.tls(config)?);
        tracing::info!(certificate = %config.certificate.display(), "a new certificate is in use");
        Ok(())
    }
}

impl Files {
    fn read(config: &config::Tls) -> Result<Self, TlsError> {
        let read = |key: &'static str, path: &Path| {
            std::fs::read(path).map_err(|source| TlsError::Read {
                key,
                path: path.to_owned(),
                source,
            })
        };
        let authorities = config.client_authorities.as_deref();
        let authorities = authorities.map(|path| read("server.tls.client_authorities", path));
        Ok(Self {
            certificate: read("server.tls.certificate", &config.certificate)?,
            key: read("server.tls.key", &config.key)?,
            client_authorities: authorities.transpose()?,
        })
    }

    fn tls(&self, config: &config::Tls) -> Result<ServerConfig, TlsError> {
        let chain = certificates(
            "server.tls.certificate",
            &config.certificate,
            &self.certificate,
        )?;
        let key = PrivateKeyDer::from_pem_slice(&self.key).map_err(|_| TlsError::Pem {
            key: "server.tls.key",
            expected: "a private key",
            path: config.key.clone(),
        })?;
        let pair = |source| TlsError::Pair {
            certificate: config.certificate.clone(),
            key: config.key.clone(),
            source,
        };
        let provider = Arc::new(aws_lc_rs::default_provider());
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .map_err(pair)?;
        let builder = match (&config.client_authorities, &self.client_authorities) {
            (Some(path), Some(pem)) => {
                let roots = Arc::new(roots(path, pem)?);
                let verifier = WebPkiClientVerifier::builder_with_provider(roots, provider);
                let verifier = verifier.build().map_err(|error| TlsError::Authorities {
                    path: path.clone(),
                    reason: error.to_string(),
                })?;
                builder.with_client_cert_verifier(verifier)
            }
            _ => builder.with_no_client_auth(),
        };
        let mut tls = builder.with_single_cert(chain, key).map_err(pair)?;
        // Go's clients insist on it.
        tls.alpn_protocols = vec![b"h2".to_vec()];
        Ok(tls)
    }
}

fn roots(path: &Path, pem: &[u8]) -> Result<RootCertStore, TlsError> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates("server.tls.client_authorities", path, pem)? {
        roots
            .add(certificate)
            .map_err(|error| TlsError::Authorities {
                path: path.to_owned(),
                reason: error.to_string(),
            })?;
    }
    Ok(roots)
}

fn certificates(
    key: &'static str,
    path: &Path,
    pem: &[u8],
) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    let found = found.ok().filter(|found| !found.is_empty());
    found.ok_or_else(|| TlsError::Pem {
        key,
        expected: "a certificate",
        path: path.to_owned(),
    })
}
