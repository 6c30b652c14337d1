//! From flags, environment and file to one configuration: each key from the highest that has it.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use super::{
    Config,
    decode::decode,
    finding::{Finding, Findings, Severity},
    flags::{CONFIG, Flags},
    key::{keys, toml},
    node::{self, Node, Origin},
    resolve::resolve,
    shape::Shape,
    text,
    validate::validate,
};

/// The file that is read where no other is named.
const FILE: &str = "tributary.toml";

/// A configuration, and where its keys come from.
#[derive(Debug)]
pub struct Read {
    pub config: Config,
    /// What is not wrong enough to stop.
    pub warnings: Vec<Finding>,
    layers: Node,
}

/// A key of a configuration in effect.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Source {
    pub key: String,
    /// In TOML; secrets are hidden.
    pub value: String,
    pub from: String,
}

impl Read {
    /// Reads the file, the environment and the flags.
    ///
    /// # Errors
    /// Everything that is malformed, each with its place.
    pub fn new(flags: &Flags) -> Result<Self, Findings> {
        // Names and values of others may be no text; ours that are not are unknown, and said so.
        let variables = std::env::vars_os();
        let variables = variables.map(|(name, value)| {
            let text = |it: std::ffi::OsString| it.to_string_lossy().into_owned();
            (text(name), text(value))
        });
        Self::from_layers(flags, &variables.collect(), Path::new(""))
    }

    /// # Arguments
    /// `current`: the folder that is searched for `tributary.toml`.
    fn from_layers(
        flags: &Flags,
        variables: &BTreeMap<String, String>,
        current: &Path,
    ) -> Result<Self, Findings> {
        let mut layers = file(flags, variables, current).map_err(Findings)?;
        let mut findings = Vec::new();
        for (mut layer, found) in [super::environment::layer(variables), flags.layer()] {
            findings.extend(found);
            resolve(&mut layer, Shape::config(), Path::new(""));
            layers.overlay(layer);
        }
        let decoded = decode(&layers, Shape::config());
        let (errors, warnings): (Vec<_>, Vec<_>) = findings
            .into_iter()
            .partition(|finding| finding.severity == Severity::Error);
        match decoded {
            Ok(config) if errors.is_empty() => Ok(Self {
                config,
                warnings,
                layers,
            }),
            Ok(_) => Err(Findings([errors, warnings].concat())),
            Err(faults) => Err(Findings([faults, errors, warnings].concat())),
        }
    }

    /// What is wrong with the values, although each is of its form: see [`Config::validate`].
    pub fn validate(&self) -> Vec<Finding> {
        let findings = validate(&self.config).into_iter();
        let findings = findings.map(|(path, finding)| match self.layers.origin_of(&path) {
            Some(origin) => finding.at(origin),
            None => finding,
        });
        findings.collect()
    }

    /// Where a key was written, or the table that it would stand in; empty for a built-in value.
    pub fn place(&self, keys: &[&str]) -> String {
        let keys = keys.iter().map(|key| node::Step::Key((*key).to_owned()));
        let origin = self.layers.origin_of(&node::Path(keys.collect()));
        origin.map(Origin::to_string).unwrap_or_default()
    }

    /// Every key that has a value, with where it comes from.
    pub fn sources(&self) -> Vec<Source> {
        let config = serde_json::to_value(&self.config).unwrap_or_default();
        let keys = keys().into_iter().filter(|key| !key.is_table);
        let keys = keys.filter(|key| key.variable.is_some());
        keys.filter_map(|key| {
            let path = node::Path::of(&key.path);
            let origin = self.layers.at(&path).map(|node| &node.origin);
            let pointer = format!("/{}", key.path.replace('.', "/"));
            let value = config.pointer(&pointer).filter(|it| !it.is_null())?;
            Some(Source {
                value: toml(value),
                from: origin.map_or("built-in".to_owned(), Origin::to_string),
                key: key.path,
            })
        })
        .collect()
    }
}

impl Config {
    /// What is wrong with the values, although each is of its form: roles that do not exist, files
    /// that cannot be read, limits that contradict each other.
    pub fn validate(&self) -> Vec<Finding> {
        let findings = validate(self).into_iter();
        findings.map(|(_, finding)| finding).collect()
    }
}

