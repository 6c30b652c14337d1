//! Where rows are made: the state of one chunk of customers while it is generated.

use super::columns::Id;
use super::dice::Dice;
use super::rows::{Activity, Rows};
use super::seasons::{Home, Micros, NOW, START, Seasons};
use super::shop::{AGENTS, agents_for, place_of};

/// What ids are given to.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Numbered {
    Customer,
    Visitor,
    Order,
    OrderGroup,
    Adjustment,
    Conversation,
    StatusEvent,
    Message,
    Session,
    Link,
    Click,
    WebEvent,
    Activity,
}

/// Ids a chunk may give of each kind; its number times this is its first.
const IDS_PER_CHUNK: u64 = 100_000;

/// The chance, the clock and the rows of one chunk.
///
/// An episode asks for a row at an instant and gets its id, or nothing when the instant is not
/// within the sample: what the clock has not reached has not happened.
pub(crate) struct Scene<'a> {
    pub(crate) seasons: &'a Seasons,
    pub(crate) dice: Dice,
    pub(crate) rows: Rows,
    first_id: Id,
    given: [u64; Numbered::Activity as usize + 1],
}

impl<'a> Scene<'a> {
    pub(crate) fn new(seasons: &'a Seasons, seed: u64, chunk: u64) -> Self {
        Self {
            seasons,
            dice: Dice::new(seed, chunk),
            rows: Rows::default(),
            first_id: chunk * IDS_PER_CHUNK,
            given: Default::default(),
        }
    }

    pub(crate) fn next_id(&mut self, kind: Numbered) -> Id {
        let given = &mut self.given[kind as usize];
        *given += 1;
        assert!(
            *given < IDS_PER_CHUNK,
            "a chunk has too many rows of {kind:?}"
        );
        self.first_id + *given
    }

    /// Someone at work at that instant who answers customers of that home.
    pub(crate) fn agent(&mut self, home: Home, at: Micros) -> &'static str {
        loop {
            let agent = self.dice.weighted(agents_for(home));
            if place_of(AGENTS, agent, at).is_some() {
                return agent;
            }
        }
    }

    /// A length of time from `low` to `high`, shorter ones likelier.
    pub(crate) fn soon(&mut self, low: Micros, high: Micros) -> Micros {
        let unit = self.dice.unit();
        let length = low + ((high - low) as f64 * unit * unit) as Micros;
        length / 1_000 * 1_000
    }

    /// When a row of that instant becomes known: after `usual` at most, sometimes days later.
    pub(crate) fn known_at(&mut self, at: Micros, usual: Micros, late: f64) -> Micros {
        let delay = if self.dice.chance(late) {
            self.soon(super::seasons::DAY, 6 * super::seasons::DAY)
        } else {
            self.soon(super::seasons::SECOND, usual)
        };
        (at + delay).min(NOW)
    }

    pub(crate) fn add_activity(&mut self, activity: Activity) {
        if happens(activity.occurred_at) {
            let activity_id = self.next_id(Numbered::Activity);
            self.rows.activities.push(Activity {
                activity_id,
                ..activity
            });
        }
    }
}

/// Whether the instant is within the sample.
pub(crate) fn happens(at: Micros) -> bool {
    (START..=NOW).contains(&at)
}
