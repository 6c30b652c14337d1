//! How often somebody may be wrong.
//!
//! Failures are counted per user and per address. After some that cost nothing, each further one
//! makes the next wait twice as long, and until then nothing is looked at: the right password gets
//! the same answer as a wrong one.
//!
//! An address that has logged in as a user before is counted for itself as that user. So nobody
//! can lock a colleague or a BI server out by guessing from elsewhere, even through the same load
//! balancer as another user.

use std::{
    collections::HashMap,
    hash::{BuildHasher, Hash, RandomState},
    net::{IpAddr, Ipv6Addr},
    sync::{Mutex, MutexGuard},
    time::Duration,
};

use super::Refusal;

const FREE_FAILURES_OF_USER: u32 = 5;
/// Many people may share an address.
const FREE_FAILURES_OF_PEER: u32 = 20;
const LONGEST_WAIT: Duration = Duration::from_secs(5 * 60);
const FORGET_FAILURES_AFTER: Duration = Duration::from_secs(15 * 60);
const FORGET_SUCCESS_AFTER: Duration = Duration::from_secs(24 * 60 * 60);
/// Entries of each kind; beyond them the oldest is forgotten.
const CAPACITY: usize = 10_000;

/// Who tried, and from where.
#[derive(Debug, Clone, Copy)]
pub(super) struct Subject<'a> {
    /// `None` for tokens, which name nobody until they are accepted.
    pub(super) user: Option<&'a str>,
    pub(super) peer: IpAddr,
}

#[derive(Debug, Default)]
pub(super) struct Attempts {
    /// Names come from outside and may be long, so that only their hash is kept.
    hasher: RandomState,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    failures: HashMap<Key, Failures>,
    successes: HashMap<(Name, IpAddr), Duration>,
}

type Name = u64;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Key {
    Peer(IpAddr),
    /// A user, from addresses that never logged in as that user.
    User(Name),
    /// A user from an address that did.
    Pair(Name, IpAddr),
}

impl State {
    fn check(&self, keys: [Option<Key>; 2], now: Duration) -> Result<(), Refusal> {
        let waits = keys.into_iter().flatten().filter_map(|key| {
            let failures = self.failures.get(&key)?;
            wait(key, *failures, now)
        });
        match waits.max() {
            Some(wait) => Err(Refusal::TooManyFailures { wait }),
            None => Ok(()),
        }
    }

    fn count(&mut self, keys: [Option<Key>; 2], now: Duration) {
        for key in keys.into_iter().flatten() {
            make_room(&mut self.failures, &key, |failures| failures.last);
            let failures = self.failures.entry(key).or_insert(Failures {
                count: 0,
                last: now,
            });
            if now.saturating_sub(failures.last) > FORGET_FAILURES_AFTER {
                failures.count = 0;
            }
            failures.count = failures.count.saturating_add(1);
            failures.last = now;
        }
    }
}

/// What one failure was counted as.
#[derive(Debug)]
pub(super) struct Counted([Option<Key>; 2]);

#[derive(Debug, Clone, Copy)]
struct Failures {
    count: u32,
    last: Duration,
}

impl Key {
    fn free_failures(self) -> u32 {
        match self {
            Self::Peer(_) => FREE_FAILURES_OF_PEER,
            Self::User(_) | Self::Pair(..) => FREE_FAILURES_OF_USER,
        }
    }
}

impl Attempts {
    /// Says whether an attempt may begin.
    ///
    /// # Errors
    /// How long to wait, after too many failures.
    pub(super) fn check(&self, subject: Subject<'_>, now: Duration) -> Result<(), Refusal> {
        let state = self.lock();
        state.check(self.keys(&state, subject, now), now)
    }

    /// Lets an attempt begin, and counts it as failed until [`Self::succeeded`] takes that back:
    /// so many at once are no way round the limit.
    ///
    /// # Errors
    /// How long to wait, after too many failures.
    pub(super) fn begin(&self, subject: Subject<'_>, now: Duration) -> Result<Counted, Refusal> {
        let mut state = self.lock();
        let keys = self.keys(&state, subject, now);
        state.check(keys, now)?;
        state.count(keys, now);
        Ok(Counted(keys))
    }

