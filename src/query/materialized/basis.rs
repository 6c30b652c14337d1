//! What stored rows are made from, besides tables: a definition, and settings.
//!
//! Rows that were made from the same are the same rows, as of when they were made.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
};

use datafusion::{
    common::{Result, plan_err},
    logical_expr::Volatility,
};
use sha2::{Digest, Sha256};

use super::super::{
    catalog::Query,
    system_table::SYSTEM_SCHEMA,
    view::{DEFAULT_SCHEMA, View, ViewName},
};

/// The key of the settings that says what "now" was pinned to; without it time went on.
pub const AS_OF: &str = "as_of";

/// Table functions that count from now.
const PERIODS: [&str; 2] = ["periods", "in_periods"];
const CLOCKS: [&str; 6] = [
    "now",
    "current_date",
    "current_time",
    "current_timestamp",
    "today",
    "localtimestamp",
];
/// Functions whose answer depends on who asks, or where.
const OF_CALLER: [&str; 8] = [
    "current_team",
    "current_attribute",
    "current_attributes",
    "has_role",
    "current_user",
    "session_user",
    "current_schema",
    "current_database",
];

/// A definition and the settings that it depends on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Basis {
    /// A hash of the texts of the view and of all views that it reads, and of the program's version.
    pub definition: String,
    /// Settings without their prefix, and the parameters of all these views.
    pub settings: BTreeMap<String, String>,
}

impl Basis {
    /// What the rows of a view are made from in a query.
    ///
    /// # Errors
    /// A plan error for a parameter with a wrong value.
    pub fn of(query: &Query, view: &View) -> Result<Self> {
        let settings = query.settings()?;
        let mut hash = Sha256::new();
        hash.update(env!("CARGO_PKG_VERSION"));
        let mut fixed = BTreeMap::from([
            (
                "timezone".to_owned(),
                settings.timezone.iana_name().unwrap_or_default().to_owned(),
            ),
            ("currency".to_owned(), settings.currency.clone()),
        ]);
        if let Some(as_of) = settings.as_of {
            fixed.insert(AS_OF.to_owned(), as_of.to_string());
        }
        let reached = reached(query, view)?;
        if reached.iter().any(counts_from_now)
            && let Some((from, to)) = settings.period
        {
            fixed.insert("period".to_owned(), format!("{from}/{to}"));
        }
        for name in &reached {
            let Some(view) = query.definitions().get(&name.schema, &name.name) else {
                continue;
            };
            for part in [&*name.schema, &*name.name, &*view.text] {
                hash.update((part.len() as u64).to_le_bytes());
                hash.update(part);
            }
            for parameter in view.parameter_values(settings) {
                let (name, value) = parameter?;
                fixed.insert(format!("param.{name}"), value);
            }
        }
        let mut definition = String::with_capacity(64);
        for byte in hash.finalize() {
            write!(definition, "{byte:02x}").unwrap_or_default();
        }
        Ok(Self {
            definition,
            settings: fixed,
        })
    }
}

/// Whether the rows of a view depend on when it is read, and not only on what it reads.
///
/// # Errors
/// As [`Basis::of`].
pub fn reads_clock(query: &Query, view: &View) -> Result<bool> {
    let reading = query.reading()?;
    let is_clock = |function: &str| CLOCKS.contains(&function);
    Ok(reached(query, view)?
        .iter()
        .any(|name| counts_from_now(name) || reading.functions_of(name).any(is_clock)))
}

/// Refuses a view whose rows depend on who reads it, or on chance.
///
/// # Errors
/// A plan error that names the function or table, and the view that names it.
pub(super) fn check_stable(query: &Query, view: &View) -> Result<()> {
    let reading = query.reading()?;
    let functions = query.state().scalar_functions();
    for name in reached(query, view)? {
        let refused =
            |what: &str, why: &str| plan_err!("{}: {name} reads {what}, {why}", view.full_name());
        if name.schema == SYSTEM_SCHEMA || name.schema == "information_schema" {
            let why = "which shows each user something else, and cannot be stored for all";
            return plan_err!("{}: it reads {name}, {why}", view.full_name());
        }
        for function in reading.functions_of(&name) {
            let function = function.to_lowercase();
            if OF_CALLER.contains(&&*function) {
                return refused(
                    &format!("{function}()"),
                    "which depends on who asks, and cannot be stored for all",
                );
            }
            let is_volatile = functions
                .get(&function)
                .is_some_and(|it| it.signature().volatility == Volatility::Volatile);
            if is_volatile {
                return refused(
                    &format!("{function}()"),
                    "which is something else each time: its rows cannot be stored",
                );
            }
        }
    }
    Ok(())
}

fn counts_from_now(name: &ViewName) -> bool {
    name.schema == DEFAULT_SCHEMA && PERIODS.contains(&&*name.name)
}

fn reached(query: &Query, view: &View) -> Result<BTreeSet<ViewName>> {
    Ok(query.reading()?.reached_from(&view.full_name()))
}
