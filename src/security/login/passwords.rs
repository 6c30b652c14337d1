//! Users with passwords, of which the configuration knows the argon2 hash.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, MutexGuard},
    thread::available_parallelism,
    time::Duration,
};

use argon2::{
    Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, password_hash::phc::PasswordHash,
};
use datafusion::common::{DataFusionError, Result, plan_err};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    task::spawn_blocking,
};

use super::{Refusal, identity::Identity};
use crate::config::User;

/// Some tools log in at every call, and a check costs tens of milliseconds and 19 MiB.
const REMEMBERED: Duration = Duration::from_secs(5 * 60);
/// Logins that wait for their turn; more are refused at once.
const MAX_WAITING: usize = 100;

#[derive(Debug)]
pub(super) struct Passwords {
    users: Vec<Entry>,
    by_name: BTreeMap<String, usize>,
    /// Passwords that were right, by the user's position.
    remembered: Mutex<HashMap<usize, Remembered>>,
    /// What remembered passwords are hashed with; argon2 would be too slow, and only this process
    /// has it.
    key: [u8; 32],
    running: Arc<Semaphore>,
    waiting: Semaphore,
}

struct Entry {
    hash: PasswordHash,
    identity: Identity,
}

impl std::fmt::Debug for Entry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Entry")
            .field("identity", &self.identity)
            .finish_non_exhaustive()
    }
}

struct Remembered {
    digest: [u8; 32],
    until: Duration,
}

impl std::fmt::Debug for Remembered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Remembered").finish_non_exhaustive()
    }
}

/// The right to make one check.
#[derive(Debug)]
pub(super) struct Turn {
    _permit: OwnedSemaphorePermit,
}

impl Passwords {
    pub(super) fn try_new(users: &[User]) -> Result<Self> {
        let mut by_name = BTreeMap::new();
        let mut entries = Vec::with_capacity(users.len());
        for user in users {
            let name = &user.name;
            if name.is_empty() || name.contains(':') {
                return plan_err!(
                    "security.users: expected a name without a colon, because a login cannot \
                     carry one, got {name:?}"
                );
            }
            if by_name.insert(name.clone(), entries.len()).is_some() {
                return plan_err!("security.users: expected each name once, got {name} twice");
            }
            let hash = parse(user.password.expose())
                .map_err(|error| error.context(format!("security.users: password of {name}")))?;
            let identity = Identity::of_user(user);
            entries.push(Entry { hash, identity });
        }
        let cores = available_parallelism().map_or(1, usize::from);
        Ok(Self {
            users: entries,
            by_name,
            remembered: Mutex::default(),
            key: rand::random(),
            running: Arc::new(Semaphore::new(cores.div_ceil(2))),
            waiting: Semaphore::new(MAX_WAITING),
        })
    }

    pub(super) fn is_empty(&self) -> bool {
        self.users.is_empty()
    }

    pub(super) fn knows(&self, user: &str) -> bool {
        self.by_name.contains_key(user)
    }

    /// The user, if this password was right a short while ago.
    pub(super) fn remember(&self, user: &str, password: &str, now: Duration) -> Option<&Identity> {
        let position = *self.by_name.get(user)?;
        let digest = self.digest(user, password);
        let remembered = self.lock();
        let known = remembered.get(&position).filter(|it| now < it.until)?;
        bool::from(known.digest.ct_eq(&digest)).then(|| &self.users[position].identity)
    }

    /// Waits until a check may begin: each takes a core and much memory.
    ///
    /// # Errors
    /// Too many wait already.
    pub(super) async fn turn(&self) -> Result<Turn, Refusal> {
        let _waiting = self.waiting.try_acquire().map_err(|_| Refusal::Busy)?;
        let permit = Arc::clone(&self.running).acquire_owned().await;
        let permit = permit.map_err(|_| Refusal::Busy)?;
        Ok(Turn { _permit: permit })
    }

    /// Checks a password on a thread that may block.
    ///
    /// A user that does not exist costs the same time as one that does.
    pub(super) async fn verify(
        &self,
        user: &str,
        password: &str,
        turn: Turn,
        now: Duration,
    ) -> Option<&Identity> {
        let position = self.by_name.get(user).copied();
        let checked = position.unwrap_or_else(|| self.stand_in(user));
        let hash = self.users[checked].hash.clone();
        let text = password.to_owned();
        let is_right = spawn_blocking(move || {
            // Held to the end even if nobody waits for the result any more.
            let _turn = turn;
            Argon2::default()
                .verify_password(text.as_bytes(), &hash)
                .is_ok()
        });
        let is_right = is_right.await.unwrap_or(false);
        let position = position.filter(|_| is_right)?;
        let remembered = Remembered {
            digest: self.digest(user, password),
            until: now + REMEMBERED,
        };
        self.lock().insert(position, remembered);
        Some(&self.users[position].identity)
    }

