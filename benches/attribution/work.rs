//! What is asked, of whom, and how fast it shall be.

use std::path::Path;

use crate::engine::Name;

pub(crate) struct Work {
    pub(crate) name: &'static str,
    /// The files `sql/FILE.ENGINE.sql`; who has none is not asked.
    file: &'static str,
    /// The column of the customer.
    pub(crate) key: &'static str,
    /// The most that the time shall be of that of these.
    pub(crate) goals: &'static [(Name, f64)],
}

pub(crate) const WORKS: [Work; 7] = [
    Work {
        name: "last touch, revenue by agent",
        file: "last_touch",
        key: "customer_id",
        goals: &[(Name::DuckDb, 0.4), (Name::ClickHouse, 0.2)],
    },
    Work {
        name: "last touch, keys of text",
        file: "last_touch",
        key: "customer",
        goals: &[],
    },
    Work {
        name: "last touch, one busy customer",
        file: "last_touch",
        key: "busy_id",
        goals: &[],
    },
    Work {
        name: "linear credit by agent",
        file: "linear",
        key: "customer_id",
        goals: &[(Name::DuckDb, 0.4)],
    },
    Work {
        name: "linear, keys of text",
        file: "linear",
        key: "customer",
        goals: &[],
    },
    Work {
        name: "sessions of 24 hours, bounces",
        file: "sessions",
        key: "customer_id",
        goals: &[(Name::DuckDb, 0.7)],
    },
    Work {
        name: "funnel of three steps",
        file: "funnel",
        key: "customer_id",
        goals: &[(Name::ClickHouse, 0.7)],
    },
];

impl Work {
    /// The statement of this program, if it is asked.
    pub(crate) fn sql(&self, name: Name) -> Option<String> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/attribution/sql");
        std::fs::read_to_string(folder.join(format!("{}.{}.sql", self.file, name.of_files()))).ok()
    }

    pub(crate) fn goal(&self, name: Name) -> Option<f64> {
        let goal = self.goals.iter().find(|(other, _)| *other == name);
        goal.map(|&(_, goal)| goal)
    }
}
