//! `tributary check`

use std::io::{self, Write};

use clap::{Args, ValueEnum};
use datafusion::common::{DataFusionError, Result};
use serde_json::json;

use super::open;
use crate::{
    config::{Config, Finding, Findings, Flags, Read, SessionDefaults, Severity, Source},
    engine::{Engine, check_files},
    security::Role,
};

/// Check the configuration, the warehouse and the query files, and start nothing
///
/// The exit code is 0 if there is no error.
#[derive(Debug, Args)]
pub(super) struct Check {
    /// How to print what is found
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,

    /// Exit with code 1 for warnings, too
    #[arg(long)]
    strict: bool,

    /// Print every key in effect, and where its value comes from; secrets are hidden
    #[arg(long)]
    verbose: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Lines for people
    Table,
    /// One object
    Json,
}

/// A part of what was checked.
struct Part {
    name: &'static str,
    findings: Vec<Finding>,
}

#[derive(Default)]
struct Checked {
    parts: Vec<Part>,
    sources: Vec<Source>,
}

impl Check {
    pub(super) async fn run(self, flags: &Flags) -> Result<u8> {
        let mut checked = Checked::default();
        match Read::new(flags) {
            Ok(read) => checked.all(&read).await,
            Err(Findings(findings)) => checked.add("configuration", findings),
        }
        match self.format {
            Format::Table => checked.print(self.verbose)?,
            Format::Json => checked.print_json(self.verbose)?,
        }
        let fails = checked.count(Severity::Error) > 0
            || self.strict && checked.count(Severity::Warning) > 0;
        Ok(u8::from(fails))
    }
}

impl Checked {
    async fn all(&mut self, read: &Read) {
        self.sources = read.sources();
        let findings = [read.warnings.clone(), read.validate()].concat();
        let files = query_files(&read.config);
        let mut policies = policies(read);
        // What is in the warehouse can be checked without the parts that are broken.
        let mut readable = read.config.clone();
        if !files.is_empty() {
            readable.queries = None;
        }
        if !policies.is_empty() {
            readable.security.roles.clear();
        }
        if findings.iter().any(|it| it.key.starts_with("session.")) {
            readable.session = SessionDefaults::default();
        }
        self.add("configuration", findings);
        match open(&readable).await {
            Ok(engine) => {
                self.add("warehouse", tables(&engine).await);
                self.add("reports", [files, views(&engine).await].concat());
                policies.extend(roles(read, &engine).await);
                self.stated_by_warehouse(&engine).await;
            }
            Err(error) => {
                self.add("warehouse", vec![failed("", "", &error)]);
                if !files.is_empty() {
                    self.add("reports", files);
                }
            }
        }
        self.add("policies", policies);
    }

    fn add(&mut self, name: &'static str, findings: Vec<Finding>) {
        self.parts.push(Part { name, findings });
    }

    /// The settings that the warehouse comes with, where the configuration says nothing.
    async fn stated_by_warehouse(&mut self, engine: &Engine) {
        for (key, value) in engine.warehouse_settings().await.unwrap_or_default() {
            let key = format!("session.{key}");
            if self.sources.iter().all(|it| it.key != key) {
                self.sources.push(Source {
                    key,
                    value: format!("\"{value}\""),
                    from: "warehouse.toml of the warehouse".to_owned(),
                });
            }
        }
        self.sources.sort_by(|one, other| one.key.cmp(&other.key));
    }

    fn count(&self, severity: Severity) -> usize {
        let findings = self.parts.iter().flat_map(|part| &part.findings);
        findings.filter(|it| it.severity == severity).count()
    }

    fn print(&self, verbose: bool) -> io::Result<()> {
        let mut out = io::stdout().lock();
        if verbose {
            for Source { key, value, from } in &self.sources {
                writeln!(out, "{key} = {value}  # {from}")?;
            }
            writeln!(out)?;
        }
        for Part { name, findings } in &self.parts {
            let state = if findings.is_empty() { "fine" } else { "" };
            writeln!(out, "{}", format!("{name}: {state}").trim_end())?;
            for finding in findings {
                writeln!(out, "  {}: {finding}", finding.severity)?;
            }
        }
        let (errors, warnings) = (self.count(Severity::Error), self.count(Severity::Warning));
        writeln!(out, "errors: {errors}, warnings: {warnings}")
    }

