//! `[security]`: who may connect, and what each role may read and change.

use std::{collections::BTreeMap, time::Duration};

use jiff::{Timestamp, fmt::serde::unsigned_duration::friendly::compact::required as friendly};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::secret::Secret;

#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Security {
    /// Key that signs the tokens of logins, at least 32 bytes of text that all replicas share;
    /// absent: a random one, so that tokens end with the process.
    #[schemars(example = &"at-least-32-bytes-of-random-text-here")]
    pub signing_key: Option<Secret>,
    /// How long a login is good for.
    #[serde(with = "friendly")]
    #[schemars(with = "String", extend("format" = "duration"))]
    pub token_lifetime: Duration,
    /// Who logs in with a name and a password.
    pub users: Vec<User>,
    /// Who sends a token that does not expire by itself, such as a program.
    pub tokens: Vec<ApiToken>,
    /// Whose signed tokens (JWT) are accepted.
    pub issuers: Vec<Issuer>,
    /// What the roles may do, by name.
    pub roles: BTreeMap<String, Role>,
}

impl Default for Security {
    fn default() -> Self {
        Self {
            signing_key: None,
            token_lifetime: Duration::from_secs(12 * 60 * 60),
            users: Vec::new(),
            tokens: Vec::new(),
            issuers: Vec::new(),
            roles: BTreeMap::new(),
        }
    }
}

impl Security {
    /// Whether anybody is configured who could log in; if not, nobody has to.
    pub fn has_login(&self) -> bool {
        !(self.users.is_empty() && self.tokens.is_empty() && self.issuers.is_empty())
    }
}

/// What policies ask of a user: `team_id = "t-1"` or `team_id = ["t-1", "t-2"]`.
pub type Attributes = BTreeMap<String, Values>;

#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum Values {
    One(String),
    Many(Vec<String>),
}

/// `[[security.users]]`
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct User {
    /// Name of the login, and of the user in what is logged.
    #[schemars(example = &"ada")]
    pub name: String,
    /// Argon2 hash of the password, such as `$argon2id$v=19$…`.
    #[schemars(example = &"$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$ZKNFOM4bHYgRVMjIKjGfHeJrGSkTbVx6uUyJKmWAhvw")]
    pub password: Secret,
    /// Names of tables of `security.roles`.
    #[schemars(extend("examples" = [["analyst"]]))]
    pub roles: Vec<String>,
    /// What row policies ask of the user, such as `team_id = "t-1"`.
    #[serde(default)]
    #[schemars(extend("examples" = [{ "team_id": "t-1" }]))]
    pub attributes: Attributes,
}

/// `[[security.tokens]]`
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ApiToken {
    /// The user that the token stands for.
    #[schemars(example = &"dashboard")]
    pub name: String,
    /// SHA-256 of the token in hexadecimal digits.
    #[schemars(example = &"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")]
    pub sha256: Secret,
    /// Names of tables of `security.roles`.
    #[schemars(extend("examples" = [["analyst"]]))]
    pub roles: Vec<String>,
    /// What row policies ask of the user, such as `team_id = "t-1"`.
    #[serde(default)]
    #[schemars(extend("examples" = [{ "team_id": "t-1" }]))]
    pub attributes: Attributes,
    /// The token is refused from this instant on.
    #[serde(default)]
    #[schemars(with = "Option<String>", extend("format" = "instant"))]
    #[schemars(example = &"2099-01-01T00:00:00Z")]
    pub expires_at: Option<Timestamp>,
}

/// `[[security.issuers]]`
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Issuer {
    /// The claim `iss` of its tokens.
    #[schemars(example = &"https://login.example.com/")]
    pub issuer: String,
    /// The claim `aud` of its tokens.
    #[schemars(example = &"tributary")]
    pub audience: String,
    /// Its public keys: the file or the https URL of a JSON Web Key Set.
    #[serde(default)]
    #[schemars(extend("format" = "location"))]
    #[schemars(example = &"https://login.example.com/.well-known/jwks.json")]
    pub keys: Option<String>,
    /// The key it shares with us, for HS256, HS384 and HS512.
    #[serde(default)]
    #[schemars(example = &"at-least-32-bytes-that-both-sides-know")]
    pub secret: Option<Secret>,
    /// The claim that names the user.
    #[serde(default = "subject")]
    pub user_claim: String,
    /// The claim that lists the roles.
    #[serde(default = "roles")]
    pub roles_claim: String,
    /// Attributes of the user, by name, and the claims that hold them.
    #[serde(default)]
    #[schemars(extend("examples" = [{ "team_id": "team" }]))]
    pub attribute_claims: BTreeMap<String, String>,
}

fn subject() -> String {
    "sub".to_owned()
}

fn roles() -> String {
    "roles".to_owned()
}

/// `[security.roles.NAME]`
#[derive(Debug, Clone, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Role {
    /// Tables and views that the role may read: `revenue.*`, `public.orders` or `*`.
    #[schemars(extend("examples" = [["revenue.*", "public.orders"]]))]
    pub read: Vec<String>,
    /// Tables and views that the role may import into, create, refresh or drop.
    #[schemars(extend("examples" = [["public.*"]]))]
    pub write: Vec<String>,
    /// Reads and changes everything, and sees and cancels the queries of others.
    pub administrator: bool,
    /// Which rows of what the role may read exist for it.
    pub rows: Vec<RowPolicy>,
    /// What the role sees instead of a column's values.
    pub masks: Vec<ColumnMask>,
}

/// `[[security.roles.NAME.rows]]`
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RowPolicy {
    /// Tables and views that the policy governs; those without its columns cannot be read.
    #[serde(default = "everything")]
    pub on: Vec<String>,
    /// Tables and views that the policy leaves alone.
    #[serde(default)]
    #[schemars(extend("examples" = [["public.agents"]]))]
    pub except: Vec<String>,
    /// Condition in SQL that a row must meet, such as `team_id = current_attribute('team_id')`.
    #[schemars(example = &"team_id = current_attribute('team_id')")]
    pub filter: String,
}

/// `[[security.roles.NAME.masks]]`
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ColumnMask {
    /// Tables and views that the mask governs, where they have the column.
    #[serde(default = "everything")]
    pub on: Vec<String>,
    /// Name of the column.
    #[schemars(example = &"email")]
    pub column: String,
    /// Expression in SQL over the columns of the row, such as `NULL`.
    #[schemars(example = &"NULL")]
    pub value: String,
}

fn everything() -> Vec<String> {
    vec!["*".to_owned()]
}