    /// Whose hash to check for a user that does not exist: always the same, so that differently
    /// expensive hashes tell nothing either.
    fn stand_in(&self, user: &str) -> usize {
        let digest = self.digest(user, "");
        usize::from(u16::from_le_bytes([digest[0], digest[1]])) % self.users.len()
    }

    fn digest(&self, user: &str, password: &str) -> [u8; 32] {
        let mut digest = Sha256::new();
        digest.update(self.key);
        digest.update(user.len().to_le_bytes());
        digest.update(user);
        digest.update(password);
        digest.finalize().into()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<usize, Remembered>> {
        self.remembered.lock().expect("no holder panics")
    }
}

/// Reads a hash and makes sure that a password can be checked with it.
fn parse(text: &str) -> Result<PasswordHash> {
    let advice = "expected an argon2 hash, as `tributary password` prints it";
    let Ok(hash) = PasswordHash::new(text) else {
        return plan_err!("{advice}, got text of another form");
    };
    if Algorithm::try_from(hash.algorithm.as_str()).is_err() {
        return plan_err!("{advice}, got one of the algorithm {}", hash.algorithm);
    }
    if Params::try_from(&hash).is_err() || hash.salt.is_none() || hash.hash.is_none() {
        return plan_err!(
            "{advice}, got one whose parameters, salt or digest are missing or wrong"
        );
    }
    Ok(hash)
}

/// The argon2 hash of a password, with a new salt.
///
/// # Errors
/// An external error when the system has no random numbers or memory.
pub fn hash_password(password: &str) -> Result<String> {
    let hash = Argon2::default().hash_password(password.as_bytes());
    let hash = hash.map_err(|error| DataFusionError::External(Box::new(error)))?;
    Ok(hash.to_string())
}

#[cfg(test)]
#[expect(
    clippy::disallowed_methods,
    reason = "tokio::test blocks on its own runtime"
)]
mod tests {
    use super::*;
    use crate::config::{Attributes, Secret};

    fn user(name: &str, hash: &str) -> User {
        User {
            name: name.to_owned(),
            password: Secret::new(hash.to_owned()),
            roles: vec!["reader".to_owned()],
            attributes: Attributes::new(),
        }
    }

    #[tokio::test]
    async fn right_passwords_are_remembered_for_five_minutes() {
        let hash = hash_password("right").unwrap();
        let passwords = Passwords::try_new(&[user("ada", &hash)]).unwrap();
        let now = Duration::from_secs(100);
        let later = |seconds| now + Duration::from_secs(seconds);
        let verify = async |user: &str, password: &str| {
            let turn = passwords.turn().await.unwrap();
            passwords.verify(user, password, turn, now).await.is_some()
        };
        assert!(!verify("ada", "wrong").await);
        assert!(!verify("bob", "right").await);
        assert!(passwords.remember("ada", "right", now).is_none());
        assert!(verify("ada", "right").await);
        assert!(passwords.remember("ada", "right", later(299)).is_some());
        assert!(passwords.remember("ada", "right", later(300)).is_none());
        assert!(passwords.remember("ada", "wrong", later(1)).is_none());
        assert!(passwords.remember("bob", "right", later(1)).is_none());
        assert!(!format!("{passwords:?}").contains("argon2"));
    }

    #[test]
    fn hashes_that_cannot_be_checked_are_named() {
        let good = hash_password("x").unwrap();
        let bcrypt = "$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW";
        let (without_digest, _) = good.rsplit_once('$').unwrap();
        for wrong in ["secret", "", bcrypt, without_digest] {
            let error = Passwords::try_new(&[user("ada", wrong)]).unwrap_err();
            let error = error.to_string();
            assert!(error.contains("password of ada"), "{error}");
            assert!(error.contains("tributary password"), "{error}");
            assert!(wrong.is_empty() || !error.contains(wrong), "{error}");
        }
        let twice = [user("ada", &good), user("ada", &good)];
        let error = Passwords::try_new(&twice).unwrap_err().to_string();
        assert!(error.contains("got ada twice"), "{error}");
        let error = Passwords::try_new(&[user("a:b", &good)]).unwrap_err();
        assert!(error.to_string().contains("without a colon"), "{error}");
    }
}