fn file(
    flags: &Flags,
    variables: &BTreeMap<String, String>,
    current: &Path,
) -> Result<Node, Vec<Finding>> {
    let named = flags.config.clone().or_else(|| {
        let named = variables.get(CONFIG).filter(|it| !it.is_empty());
        named.map(PathBuf::from)
    });
    let path = match &named {
        Some(path) => path.clone(),
        None => current.join(FILE),
    };
    let name = match named {
        Some(_) => path.display().to_string(),
        None => FILE.to_owned(),
    };
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if named.is_none() && error.kind() == std::io::ErrorKind::NotFound => {
            String::new()
        }
        Err(error) => {
            return Err(vec![
                Finding::error("", "a configuration file in TOML", error).at(name),
            ]);
        }
    };
    if named.is_none() && !text.is_empty() {
        tracing::info!("{FILE} of the current folder is read");
    }
    let mut root = text::file(&name, &text)?;
    let folder = path.parent().unwrap_or(Path::new(""));
    resolve(&mut root, Shape::config(), folder);
    Ok(root)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::{collection::vec, option, prelude::*};

    use super::*;

    const LONG_KEY: &str = "0123456789abcdef0123456789abcdef";

    fn read(file: &str, variables: &[(&str, &str)], set: &[&str]) -> Result<Read, Vec<String>> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(FILE), file).unwrap();
        let flags = Flags {
            set: set.iter().map(|it| (*it).to_owned()).collect(),
            ..Flags::default()
        };
        let variables = variables.iter();
        let variables = variables.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let read = Read::from_layers(&flags, &variables.collect(), folder.path());
        read.map_err(|Findings(faults)| faults.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn all_faults_of_a_file_are_told_with_their_places() {
        let faults = read(
            r#"warehose = "x"
threads = 0
memory = "4GB"

[server]
listen = "localhost:1"
drain = 10
  insecure = "yes"
log = "xml"

[server.limits]
queud = 3
running = -1

[server.tls]
certificate = "c.pem"

[session]
parameters = { "revenue.lookback" = 7 }

[[security.users]]
name = 3
pasword = "hunter2"
roles = "analyst"
attributes = { team_id = 1 }
"#,
            &[],
            &[],
        );
        assert_eq!(
            faults.unwrap_err(),
            [
                "tributary.toml, line 1, column 1: warehose: expected the key warehouse, got an \
                 unknown key",
                "tributary.toml, line 2, column 1: threads: expected a whole number from 1, got 0",
                "tributary.toml, line 3, column 1: memory: expected a size such as 512MiB or \
                 4GiB, got \"4GB\"",
                "tributary.toml, line 6, column 1: server.listen: expected an IP address and port \
                 such as 127.0.0.1:50051, got \"localhost:1\"",
                "tributary.toml, line 7, column 1: server.drain: expected a duration such as 10s, \
                 5m or 12h, got 10",
                "tributary.toml, line 8, column 3: server.insecure: expected true or false, got \
                 \"yes\"",
                "tributary.toml, line 9, column 1: server.log: expected one of text, json, got \
                 \"xml\"",
                "tributary.toml, line 12, column 1: server.limits.queud: expected the key queued, \
                 got an unknown key",
                "tributary.toml, line 13, column 1: server.limits.running: expected a whole \
                 number from 1, got -1",
                "tributary.toml, line 15, column 9: server.tls.key: expected a path, got nothing",
                "tributary.toml, line 19, column 16: session.parameters.\"revenue.lookback\": \
                 expected text, got 7",
                "tributary.toml, line 21, column 1: security.users[0].password: expected text, \
                 got nothing",
                "tributary.toml, line 22, column 1: security.users[0].name: expected text, got 3",
                "tributary.toml, line 23, column 1: security.users[0].pasword: expected the key \
                 password, got an unknown key",
                "tributary.toml, line 24, column 1: security.users[0].roles: expected a list of \
                 texts, got text",
                "tributary.toml, line 25, column 16: security.users[0].attributes.team_id: \
                 expected text or a list of texts, got a whole number",
            ]
        );
    }

    #[test]
    fn variables_and_flags_name_themselves() {
        let faults = read(
            "",
            &[
                ("TRIBUTARY_THREADS", "many"),
                ("TRIBUTARY_SECURITY_USERS", "[{ name = hunter2 }"),
                ("TRIBUTARY_SECURITY_SIGNING_KEY_FILE", "no/such/file"),
                ("TRIBUTARY_LISTEN", "127.0.0.1:1"),
                ("TRIBUTARY_SERVER_LISTEN", "127.0.0.1:2"),
            ],
            &[
                "server.drian=1s",
                "server.drain=soon",
                "nothing",
                "security.users=hunter2",
            ],
        );
        let faults = faults.unwrap_err();
        for expected in [
            "TRIBUTARY_THREADS: threads: expected a whole number from 1, got \"many\"",
            "TRIBUTARY_SECURITY_USERS: security.users: expected a list of tables as TOML or JSON, \
             got ",
            "TRIBUTARY_SECURITY_SIGNING_KEY_FILE: security.signing_key: expected a file that \
             holds the value, got no/such/file: No such file or directory",
            "TRIBUTARY_SERVER_LISTEN: server.listen: expected only TRIBUTARY_SERVER_LISTEN, got \
             TRIBUTARY_LISTEN as well",
            "--set server.drian: expected the key server.drain, got an unknown key",
            "--set server.drain: server.drain: expected a duration such as 10s, 5m or 12h, got \
             \"soon\"",
            "--set: expected KEY=VALUE, got text without =",
            "--set security.users: expected a list of tables as TOML or JSON, got ",
        ] {
            let is_told = faults.iter().any(|fault| fault.starts_with(expected));
            assert!(is_told, "{expected}\n{faults:#?}");
        }
        assert_eq!(faults.len(), 8, "{faults:#?}");
        assert!(
            faults.iter().all(|fault| !fault.contains("hunter2")),
            "{faults:#?}"
        );
    }

    #[test]
    fn unknown_variables_are_warnings_unless_kubernetes_sets_them() {
        let variables = [
            ("TRIBUTARY_SERVER_LIMIT_RUNNING", "8"),
            ("TRIBUTARY_SERVICE_HOST", "10.0.0.1"),
            ("TRIBUTARY_PORT_50051_TCP_ADDR", "10.0.0.1"),
            ("TRIBUTARY_MEMORY", ""),
        ];
        let warnings = read("", &variables, &[]).unwrap().warnings;
        let warnings: Vec<_> = warnings.iter().map(ToString::to_string).collect();
        assert_eq!(
            warnings,
            [
                "TRIBUTARY_SERVER_LIMIT_RUNNING: expected TRIBUTARY_SERVER_LIMITS_RUNNING, or another \
              variable of a key, got an unknown variable"
            ]
        );
    }

    #[test]
    fn lists_and_secrets_come_from_variables() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("key");
        std::fs::write(&file, format!("{LONG_KEY}\n")).unwrap();
        let json = r#"[{"name": "ada", "password": "x", "roles": ["a"], "attributes": null}]"#;
        let toml =
            r#"[{ name = "job", sha256 = "x", roles = [], expires_at = 2027-01-01T00:00:00Z }]"#;
        let read = read(
            "[session.parameters]\nrevenue.lookback = \"7 days\"\n",
            &[
                ("TRIBUTARY_SECURITY_USERS", json),
                ("TRIBUTARY_SECURITY_TOKENS", toml),
                (
                    "TRIBUTARY_SECURITY_SIGNING_KEY_FILE",
                    file.to_str().unwrap(),
                ),
                (
                    "TRIBUTARY_SESSION_PARAMETERS",
                    r#"{"clienteling.lookback": "3 days"}"#,
                ),
            ],
            &[
                "security.roles.a.read=[\"*\"]",
                "session.parameters.revenue.weight=2",
                "server.tls={ certificate = \"c\", key = \"k\" }",
            ],
        );
        let read = read.unwrap();
        let Config {
            security,
            session,
            server,
            ..
        } = &read.config;
        assert_eq!(security.users[0].name, "ada");
        assert_eq!(
            security.tokens[0].expires_at.unwrap().to_string(),
            "2027-01-01T00:00:00Z"
        );
        assert_eq!(security.signing_key.as_ref().unwrap().expose(), LONG_KEY);
        assert_eq!(security.roles["a"].read, ["*"]);
        assert_eq!(server.tls.as_ref().unwrap().key, Path::new("k"));
        let parameters: Vec<_> = session.parameters.iter().collect();
        let expected = [
            ("clienteling.lookback", "3 days"),
            ("revenue.lookback", "7 days"),
            ("revenue.weight", "2"),
        ];
        assert_eq!(parameters.len(), expected.len());
        for ((name, value), expected) in parameters.into_iter().zip(expected) {
            assert_eq!((name.as_str(), value.as_str()), expected);
        }
        let sources = format!("{:?}", read.sources());
        assert!(
            sources.contains("TRIBUTARY_SECURITY_SIGNING_KEY_FILE"),
            "{sources}"
        );
        assert!(!sources.contains(LONG_KEY), "{sources}");
    }

    #[test]
    fn paths_of_a_file_are_relative_to_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("own.toml");
        std::fs::write(&file, "warehouse = \"data\"\nqueries = \"/abs\"\n").unwrap();
        let flags = Flags {
            config: Some(file),
            ..Flags::default()
        };
        let variables = [
            ("TRIBUTARY_SERVER_TLS_KEY", "k"),
            ("TRIBUTARY_SERVER_TLS_CERTIFICATE", "c"),
        ];
        let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let read = Read::from_layers(&flags, &variables.into(), Path::new("")).unwrap();
        let warehouse = folder.path().join("data");
        assert_eq!(read.config.warehouse(), warehouse.to_str().unwrap());
        assert_eq!(read.config.queries.unwrap(), Path::new("/abs"));
        assert_eq!(read.config.server.tls.unwrap().key, Path::new("k"));
        let url = read_warehouse("warehouse = \"s3://bucket/data\"\n");
        assert_eq!(url, "s3://bucket/data");
    }

    fn read_warehouse(file: &str) -> String {
        read(file, &[], &[]).unwrap().config.warehouse().to_owned()
    }

    #[test]
    fn a_file_that_is_named_must_be_there() {
        let flags = Flags {
            config: Some("no/such.toml".into()),
            ..Flags::default()
        };
        let fault = Read::from_layers(&flags, &BTreeMap::new(), Path::new("")).unwrap_err();
        let expected = "no/such.toml: expected a configuration file in TOML, got No such file";
        assert!(fault.to_string().starts_with(expected), "{fault}");
    }

    /// What a layer says of each of four keys.
    type Layer = Vec<Option<u32>>;

    const KEYS: [&str; 4] = [
        "warehouse",
        "server.limits.queued",
        "server.drain",
        "session.timezone",
    ];

    fn written(key: usize, number: u32) -> String {
        match key {
            1 => number.to_string(),
            2 => format!("{number}s"),
            _ => format!("s3://{number}"),
        }
    }

    proptest! {
        #[test]
        fn every_key_has_the_value_of_its_highest_layer(
            layers in vec(vec(option::of(1..1000_u32), KEYS.len()), 3)
        ) {
            let of = |layer: &Layer| {
                let keys = KEYS.iter().zip(layer).enumerate();
                let keys = keys.filter_map(|(at, (key, given))| Some((*key, written(at, (*given)?))));
                keys.collect::<Vec<_>>()
            };
            let file: String = of(&layers[0]).into_iter().map(|(key, value)| {
                let quote = if key == KEYS[1] { "" } else { "\"" };
                format!("{key} = {quote}{value}{quote}\n")
            }).collect();
            let variables = of(&layers[1]).into_iter().map(|(key, value)| {
                (format!("TRIBUTARY_{}", key.replace('.', "_").to_uppercase()), value)
            }).collect::<Vec<_>>();
            let variables: Vec<_> =
                variables.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            let set: Vec<_> =
                of(&layers[2]).into_iter().map(|(key, value)| format!("{key}={value}")).collect();
            let set: Vec<_> = set.iter().map(String::as_str).collect();

            let config = read(&file, &variables, &set).unwrap().config;
            let highest = |key: usize| layers.iter().rev().find_map(|layer| layer[key]);
            let text = |key| highest(key).map(|number| written(key, number));
            prop_assert_eq!(config.warehouse.clone(), text(0));
            prop_assert_eq!(config.server.limits.queued, highest(1).map_or(100, |it| it as usize));
            let drain = Duration::from_secs(highest(2).unwrap_or(10).into());
            prop_assert_eq!(config.server.drain, drain);
            prop_assert_eq!(config.session.timezone, text(3));
        }
    }
}
