//! The command line's layer of the configuration.

use std::{collections::BTreeMap, num::NonZeroUsize, path::PathBuf};

use clap::Args;

use super::{
    finding::{Finding, nearest},
    key::keys,
    node::{Node, Origin, Path, Step, Value},
    shape::{Form, Shape},
    size, text,
};

/// The variable of `--config`.
pub(super) const CONFIG: &str = "TRIBUTARY_CONFIG";

/// Options of every command.
#[derive(Debug, Clone, Default, Args)]
pub struct Flags {
    /// Configuration file [env: TRIBUTARY_CONFIG] [default: tributary.toml, if there is one]
    #[arg(long, value_name = "FILE", global = true)]
    pub config: Option<PathBuf>,

    /// Set any key of the configuration, such as server.limits.running=8
    #[arg(long, value_name = "KEY=VALUE", global = true)]
    pub set: Vec<String>,

    /// Where the tables are: a folder, or a file://, s3://, gs:// or az:// URL
    /// [env: TRIBUTARY_WAREHOUSE]
    #[arg(long, value_name = "URL", global = true)]
    pub warehouse: Option<String>,

    /// A folder of SCHEMA/VIEW.sql files that add to or replace the shipped reports
    /// [env: TRIBUTARY_QUERIES]
    #[arg(long, value_name = "DIR", global = true)]
    pub queries: Option<PathBuf>,

    /// Partitions that a query runs in [env: TRIBUTARY_THREADS] [default: one per core]
    #[arg(long, value_name = "N", global = true)]
    pub threads: Option<NonZeroUsize>,

    /// Memory that all queries share, such as 512MiB or 4GiB [env: TRIBUTARY_MEMORY]
    /// [default: unlimited]
    #[arg(long, value_name = "SIZE", value_parser = size::parse, global = true)]
    pub memory: Option<usize>,

    /// The address that a command that serves was given.
    #[arg(skip)]
    pub listen: Option<std::net::SocketAddr>,
}

impl Flags {
    /// The layer: `--set` in the order given, and over it the flags that have names.
    pub(super) fn layer(&self) -> (Node, Vec<Finding>) {
        let mut layer = Node {
            value: Value::Table(BTreeMap::new()),
            origin: Origin::Flag("command line".to_owned()),
        };
        let mut findings = Vec::new();
        for assignment in &self.set {
            match assigned(assignment) {
                Ok(node) => layer.overlay(node),
                Err(finding) => findings.push(finding),
            }
        }
        let text = |text: &str| Value::Text(text.to_owned());
        let path = |path: &PathBuf| Value::Text(path.to_string_lossy().into_owned());
        let number = |number: usize| Value::Integer(i64::try_from(number).unwrap_or(i64::MAX));
        for (key, value) in [
            ("warehouse", self.warehouse.as_deref().map(text)),
            ("queries", self.queries.as_ref().map(path)),
            ("threads", self.threads.map(|it| number(it.get()))),
            ("memory", self.memory.map(number)),
        ] {
            if let Some(value) = value {
                let origin = Origin::Flag(format!("--{key}"));
                layer.overlay(Node { value, origin }.nested([key.to_owned()].into_iter()));
            }
        }
        if let Some(listen) = self.listen {
            let node = Node {
                value: Value::Text(listen.to_string()),
                origin: Origin::Flag("--listen".to_owned()),
            };
            layer.overlay(node.nested(["server", "listen"].map(str::to_owned).into_iter()));
        }
        (layer, findings)
    }
}

/// `KEY=VALUE`; an error shows the value only where it can be no secret.
fn assigned(assignment: &str) -> Result<Node, Finding> {
    let malformed = |got| Finding::error("", "KEY=VALUE", got).at("--set");
    let (written, value) = assignment
        .split_once('=')
        .ok_or_else(|| malformed("text without ="))?;
    let steps = text::keys(written).ok_or_else(|| malformed("a key that is none"))?;
    let path = Path(steps.iter().cloned().map(Step::Key).collect());
    let origin = Origin::Flag(format!("--set {path}"));
    let shape = find(&steps).ok_or_else(|| unknown(&path).at(&origin))?;
    let node = text::value(value, &shape.form, &origin).map_err(|fault| {
        let expected = format!("{} as TOML or JSON", shape.form);
        Finding::error("", expected, fault).at(&origin)
    })?;
    Ok(node.nested(steps.into_iter()))
}

/// What stands at a path; the keys that a user chooses may have dots.
fn find(steps: &[String]) -> Option<&'static Shape> {
    let mut shape = Shape::config();
    for step in steps {
        shape = match &shape.form {
            Form::Table(keys) => keys.get(step)?,
            Form::Map(each) if each.form.is_scalar() => return Some(each),
            Form::Map(each) => each,
            _ => return None,
        };
    }
    Some(shape)
}

fn unknown(path: &Path) -> Finding {
    let keys: Vec<_> = keys().into_iter().map(|key| key.path).collect();
    let written = path.to_string();
    let expected = match nearest(&written, keys.iter().map(String::as_str)) {
        Some(key) => format!("the key {key}"),
        None => "a key of the configuration".to_owned(),
    };
    Finding::error("", expected, "an unknown key")
}
