//! Servers for the drivers of `tests/clients/python/test_login.py`.

use tempfile::TempDir;
use tributary::config::Tls;

use super::support::{ADA, API_TOKEN, Authority, Guarded, config};

/// One server without TLS, one with it, and one that wants to see a certificate.
pub(crate) struct Servers {
    folder: TempDir,
    plain: Guarded,
    tls: Guarded,
    mutual: Guarded,
}

impl Servers {
    pub(crate) async fn start() -> Self {
        let folder = TempDir::new().unwrap();
        let (authority, other) = (Authority::new("ours"), Authority::new("other"));
        for (name, authority) in [("ca.pem", &authority), ("other.pem", &other)] {
            std::fs::write(folder.path().join(name), authority.pem()).unwrap();
        }
        for (name, pair) in [
            ("server", authority.server()),
            ("client", authority.client()),
            ("stranger", other.client()),
        ] {
            pair.write(folder.path(), name);
        }
        let with_tls = |has_clients: bool| {
            let path = |name: &str| folder.path().join(name);
            let mut config = config();
            config.server.tls = Some(Tls {
                certificate: path("server.pem"),
                key: path("server.key"),
                client_authorities: has_clients.then(|| path("ca.pem")),
            });
            config
        };
        Self {
            plain: Guarded::start(&config()).await,
            tls: Guarded::start(&with_tls(false)).await,
            mutual: Guarded::start(&with_tls(true)).await,
            folder,
        }
    }

    /// What the tests read from their environment.
    pub(crate) fn environment(&self) -> Vec<(&'static str, String)> {
        let tls = |served: &Guarded| format!("grpc+tls://localhost:{}", served.address.port());
        let folder = self.folder.path().to_str().unwrap();
        vec![
            ("TRIBUTARY_TEST_LOGIN_URL", self.plain.url()),
            ("TRIBUTARY_TEST_TLS_URL", tls(&self.tls)),
            ("TRIBUTARY_TEST_MUTUAL_TLS_URL", tls(&self.mutual)),
            ("TRIBUTARY_TEST_CERTIFICATES", folder.to_owned()),
            ("TRIBUTARY_TEST_USER", ADA.0.to_owned()),
            ("TRIBUTARY_TEST_PASSWORD", ADA.1.to_owned()),
            ("TRIBUTARY_TEST_TOKEN", API_TOKEN.to_owned()),
        ]
    }
}
