//! What can be asked of any table of the contract: has it rows, is a key there twice, and is
//! something later than now?

use super::{Check, quoted};
use crate::{query::sources::Sources, warehouse::contract::Table};

/// The check whether a table has rows.
const STORED_ROWS: &str = "stored_rows";

/// The checks of every table of the contract; an optional one need not be there.
pub(super) fn checks(sources: &Sources) -> impl Iterator<Item = Check> {
    Table::all().map(move |table| {
        let name = table.name;
        match (sources.is_stored(name), table.optional) {
            (true, _) => Check::OfStored {
                name,
                rows: stored(table),
            },
            (false, true) => Check::OfStored {
                name,
                rows: absent(table),
            },
            (false, false) => Check::Missing {
                name: STORED_ROWS.to_owned(),
                tables: name.to_owned(),
            },
        }
    })
}

/// The checks of a table, which must see what is later than now.
fn stored(table: &Table) -> String {
    let name = quoted(table.name);
    let latest = match table.event_time {
        Some(at) => format!("max(case when {at} <= now() then {at} end)"),
        None => "cast(null as timestamp)".to_owned(),
    };
    let instants = [
        table.event_time,
        table.column("ingested_at").map(|it| it.name),
    ];
    let later = instants.iter().flatten().map(|at| format!("{at} > now()"));
    let later = later.collect::<Vec<_>>().join(" or ");
    let (later, later_rows) = match later.as_str() {
        "" => ("false", String::new()),
        later => (
            later,
            format!(
                ", (4, 'later_rows', {name}, 'later than tributary.as_of, or than the clock where \
                 that is not set: no report of a period up to now counts them', null, null)"
            ),
        ),
    };
    format!(
        "(with keys as (
             select
                 count(*) as stored,
                 count(case when {later} then 1 end) as later,
                 {latest} as latest_at
             from {table}
             group by {key}
         ),
         counted as (
             select
                 coalesce(sum(stored), 0) as stored,
                 coalesce(sum(stored - 1), 0) as repeated,
                 coalesce(sum(later), 0) as later,
                 max(latest_at) as latest_at
             from keys
         ),
         found as (
             select
                 checks.*,
                 counted.stored as total,
                 counted.latest_at,
                 case checks.name
                     when 'repeated_keys' then counted.repeated
                     when 'later_rows' then counted.later
                     else 0 end as affected
             from counted
             cross join (values
                 (8, '{STORED_ROWS}', {name}, null, null, null),
                 (8, 'repeated_keys', {name}, 'rows with a key that is there already: reports \
                      count each key once, other queries do not; an import replaces such rows', null, null)
                 {later_rows}
             ) as checks (step_number, name, subject, message, amount, currency)
         )
         select
             step_number,
             name as check,
             subject,
             case when affected > 0 or total = 0 and name = '{STORED_ROWS}' then 'warning'
                 else 'ok' end as status,
             affected,
             total,
             ratio(affected, total) as share,
             amount,
             currency,
             case
                 when message is not null then message
                 when total = 0 then 'empty: whatever is made of it is 0 or NULL'
                 else coalesce(
                     concat('the latest up to now is of ', cast(latest_at as varchar)),
                     'has no time of its own')
             end as message
         from found)",
        table = table.name,
        key = table.key.join(", "),
    )
}

/// An optional table that nobody has stored.
fn absent(table: &Table) -> String {
    let (name, grain) = (quoted(table.name), table.grain);
    let message = format!("not in the warehouse, which reads as empty: one row would be {grain}");
    format!(
        "(select 8 as step_number, '{STORED_ROWS}' as check, {name} as subject, 'ok' as status,
             0 as affected, 0 as total, null as share, null as amount, null as currency,
             {} as message)",
        quoted(&message),
    )
}