    /// Takes back the failure that was counted when the attempt began, and remembers that this
    /// user logs in from there.
    pub(super) fn succeeded(&self, subject: Subject<'_>, counted: Counted, now: Duration) {
        let mut state = self.lock();
        for key in counted.0.into_iter().flatten() {
            if let Some(failures) = state.failures.get_mut(&key) {
                failures.count = failures.count.saturating_sub(1);
                // An address that is not trusted yet may be that of several people.
                if failures.count == 0 || matches!(key, Key::Pair(..)) {
                    state.failures.remove(&key);
                }
            }
        }
        drop(state);
        self.known(subject, now);
    }

    /// Remembers a success that no failure was counted for.
    pub(super) fn known(&self, subject: Subject<'_>, now: Duration) {
        if let Some(pair) = self.pair(subject) {
            let mut state = self.lock();
            make_room(&mut state.successes, &pair, |at| *at);
            state.successes.insert(pair, now);
        }
    }

    fn keys(&self, state: &State, subject: Subject<'_>, now: Duration) -> [Option<Key>; 2] {
        let Some(pair) = self.pair(subject) else {
            return [Some(Key::Peer(network(subject.peer))), None];
        };
        let is_known = state
            .successes
            .get(&pair)
            .is_some_and(|at| now.saturating_sub(*at) <= FORGET_SUCCESS_AFTER);
        let (name, peer) = pair;
        if is_known {
            [Some(Key::Pair(name, peer)), None]
        } else {
            [Some(Key::Peer(peer)), Some(Key::User(name))]
        }
    }

    fn pair(&self, subject: Subject<'_>) -> Option<(Name, IpAddr)> {
        let name = self.hasher.hash_one(subject.user?);
        Some((name, network(subject.peer)))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no holder panics")
    }
}

fn wait(key: Key, failures: Failures, now: Duration) -> Option<Duration> {
    let beyond = failures.count.checked_sub(key.free_failures())?;
    let wait = Duration::from_secs(1_u64.checked_shl(beyond).unwrap_or(u64::MAX));
    let over = failures.last + wait.min(LONGEST_WAIT);
    over.checked_sub(now).filter(|wait| !wait.is_zero())
}

/// Whoever has one IPv6 address usually has the 2^64 around it.
fn network(peer: IpAddr) -> IpAddr {
    match peer.to_canonical() {
        IpAddr::V6(address) => {
            IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64)))
        }
        v4 @ IpAddr::V4(_) => v4,
    }
}

