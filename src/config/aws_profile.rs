//! Credentials of AWS from the files that its command line keeps, which no store client reads.
//!
//! What the environment says counts more. A profile that gets its credentials from elsewhere, such
//! as a single sign-on or a role, is refused with the command that turns it into variables.

use std::{
    collections::{BTreeMap, HashMap},
    path::Path,
};

use super::finding::Finding;

const PROFILE: &str = "AWS_PROFILE";
const DEFAULT: &str = "default";
const KEY_ID: &str = "aws_access_key_id";
/// Where credentials may come from that are none of ours.
const ELSEWHERE: [&str; 5] = [
    "sso_session",
    "sso_start_url",
    "role_arn",
    "credential_process",
    "web_identity_token_file",
];

type Section = BTreeMap<String, String>;

/// Adds what the profile in effect says.
///
/// # Arguments
/// `options`: the variables of the environment in lower case.
/// `home`: the folder that has the folder `.aws`.
///
/// # Errors
/// A profile that is named and not there, or has no credentials of its own; a file that is named
/// and cannot be read.
pub(super) fn complete(
    options: &mut HashMap<String, String>,
    home: Option<&Path>,
) -> Result<(), Finding> {
    let named = options.get("aws_profile").filter(|name| !name.is_empty());
    let named = named.cloned();
    let name = named.as_deref().unwrap_or(DEFAULT);
    let config = read(options.get("aws_config_file"), home, "config")?;
    let shared = options.get("aws_shared_credentials_file");
    let credentials = read(shared, home, "credentials")?;
    let mut profile = match name {
        DEFAULT => section(&config, DEFAULT),
        name => section(&config, &format!("profile {name}")),
    };
    profile.extend(section(&credentials, name));
    if profile.is_empty() {
        return match named {
            Some(name) => {
                let expected = "a profile of ~/.aws/config or ~/.aws/credentials";
                Err(Finding::error(PROFILE, expected, name))
            }
            None => Ok(()),
        };
    }
    // The parts of one login belong together.
    if !options.contains_key(KEY_ID) {
        let elsewhere = ELSEWHERE.iter().find(|key| profile.contains_key(**key));
        if let (Some(name), Some(key), false) = (&named, elsewhere, profile.contains_key(KEY_ID)) {
            let expected = format!(
                "a profile with {KEY_ID} (`aws configure export-credentials --profile {name} \
                 --format env` prints variables for others)"
            );
            return Err(Finding::error(
                PROFILE,
                expected,
                format!("{name} with {key}"),
            ));
        }
        for key in [KEY_ID, "aws_secret_access_key", "aws_session_token"] {
            if let Some(value) = profile.remove(key) {
                options.insert(key.to_owned(), value);
            }
        }
    }
    let has_region = ["aws_region", "aws_default_region"]
        .iter()
        .any(|key| options.contains_key(*key));
    for (key, option, is_known) in [
        ("region", "aws_region", has_region),
        (
            "endpoint_url",
            "aws_endpoint_url",
            options.contains_key("aws_endpoint_url"),
        ),
    ] {
        if let (Some(value), false) = (profile.remove(key), is_known) {
            options.insert(option.to_owned(), value);
        }
    }
    Ok(())
}

/// A file of that name; an absent one is empty unless the environment names it.
fn read(named: Option<&String>, home: Option<&Path>, name: &str) -> Result<String, Finding> {
    let path = match (named, home) {
        (Some(path), _) => Path::new(path).to_owned(),
        (None, Some(home)) => home.join(".aws").join(name),
        (None, None) => return Ok(String::new()),
    };
    match std::fs::read_to_string(&path) {
        Ok(text) => Ok(text),
        Err(_) if named.is_none() => Ok(String::new()),
        Err(error) => {
            let got = format!("{}: {error}", path.display());
            Err(Finding::error("AWS", format!("a file of {name}"), got))
        }
    }
}

/// The keys of a section of an INI file, without those nested under another.
fn section(text: &str, wanted: &str) -> Section {
    let mut found = Section::new();
    let mut is_wanted = false;
    for line in text.lines() {
        let is_nested = line.starts_with([' ', '\t']);
        let line = line.trim();
        if line.starts_with(['#', ';']) {
            continue;
        }
        if let Some(header) = line.strip_prefix('[') {
            let header = header.split(']').next().unwrap_or_default();
            let words: Vec<_> = header.split_whitespace().collect();
            is_wanted = words.join(" ") == wanted;
        } else if let (true, false, Some((key, value))) =
            (is_wanted, is_nested, line.split_once('='))
        {
            found.insert(key.trim().to_lowercase(), value.trim().to_owned());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use std::{collections::HashMap, path::Path};

    use super::complete;

    const CONFIG: &str = "\
[default]
region = eu-west-1
# a comment
[profile shop]
region=eu-central-1
s3 =
  region = nested
endpoint_url = http://localhost:9000
[profile people]
sso_session = ours
";
    const CREDENTIALS: &str = "\
[default]
aws_access_key_id = one
aws_secret_access_key = secret=1
[shop]
aws_access_key_id = two
aws_secret_access_key = other
aws_session_token = token
";

    fn completed(home: &Path, variables: &[(&str, &str)]) -> Result<Vec<String>, String> {
        std::fs::create_dir_all(home.join(".aws")).unwrap();
        std::fs::write(home.join(".aws/config"), CONFIG).unwrap();
        std::fs::write(home.join(".aws/credentials"), CREDENTIALS).unwrap();
        let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let mut options: HashMap<_, _> = variables.iter().map(own).collect();
        complete(&mut options, Some(home)).map_err(|finding| finding.to_string())?;
        let options = options.iter().filter(|(name, _)| *name != "aws_profile");
        let mut options: Vec<_> = options
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        options.sort();
        Ok(options)
    }

    #[test]
    fn a_profile_adds_what_the_environment_does_not_say() {
        let home = tempfile::tempdir().unwrap();
        let completed = |variables: &[(&str, &str)]| completed(home.path(), variables);
        assert_eq!(
            completed(&[]).unwrap(),
            [
                "aws_access_key_id=one",
                "aws_region=eu-west-1",
                "aws_secret_access_key=secret=1"
            ]
        );
        assert_eq!(
            completed(&[("aws_profile", "shop"), ("aws_default_region", "x")]).unwrap(),
            [
                "aws_access_key_id=two",
                "aws_default_region=x",
                "aws_endpoint_url=http://localhost:9000",
                "aws_secret_access_key=other",
                "aws_session_token=token"
            ]
        );
        // A session token of another login would not fit.
        assert_eq!(
            completed(&[("aws_profile", "shop"), ("aws_access_key_id", "env")]).unwrap(),
            [
                "aws_access_key_id=env",
                "aws_endpoint_url=http://localhost:9000",
                "aws_region=eu-central-1"
            ]
        );
    }

    #[test]
    fn a_profile_that_cannot_be_used_is_named() {
        let home = tempfile::tempdir().unwrap();
        let refusal = |name| completed(home.path(), &[("aws_profile", name)]).unwrap_err();
        assert!(refusal("nobody").contains("got nobody"));
        let elsewhere = refusal("people");
        assert!(elsewhere.contains("people with sso_session"), "{elsewhere}");
        let missing = completed(home.path(), &[("aws_config_file", "/nowhere/config")]);
        assert!(missing.unwrap_err().contains("/nowhere/config"));
    }
}
