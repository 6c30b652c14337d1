//! A server that wants a login, certificates, and clients that bring one.

use std::{net::SocketAddr, path::Path, time::Duration};

use argon2::{Algorithm, Argon2, Params, PasswordHasher, Version, password_hash::phc};
use arrow_flight::{BasicAuth, HandshakeRequest, flight_service_client::FlightServiceClient};
use base64::{Engine, engine::general_purpose::STANDARD};
use futures::stream;
use prost::Message;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair,
};
use tempfile::TempDir;
use tokio::{net::TcpListener, sync::oneshot};
use tonic::{
    Request, Status,
    metadata::{Ascii, MetadataValue},
    service::{Interceptor, interceptor::InterceptedService},
    transport::{Channel, Endpoint},
};
use tributary::{
    clock::{Clock, ManualClock},
    config::{ApiToken, Attributes, Config, Role, Secret, Security, User, Values},
    flight_sql::Server,
};

use crate::flight_sql::small_warehouse::engine_with;

pub(crate) const ADA: (&str, &str) = ("ada", "correct horse");
pub(crate) const API_TOKEN: &str = "tributary_nightly-export";
/// Of [`API_TOKEN`], by `printf %s … | sha256sum`.
const API_TOKEN_SHA256: &str = "c25d8a795c79ed9b38abe8ae78a2286485365482484802d5b5040d33a8ab1f96";
pub(crate) const SIGNING_KEY: &str = "a key that all replicas of the tests share";

/// A hash that is cheap to check, unlike those that people should use.
pub(crate) fn cheap_hash(password: &str) -> Secret {
    let params = Params::new(Params::MIN_M_COST, 1, 1, None).unwrap();
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let hash: phc::PasswordHash = argon2.hash_password(password.as_bytes()).unwrap();
    Secret::new(hash.to_string())
}

pub(crate) fn user(name: &str, password: &str) -> User {
    User {
        name: name.to_owned(),
        password: cheap_hash(password),
        roles: vec!["manager".to_owned()],
        attributes: Attributes::from([("team_id".to_owned(), Values::One("t-1".to_owned()))]),
    }
}

fn reader() -> Role {
    Role {
        read: vec!["*".to_owned()],
        ..Role::default()
    }
}

fn manager() -> Role {
    Role {
        write: ["scratch.*", "stores", "quotas"].map(str::to_owned).into(),
        ..reader()
    }
}

/// Ada and Bob, and a program with a token until the end of 2026.
pub(crate) fn security() -> Security {
    Security {
        signing_key: Some(Secret::new(SIGNING_KEY.to_owned())),
        users: vec![user(ADA.0, ADA.1), user("bob", "battery staple")],
        tokens: vec![ApiToken {
            name: "nightly".to_owned(),
            sha256: Secret::new(API_TOKEN_SHA256.to_owned()),
            roles: vec!["reader".to_owned()],
            attributes: Attributes::new(),
            expires_at: Some("2027-01-01T00:00:00Z".parse().unwrap()),
        }],
        roles: [("manager", manager()), ("reader", reader())]
            .map(|(name, role)| (name.to_owned(), role))
            .into(),
        ..Security::default()
    }
}

pub(crate) fn config() -> Config {
    Config {
        security: security(),
        ..Config::default()
    }
}

/// A server on a free port of this machine, whose clock the test moves; it ends with the test.
pub(crate) struct Guarded {
    pub(crate) address: SocketAddr,
    pub(crate) clock: ManualClock,
    _stop: oneshot::Sender<()>,
    _root: TempDir,
}

pub(crate) fn noon() -> ManualClock {
    ManualClock::starting_at("2026-09-01T12:00:00Z".parse().unwrap())
}

impl Guarded {
    pub(crate) async fn start(config: &Config) -> Self {
        Self::start_at(noon(), config).await
    }

