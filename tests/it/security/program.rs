use sha2::{Digest, Sha256};
use tempfile::TempDir;
use tributary::config::{Secret, Tls};

use super::support::{ADA, API_TOKEN, Authority, Guarded, config};
use crate::cli::program::Program;

#[tokio::test(flavor = "multi_thread")]
async fn sql_logs_in_at_a_server_with_tls() {
    let (authority, folder) = (Authority::new("ours"), TempDir::new().unwrap());
    authority.server().write(folder.path(), "server");
    let mut config = config();
    config.server.tls = Some(Tls {
        certificate: folder.path().join("server.pem"),
        key: folder.path().join("server.key"),
        client_authorities: None,
    });
    let served = Guarded::start(&config).await;
    let url = format!("grpc+tls://localhost:{}", served.address.port());
    let asking = tokio::task::spawn_blocking(move || {
        let program = || {
            let program = Program::new();
            program.file("ca.pem", &authority.pem());
            program.file("other.pem", &Authority::new("other").pem());
            program
        };
        let sql = [
            "sql",
            "select count(*) as n from orders",
            "--format",
            "csv",
            "--server",
            &url,
        ];
        let with = |more: &[&'static str]| [&sql[..], more].concat();
        let ada = program()
            .with_env("TRIBUTARY_USER", ADA.0)
            .with_env("TRIBUTARY_PASSWORD", ADA.1);
        assert_eq!(ada.output(&with(&["--ca", "ca.pem"])), "n\n3\n");
        let flags = with(&["--ca", "ca.pem", "--user", ADA.0, "--password", ADA.1]);
        assert_eq!(program().output(&flags), "n\n3\n");
        assert_eq!(
            program().output(&with(&["--ca", "ca.pem", "--token", API_TOKEN])),
            "n\n3\n"
        );
        let token = program().with_env("TRIBUTARY_TOKEN", API_TOKEN);
        assert_eq!(token.output(&with(&["--ca", "ca.pem"])), "n\n3\n");

        for (program, more, expected) in [
            (program(), &["--ca", "ca.pem"][..], "log in first"),
            (
                program(),
                &["--ca", "ca.pem", "--user", ADA.0],
                "expected --password or TRIBUTARY_PASSWORD",
            ),
            (
                program(),
                &["--ca", "ca.pem", "--token", "hidden"],
                "the token is not valid",
            ),
            (
                program().with_env("TRIBUTARY_PASSWORD", "hidden"),
                &["--ca", "ca.pem", "--user", ADA.0],
                "login failed: the user or the password is wrong",
            ),
            (
                program(),
                &[],
                "cannot be reached: invalid peer certificate",
            ),
            (
                program(),
                &["--ca", "other.pem"],
                "cannot be reached: invalid peer certificate",
            ),
            (program(), &["--ca", "none.pem"], "file none.pem"),
        ] {
            let refusal = program.refusal(&with(more));
            assert!(refusal.contains(expected), "{refusal}");
            assert!(
                !refusal.contains("hidden") && !refusal.contains(ADA.1),
                "{refusal}"
            );
        }
        // Nor does the text of --help show what the environment holds.
        let help = ada.output(&["sql", "--help"]);
        assert!(
            help.contains("TRIBUTARY_PASSWORD") && !help.contains(ADA.1),
            "{help}"
        );
    });
    asking.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_hashes_that_the_program_prints_let_people_in() {
    let mut config = config();
    let program = Program::new();
    let hashed = program.run_with_input(&["password"], "a new password\n");
    assert_eq!(hashed.code, Some(0), "{hashed:?}");
    assert_eq!(hashed.stderr, "");
    assert!(hashed.stdout.starts_with("$argon2id$"), "{hashed:?}");
    config.security.users[0].password = Secret::new(hashed.stdout.trim_end().to_owned());

    let printed = program.output(&["token"]);
    let values: Vec<&str> = printed.split('"').collect();
    let [_, token, _, digest, _] = values[..] else {
        panic!("{printed}");
    };
    let expected: String = Sha256::digest(token)
        .iter()
        .map(|it| format!("{it:02x}"))
        .collect();
    assert_eq!(digest, expected);
    assert_ne!(program.output(&["token"]), printed);
    config.security.tokens[0].sha256 = Secret::new(digest.to_owned());

    let served = Guarded::start(&config).await;
    let (url, token) = (served.url(), token.to_owned());
    let asking = tokio::task::spawn_blocking(move || {
        let sql = ["sql", "select 1 as n", "--format", "csv", "--server", &url];
        let login = ["--user", ADA.0, "--password", "a new password"];
        assert_eq!(program.output(&[&sql[..], &login].concat()), "n\n1\n");
        assert_eq!(
            program.output(&[&sql[..], &["--token", &token]].concat()),
            "n\n1\n"
        );
    });
    asking.await.unwrap();
}

#[test]
fn passwords_are_one_line_of_text() {
    let program = Program::new();
    for (input, expected) in [
        ("", "got none"),
        ("\n", "got none"),
        ("a\nb\n", "got several"),
    ] {
        let ran = program.run_with_input(&["password"], input);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), ""), "{ran:?}");
        assert!(ran.stderr.contains(expected), "{ran:?}");
    }
    let first = program.run_with_input(&["password"], "secret").stdout;
    let second = program.run_with_input(&["password"], "secret").stdout;
    assert_ne!(first, second, "each hash has a salt of its own");
}

#[test]
fn serving_other_machines_needs_tls_and_logins() {
    let refusal = Program::new().refusal(&["serve", "--listen", "0.0.0.0:0"]);
    for part in [
        "expected a loopback address",
        "server.tls is absent",
        "security has no users, tokens or issuers",
        "server.insecure",
    ] {
        assert!(refusal.contains(part), "{part} in {refusal}");
    }
    assert!(!refusal.contains("serving "), "{refusal}");
}
