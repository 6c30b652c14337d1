use std::{path::Path, sync::Arc, time::Duration};

use rustls::{
    ClientConfig, ProtocolVersion, RootCertStore,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use tokio_rustls::{TlsConnector, client::TlsStream};
use tonic::transport::{Certificate, Channel, ClientTlsConfig, Endpoint, Identity};
use tributary::{
    config::{Config, Tls},
    flight_sql::Server,
};

use super::support::{ADA, Authority, Guarded, Pair, Visitor, basic, config, seconds};

fn tls(folder: &Path, authorities: Option<&Authority>) -> Config {
    let mut config = config();
    config.server.tls = Some(Tls {
        certificate: folder.join("server.pem"),
        key: folder.join("server.key"),
        client_authorities: authorities.map(|authority| {
            let path = folder.join("clients.pem");
            std::fs::write(&path, authority.pem()).unwrap();
            path
        }),
    });
    config
}

async fn channel(
    served: &Guarded,
    trusted: &Authority,
    shown: Option<&Pair>,
) -> Result<Channel, tonic::transport::Error> {
    let mut tls = ClientTlsConfig::new()
        .domain_name("localhost")
        .ca_certificate(Certificate::from_pem(trusted.pem()));
    if let Some(pair) = shown {
        tls = tls.identity(Identity::from_pem(&pair.certificate, &pair.key));
    }
    let endpoint = Endpoint::from_shared(format!("https://{}", served.address)).unwrap();
    endpoint.tls_config(tls)?.connect().await
}

/// Whether a client gets an answer, which with TLS 1.3 is when it learns of a refusal.
async fn is_served(served: &Guarded, trusted: &Authority, shown: Option<&Pair>) -> bool {
    match channel(served, trusted, shown).await {
        Ok(channel) => Visitor(channel)
            .log_in(&[&basic(ADA.0, ADA.1)])
            .await
            .is_ok(),
        Err(_) => false,
    }
}

/// A bare TLS connection that offers protocols.
async fn connect(
    served: &Guarded,
    trusted: &Authority,
    protocols: &[&str],
) -> std::io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_slice(trusted.pem().as_bytes()).unwrap())
        .unwrap();
    let mut config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = protocols.iter().map(|it| it.as_bytes().to_vec()).collect();
    let tcp = TcpStream::connect(served.address).await.unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    TlsConnector::from(Arc::new(config))
        .connect(name, tcp)
        .await
}

#[tokio::test]
async fn item_20_only_who_trusts_the_authority_connects() {
    let (authority, other) = (Authority::new("ours"), Authority::new("other"));
    let folder = TempDir::new().unwrap();
    authority.server().write(folder.path(), "server");
    let served = Guarded::start(&tls(folder.path(), None)).await;
    assert!(is_served(&served, &authority, None).await);
    assert!(!is_served(&served, &other, None).await);

    let connection = connect(&served, &authority, &["h2"]).await.unwrap();
    let (_, session) = connection.get_ref();
    assert_eq!(session.alpn_protocol(), Some(&b"h2"[..]));
    assert_eq!(session.protocol_version(), Some(ProtocolVersion::TLSv1_3));
    connect(&served, &authority, &["http/1.1"])
        .await
        .unwrap_err();
}

#[tokio::test]
async fn item_20_clients_in_plain_text_and_slow_ones_hold_up_nobody() {
    let authority = Authority::new("ours");
    let folder = TempDir::new().unwrap();
    authority.server().write(folder.path(), "server");
    let served = Guarded::start(&tls(folder.path(), None)).await;

    let mut silent = Vec::new();
    for _ in 0..100 {
        silent.push(TcpStream::connect(served.address).await.unwrap());
    }
    let plain = Endpoint::from_shared(format!("http://{}", served.address)).unwrap();
    if let Ok(channel) = plain.connect().await {
        Visitor(channel).ask(&[]).await.unwrap_err();
    }
    let mut garbage = TcpStream::connect(served.address).await.unwrap();
    garbage.write_all(b"GET / HTTP/1.1\r\n\r\n").await.unwrap();
    let mut answer = Vec::new();
    // An alert, or nothing at all.
    let _ = garbage.read_to_end(&mut answer).await;
    assert!(!answer.starts_with(b"HTTP"));

    let asked = tokio::time::timeout(Duration::from_secs(5), is_served(&served, &authority, None));
    assert!(asked.await.unwrap(), "the others hold it up");
    drop(silent);
}