    pub(crate) async fn start_at(clock: ManualClock, config: &Config) -> Self {
        let root = TempDir::new().unwrap();
        let engine = engine_with(root.path(), config.clone()).await;
        let server = Server::try_new_at(Clock::Manual(clock), engine, config).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        tokio::spawn(async move {
            let stopped = async {
                let _ = stopped.await;
            };
            server.serve(listener, stopped).await.unwrap();
        });
        Self {
            address,
            clock,
            _stop: stop,
            _root: root,
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("grpc://{}", self.address)
    }

    pub(crate) async fn channel(&self) -> Channel {
        let endpoint = Endpoint::from_shared(format!("http://{}", self.address)).unwrap();
        endpoint.connect().await.unwrap()
    }

    pub(crate) async fn visitor(&self) -> Visitor {
        Visitor(self.channel().await)
    }
}

/// A client that may send whatever headers it likes.
#[derive(Clone)]
pub(crate) struct Visitor(pub(crate) Channel);

pub(crate) fn basic(user: &str, password: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{user}:{password}")))
}

pub(crate) fn bearer(token: &str) -> String {
    format!("Bearer {token}")
}

/// Sends these values of the header.
pub(crate) struct Authorization<'a>(&'a [&'a str]);

impl Interceptor for Authorization<'_> {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        for header in self.0 {
            let value = MetadataValue::<Ascii>::try_from(*header).unwrap();
            request.metadata_mut().append("authorization", value);
        }
        Ok(request)
    }
}

impl Visitor {
    pub(crate) fn client<'a>(
        &self,
        headers: &'a [&'a str],
    ) -> FlightServiceClient<InterceptedService<Channel, Authorization<'a>>> {
        FlightServiceClient::with_interceptor(self.0.clone(), Authorization(headers))
    }

    /// Asks something that everybody who is inside gets.
    pub(crate) async fn ask(&self, headers: &[&str]) -> Result<(), Status> {
        let mut client = self.client(headers);
        let answer = client.list_actions(arrow_flight::Empty {}).await;
        answer.map(drop)
    }

    /// Shakes hands and gives the token, which must be the same in both places.
    pub(crate) async fn log_in(&self, headers: &[&str]) -> Result<String, Status> {
        self.shake_hands(headers, HandshakeRequest::default()).await
    }

    /// As clients of the oldest kind do.
    pub(crate) async fn log_in_by_payload(
        &self,
        user: &str,
        password: &str,
    ) -> Result<String, Status> {
        let login = BasicAuth {
            username: user.to_owned(),
            password: password.to_owned(),
        };
        let request = HandshakeRequest {
            protocol_version: 0,
            payload: login.encode_to_vec().into(),
        };
        self.shake_hands(&[], request).await
    }

    async fn shake_hands(
        &self,
        headers: &[&str],
        request: HandshakeRequest,
    ) -> Result<String, Status> {
        let requests = stream::iter([request]);
        let response = self.client(headers).handshake(requests).await?;
        let header = response.metadata().get("authorization").unwrap();
        let header = header.to_str().unwrap().to_owned();
        let payload = response.into_inner().message().await?.unwrap().payload;
        let token = String::from_utf8(payload.to_vec()).unwrap();
        assert_eq!(header, bearer(&token));
        Ok(token)
    }
}

/// An authority that signs certificates for this machine.
pub(crate) struct Authority(CertifiedIssuer<'static, KeyPair>);

/// A certificate and its key, in PEM form.
pub(crate) struct Pair {
    pub(crate) certificate: String,
    pub(crate) key: String,
}

impl Authority {
    pub(crate) fn new(name: &str) -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        Self(CertifiedIssuer::self_signed(params, key).unwrap())
    }

    pub(crate) fn pem(&self) -> String {
        self.0.pem()
    }

    pub(crate) fn server(&self) -> Pair {
        let names = ["localhost".to_owned(), "127.0.0.1".to_owned()];
        self.sign(&names, ExtendedKeyUsagePurpose::ServerAuth)
    }

    pub(crate) fn client(&self) -> Pair {
        self.sign(&["client".to_owned()], ExtendedKeyUsagePurpose::ClientAuth)
    }

    fn sign(&self, names: &[String], usage: ExtendedKeyUsagePurpose) -> Pair {
        let mut params = CertificateParams::new(names).unwrap();
        params.extended_key_usages = vec![usage];
        let key = KeyPair::generate().unwrap();
        Pair {
            certificate: params.signed_by(&key, &self.0).unwrap().pem(),
            key: key.serialize_pem(),
        }
    }
}

impl Pair {
    /// Writes `NAME.pem` and `NAME.key` into a folder.
    pub(crate) fn write(&self, folder: &Path, name: &str) {
        std::fs::write(folder.join(name).with_extension("pem"), &self.certificate).unwrap();
        std::fs::write(folder.join(name).with_extension("key"), &self.key).unwrap();
    }
}

pub(crate) fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}