    fn print_json(&self, verbose: bool) -> Result<()> {
        let findings = self.parts.iter().flat_map(|Part { name, findings }| {
            findings.iter().map(move |finding| {
                let Finding {
                    severity,
                    place,
                    key,
                    expected,
                    got,
                } = finding;
                json!({
                    "part": name, "severity": severity, "place": place, "key": key,
                    "expected": expected, "got": got,
                })
            })
        });
        let mut printed = json!({
            "errors": self.count(Severity::Error),
            "warnings": self.count(Severity::Warning),
            "findings": findings.collect::<Vec<_>>(),
        });
        if verbose {
            printed["sources"] = json!(self.sources);
        }
        writeln!(io::stdout(), "{printed:#}")?;
        Ok(())
    }
}

/// The user's files that are no view.
fn query_files(config: &Config) -> Vec<Finding> {
    let Some(folder) = &config.queries else {
        return Vec::new();
    };
    let broken = check_files(folder).into_iter();
    broken
        .map(|(file, error)| failed("", "one CREATE VIEW statement", &error).at(file.display()))
        .collect()
}

/// The roles whose rights, row policies or masks cannot be read.
fn policies(read: &Read) -> Vec<Finding> {
    let roles = read.config.security.roles.iter();
    let broken = roles.filter_map(|(name, role)| Some((name, Role::of(name, role).err()?)));
    broken
        .map(|(name, error)| {
            let place = read.place(&["security", "roles", name]);
            Finding::error("", "", error).at(place)
        })
        .collect()
}

/// What the policies of the roles cannot be planned over, and roles that can read nothing.
async fn roles(read: &Read, engine: &Engine) -> Vec<Finding> {
    let checked = match engine.check_roles().await {
        Ok(checked) => checked,
        Err(error) => return vec![failed("security.roles", "", &error)],
    };
    let session = engine.session();
    let mut findings = Vec::new();
    for role in checked {
        let place = read.place(&["security", "roles", &role.role]);
        let key = format!("security.roles.{}", role.role);
        for (view, error) in role.broken {
            // What nobody can read is told elsewhere.
            let sql = format!("select * from \"{}\".\"{}\"", view.schema, view.name);
            if session.columns(&sql).await.is_ok() {
                let expected = format!("policies and masks that fit {view}");
                findings.push(failed(&key, &expected, &error).at(&place));
            }
        }
        if role.readable.is_empty() {
            let expected = "something of the warehouse that the role can read";
            findings.push(Finding::warning(key, expected, "nothing").at(place));
        }
    }
    findings
}

/// Each table against the contract.
async fn tables(engine: &Engine) -> Vec<Finding> {
    let names = engine.warehouse().table_names();
    if names.is_empty() {
        let expected = "tables in the warehouse, such as tributary import makes";
        let place = engine.warehouse().location().url();
        return vec![Finding::warning("", expected, "none").at(place)];
    }
    let session = engine.session();
    let mut findings = Vec::new();
    for name in names {
        let sql = format!("select * from \"{name}\"");
        if let Err(error) = session.columns(&sql).await {
            findings.push(failed(&name, "a table that can be read", &error));
        }
    }
    findings
}

/// The user's views, and the shipped ones that read them.
async fn views(engine: &Engine) -> Vec<Finding> {
    let checked = match engine.check_views().await {
        Ok(checked) => checked,
        Err(error) => return vec![failed("", "views that can be planned", &error)],
    };
    let broken = checked.broken.iter().map(|it| {
        let expected = "a view that can be planned";
        failed(&it.view.full_name().to_string(), expected, &it.error).at(&it.place)
    });
    let waiting = checked.waiting.iter().map(|it| {
        let expected = "a view that can be read";
        Finding::warning(it.view.full_name(), expected, &it.reason).at(&it.view.origin)
    });
    broken.chain(waiting).collect()
}

fn failed(key: &str, expected: &str, error: &DataFusionError) -> Finding {
    Finding::error(key, expected, one_line(error))
}

/// Without the name that DataFusion gives to the kind of error.
fn one_line(error: &DataFusionError) -> String {
    let text = match error {
        DataFusionError::Context(place, error) => format!("{place}: {}", one_line(error)),
        DataFusionError::Diagnostic(_, error) => one_line(error),
        DataFusionError::SQL(error, _) => error.to_string(),
        error => error.message().into_owned(),
    };
    text.lines().map(str::trim).collect::<Vec<_>>().join(" ")
}