fn make_room<K: Eq + Hash + Copy, V>(
    entries: &mut HashMap<K, V>,
    key: &K,
    at: impl Fn(&V) -> Duration,
) {
    if entries.len() < CAPACITY || entries.contains_key(key) {
        return;
    }
    let oldest = entries.iter().min_by_key(|(_, value)| at(value));
    if let Some(oldest) = oldest.map(|(key, _)| *key) {
        entries.remove(&oldest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOME: &str = "192.0.2.1";
    const AWAY: &str = "198.51.100.7";

    fn subject<'a>(user: &'a str, peer: &str) -> Subject<'a> {
        Subject {
            user: Some(user),
            peer: peer.parse().unwrap(),
        }
    }

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    /// Fails even if it would have to wait.
    fn fail(attempts: &Attempts, subject: Subject<'_>, times: u32, now: u64) {
        let mut state = attempts.lock();
        for _ in 0..times {
            let keys = attempts.keys(&state, subject, seconds(now));
            state.count(keys, seconds(now));
        }
    }

    fn wait_of(attempts: &Attempts, subject: Subject<'_>, now: u64) -> Option<u64> {
        match attempts.check(subject, seconds(now)) {
            Err(Refusal::TooManyFailures { wait }) => Some(wait.as_secs()),
            other => {
                other.unwrap();
                None
            }
        }
    }

    #[test]
    fn each_failure_doubles_the_wait_up_to_five_minutes() {
        let (attempts, ada) = (Attempts::default(), subject("ada", HOME));
        fail(&attempts, ada, 4, 100);
        assert_eq!(wait_of(&attempts, ada, 100), None);
        for expected in [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300] {
            fail(&attempts, ada, 1, 100);
            assert_eq!(wait_of(&attempts, ada, 100), Some(expected));
        }
        assert_eq!(wait_of(&attempts, ada, 399), Some(1));
        assert_eq!(wait_of(&attempts, ada, 400), None);
        // After a quarter of an hour everything is as before.
        fail(&attempts, ada, 4, 100 + 15 * 60 + 1);
        assert_eq!(wait_of(&attempts, ada, 100 + 15 * 60 + 1), None);
    }

    #[test]
    fn a_user_is_guarded_from_all_addresses_together() {
        let attempts = Attempts::default();
        for peer in [
            "192.0.2.1",
            "192.0.2.2",
            "192.0.2.3",
            "192.0.2.4",
            "192.0.2.5",
        ] {
            fail(&attempts, subject("ada", peer), 1, 100);
        }
        assert!(wait_of(&attempts, subject("ada", "192.0.2.9"), 100).is_some());
        assert_eq!(wait_of(&attempts, subject("bob", "192.0.2.9"), 100), None);
    }

    #[test]
    fn an_address_is_held_back_whomever_it_claims_to_be() {
        let attempts = Attempts::default();
        for number in 0..20 {
            fail(&attempts, subject(&format!("user{number}"), HOME), 1, 100);
        }
        assert!(wait_of(&attempts, subject("another", HOME), 100).is_some());
        let peer = HOME.parse().unwrap();
        let token = Subject { user: None, peer };
        assert!(wait_of(&attempts, token, 100).is_some());
        assert_eq!(wait_of(&attempts, subject("another", AWAY), 100), None);
        // One IPv6 network is one address.
        for number in 0..20 {
            let peer = format!("2001:db8::{number}");
            fail(&attempts, subject(&format!("user{number}"), &peer), 1, 200);
        }
        assert!(wait_of(&attempts, subject("x", "2001:db8::ffff"), 200).is_some());
        assert_eq!(wait_of(&attempts, subject("x", "2001:db8:1::1"), 200), None);
    }

    #[test]
    fn nobody_locks_out_who_logged_in_before() {
        let (attempts, home) = (Attempts::default(), subject("ada", HOME));
        let counted = attempts.begin(home, seconds(100)).unwrap();
        attempts.succeeded(home, counted, seconds(100));
        fail(&attempts, subject("ada", AWAY), 20, 100);
        assert!(wait_of(&attempts, subject("ada", AWAY), 100).is_some());
        assert_eq!(wait_of(&attempts, home, 100), None);
        // Others behind the same address do not count either, only guesses at this user.
        fail(&attempts, subject("bob", HOME), 30, 100);
        assert_eq!(wait_of(&attempts, home, 100), None);
        fail(&attempts, home, 5, 100);
        assert_eq!(wait_of(&attempts, home, 100), Some(1));
    }

    #[test]
    fn success_takes_back_one_failure_of_the_address_not_all() {
        let attempts = Attempts::default();
        fail(&attempts, subject("ada", HOME), 19, 100);
        // Mallory has an account, and does not buy guesses at others with it.
        let mallory = subject("mallory", HOME);
        let counted = attempts.begin(mallory, seconds(100)).unwrap();
        attempts.succeeded(mallory, counted, seconds(100));
        fail(&attempts, subject("bob", HOME), 1, 100);
        assert!(wait_of(&attempts, subject("carol", HOME), 100).is_some());
    }

    #[test]
    fn memory_is_bounded() {
        let attempts = Attempts::default();
        for number in 0..CAPACITY + 100 {
            let user = number.to_string();
            fail(&attempts, subject(&user, HOME), 1, 100);
            attempts.known(subject(&user, HOME), seconds(100));
        }
        let state = attempts.lock();
        assert_eq!(state.failures.len(), CAPACITY);
        assert_eq!(state.successes.len(), CAPACITY);
    }
}
