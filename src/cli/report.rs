//! `tributary report`

use clap::Args;
use datafusion::{
    arrow::datatypes::{DataType, SchemaRef},
    common::{Result, plan_err},
};
use jiff::{ToSpan, civil::Date};

use super::{open, stdout};
use crate::{
    config::Config,
    engine::Session,
    output::{Columns, Format},
    query::{
        settings::Settings,
        time::period::{Span, named_periods},
        view::Body,
    },
};

const CUSTOM: &str = "custom";
const FIRST_VIEW: &str = "overview";
const CONVERSION_TIMES: [&str; 3] = ["booked_at", "ordered_at", "purchased_at"];

/// Print a report, or one of its views, for a period
#[derive(Debug, Args)]
pub(super) struct Report {
    /// A report such as revenue, or one of its views such as revenue.by_agent
    #[arg(value_name = "REPORT[.VIEW]")]
    name: String,

    /// today, yesterday, last_7_days, last_14_days, last_30_days or month_to_date
    #[arg(
        long,
        value_name = "PERIOD",
        default_value = "last_30_days",
        conflicts_with = "from"
    )]
    period: String,

    /// First day of the period
    #[arg(long, value_name = "DAY", requires = "to")]
    from: Option<Date>,

    /// Last day of the period
    #[arg(long, value_name = "DAY", requires = "from")]
    to: Option<Date>,

    /// How to print it; formats other than table print one view
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

impl Report {
    pub(super) async fn run(self, config: &Config) -> Result<u8> {
        let session = open(config).await?.session();
        let period = match (self.from, self.to) {
            (Some(from), Some(to)) => {
                let end = to.saturating_add(1.day());
                session.set("tributary.period", &format!("{from}/{end}"))?;
                CUSTOM
            }
            _ => &self.period,
        };
        let (schema, views) = self.views(&session)?;
        if self.format != Format::Table && views.len() > 1 {
            return plan_err!(
                "report: --format {} prints one view: add one of {} to {schema}",
                self.format,
                views
                    .iter()
                    .map(|view| format!(".{view}"))
                    .collect::<Vec<_>>()
                    .join(", ")
            );
        }
        print(&session, &schema, &views, period, self.format).await?;
        Ok(0)
    }

    fn views(&self, session: &Session) -> Result<(String, Vec<String>)> {
        let (schema, view) = match self.name.split_once('.') {
            Some((schema, view)) => (schema, Some(view)),
            None => (self.name.as_str(), None),
        };
        let views = views_of(session, schema);
        match view {
            _ if views.is_empty() => {
                let definitions = session.definitions();
                let reports: Vec<_> = definitions.schemas().collect();
                plan_err!(
                    "report: expected one of {}, got {schema}",
                    reports.join(", ")
                )
            }
            None => Ok((schema.to_owned(), views)),
            Some(view) if views.iter().any(|name| name == view) => {
                Ok((schema.to_owned(), vec![view.to_owned()]))
            }
            Some(view) => {
                plan_err!(
                    "report: {schema} has the views {}, got {view}",
                    views.join(", ")
                )
            }
        }
    }
}

/// The views of a report, the overview first. A metric view has no rows until it is asked for some.
pub(super) fn views_of(session: &Session, schema: &str) -> Vec<String> {
    let definitions = session.definitions();
    let mut views: Vec<_> = definitions
        .views(schema)
        .filter(|view| matches!(view.body, Body::Query(_)))
        .map(|view| view.name.clone())
        .collect();
    views.sort_by_key(|name| name != FIRST_VIEW);
    views
}

/// Prints views for a period, each under its name when there are several.
pub(super) async fn print(
    session: &Session,
    schema: &str,
    views: &[String],
    period: &str,
    format: Format,
) -> Result<()> {
    let span = span(session, period)?;
    for view in views {
        let name = format!("\"{schema}\".\"{view}\"");
        let columns = session.columns(&format!("select * from {name}")).await?;
        let filter = within(&columns, period, &span);
        let rows = session
            .sql(&format!("select * from {name}{filter}"))
            .await?;
        if format == Format::Table {
            let days = format!(
                "{} to {}",
                span.first_day,
                span.end_day.saturating_sub(1.day())
            );
            stdout::heading(&format!("{schema}.{view}, {period} ({days})"))?;
        }
        stdout::print(format, Columns::Labelled, rows).await?;
    }
    Ok(())
}

fn span(session: &Session, period: &str) -> Result<Span> {
    let state = session.context().state();
    let periods = named_periods(Settings::of(state.config_options())?)?;
    match periods.iter().find(|named| named.name == period) {
        Some(named) => Ok(named.current),
        None => {
            let names: Vec<_> = periods.iter().map(|named| named.name).collect();
            plan_err!(
                "report: expected a period of {}, got {period}",
                names.join(", ")
            )
        }
    }
}

/// The condition that keeps the rows of the period: by name where the view has one row set per
/// period, else by its day, else by the time of its conversions, else by its first instant.
fn within(columns: &SchemaRef, period: &str, span: &Span) -> String {
    if columns.index_of("period").is_ok() {
        return format!(" where period = '{period}'");
    }
    if columns.index_of("date").is_ok() {
        return format!(
            " where date >= date '{}' and date < date '{}'",
            span.first_day, span.end_day
        );
    }
    let instants = || {
        let fields = columns.fields().iter();
        fields.filter(|field| matches!(field.data_type(), DataType::Timestamp(..)))
    };
    let conversion = instants().find(|field| CONVERSION_TIMES.contains(&field.name().as_str()));
    match conversion.or_else(|| instants().next()) {
        Some(field) => format!(
            " where \"{0}\" >= timestamp '{1}' and \"{0}\" < timestamp '{2}'",
            field.name(),
            span.start,
            span.end
        ),
        None => String::new(),
    }
}