#[tokio::test]
async fn a_client_that_says_nothing_is_not_waited_for_long() {
    let authority = Authority::new("ours");
    let folder = TempDir::new().unwrap();
    authority.server().write(folder.path(), "server");
    let served = Guarded::start(&tls(folder.path(), None)).await;
    let mut silent = TcpStream::connect(served.address).await.unwrap();
    let closed = async {
        let mut byte = [0];
        silent.read(&mut byte).await
    };
    let closed = tokio::time::timeout(Duration::from_secs(20), closed).await;
    assert_eq!(closed.expect("closed within 20 s").unwrap_or(0), 0);
}

#[tokio::test]
async fn item_20_certificates_are_replaced_while_the_server_runs() {
    let (old, new) = (Authority::new("old"), Authority::new("new"));
    let folder = TempDir::new().unwrap();
    old.server().write(folder.path(), "server");
    let served = Guarded::start(&tls(folder.path(), None)).await;
    let open = Visitor(channel(&served, &old, None).await.unwrap());
    let token = open.log_in(&[&basic(ADA.0, ADA.1)]).await.unwrap();

    // The certificate comes before its key, and then nonsense: the old pair stays.
    let pair = new.server();
    std::fs::write(folder.path().join("server.pem"), &pair.certificate).unwrap();
    served.clock.advance(seconds(1));
    assert!(is_served(&served, &old, None).await);
    std::fs::write(folder.path().join("server.pem"), "nonsense").unwrap();
    served.clock.advance(seconds(1));
    assert!(is_served(&served, &old, None).await);
    std::fs::remove_file(folder.path().join("server.pem")).unwrap();
    served.clock.advance(seconds(1));
    assert!(is_served(&served, &old, None).await);

    pair.write(folder.path(), "server");
    served.clock.advance(seconds(1));
    assert!(is_served(&served, &new, None).await);
    assert!(!is_served(&served, &old, None).await);
    // Who was connected stays so.
    open.ask(&[&super::support::bearer(&token)]).await.unwrap();
}

#[tokio::test]
async fn item_20_clients_may_have_to_show_a_certificate() {
    let (servers, clients) = (Authority::new("servers"), Authority::new("clients"));
    let folder = TempDir::new().unwrap();
    servers.server().write(folder.path(), "server");
    let served = Guarded::start(&tls(folder.path(), Some(&clients))).await;
    assert!(is_served(&served, &servers, Some(&clients.client())).await);
    assert!(!is_served(&served, &servers, None).await);
    // Of another authority, be it one of the same name or that of the servers.
    for authority in [&Authority::new("clients"), &servers] {
        assert!(!is_served(&served, &servers, Some(&authority.client())).await);
    }
    // A certificate that is not for clients.
    assert!(!is_served(&served, &servers, Some(&clients.server())).await);
    // The right certificate is no login.
    let channel = channel(&served, &servers, Some(&clients.client())).await;
    let status = Visitor(channel.unwrap()).ask(&[]).await.unwrap_err();
    assert_eq!(status.code(), tonic::Code::Unauthenticated);
}

#[tokio::test]
async fn files_that_are_no_certificates_are_named() {
    let root = TempDir::new().unwrap();
    let engine = crate::flight_sql::small_warehouse::engine(root.path()).await;
    let (authority, folder) = (Authority::new("ours"), TempDir::new().unwrap());
    let path = |name: &str| folder.path().join(name);
    let error = |change: &dyn Fn()| {
        authority.server().write(folder.path(), "server");
        let config = tls(folder.path(), Some(&authority));
        change();
        let server = Server::try_new(Arc::clone(&engine), &config);
        server.unwrap_err().to_string()
    };
    let write = |name: &str, text: &str| std::fs::write(path(name), text).unwrap();
    for (error, expected) in [
        (
            error(&|| std::fs::remove_file(path("server.pem")).unwrap()),
            "server.tls.certificate: expected a PEM file, but",
        ),
        (
            error(&|| write("server.pem", "nonsense")),
            "server.tls.certificate: expected a certificate in PEM form",
        ),
        (
            error(&|| write("server.key", "nonsense")),
            "server.tls.key: expected a private key in PEM form",
        ),
        (
            error(&|| write("server.key", &authority.server().key)),
            "cannot be used together",
        ),
        (
            error(&|| write("clients.pem", "nonsense")),
            "server.tls.client_authorities: expected a certificate in PEM form",
        ),
    ] {
        assert!(error.contains(expected), "{error}");
        assert!(error.contains(folder.path().to_str().unwrap()), "{error}");
        assert!(!error.contains("PRIVATE"), "{error}");
    }
}
