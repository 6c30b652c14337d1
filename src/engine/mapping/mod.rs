//! Mappings: what a vendor's files say of the tables of the contract, one statement per table.
//!
//! Look here for which mappings there are and what a folder of one holds. A mapping is a folder:
//! `<table>.sql` is a query over the table `source`, whose rows are those of the files, and
//! `mapping.toml` names what they may lack. Those in `docs/connectors/` come with the program; a
//! folder of the user's own works the same. `run` imports through one.

mod run;

use std::path::Path;

use datafusion::common::{DataFusionError, Result, plan_datafusion_err, plan_err};
use include_dir::{Dir, include_dir};
use serde::Deserialize;

use crate::warehouse::contract::Table;

pub use run::{MappingRequest, import_mapping};

static SHIPPED: Dir = include_dir!("$CARGO_MANIFEST_DIR/docs/connectors");

/// What the files of a vendor say of tables.
#[derive(Debug)]
pub struct Mapping {
    /// As it was asked for.
    name: String,
    statements: Vec<Statement>,
    options: Options,
}

/// What the files say of one table.
#[derive(Debug)]
struct Statement {
    table: &'static str,
    /// The name of its file, for errors.
    file: String,
    text: String,
}

/// `mapping.toml`
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Options {
    /// Columns of the vendor's format that a file may lack: they read as NULL if all do.
    #[serde(default)]
    optional_columns: Vec<String>,
}

impl Mapping {
    /// The names of the mappings that come with the program.
    pub fn shipped() -> impl Iterator<Item = &'static str> {
        SHIPPED.dirs().filter_map(|folder| folder.path().to_str())
    }

    /// The shipped mapping of a name, else the mapping of a folder.
    ///
    /// # Errors
    /// A plan error, with the name of the folder or file, for a name of neither, a folder without a
    /// statement, a file that is named after no table, and a `mapping.toml` that cannot be read.
    pub fn find(name: &str) -> Result<Self> {
        let shipped = Self::shipped().find(|shipped| *shipped == name);
        let files = match shipped.and_then(|name| SHIPPED.get_dir(name)) {
            Some(folder) => shipped_files(folder),
            None if Path::new(name).is_dir() => files_of(Path::new(name))?,
            None => {
                return plan_err!(
                    "import: expected one of the mappings {}, or a folder of files named after \
                     tables, such as orders.sql, got {name}",
                    Self::shipped().collect::<Vec<_>>().join(", ")
                );
            }
        };
        let mut mapping = Self {
            name: name.trim_end_matches('/').to_owned(),
            statements: Vec::new(),
            options: Options::default(),
        };
        for (file, text) in files {
            let path = format!("{}/{file}", mapping.name);
            let added = mapping.add(&file, text);
            added.map_err(|error| error.context(path))?;
        }
        mapping.statements.sort_by_key(|statement| statement.table);
        match mapping.statements.is_empty() {
            true => plan_err!(
                "import: expected files such as orders.sql in the folder {name}, found none"
            ),
            false => Ok(mapping),
        }
    }

    fn add(&mut self, file: &str, text: String) -> Result<()> {
        if file == "mapping.toml" {
            self.options =
                toml::from_str(&text).map_err(|error| plan_datafusion_err!("{error}"))?;
        } else if let Some(table) = file.strip_suffix(".sql") {
            let table = Table::named(table).ok_or_else(|| {
                let names: Vec<&str> = Table::all().map(|table| table.name).collect();
                plan_datafusion_err!(
                    "expected the name of a table, one of {}, got {table}",
                    names.join(", ")
                )
            })?;
            self.statements.push(Statement {
                table: table.name,
                file: format!("{}/{file}", self.name),
                text,
            });
        }
        Ok(())
    }

    /// Leaves only what the files say of one table.
    ///
    /// # Errors
    /// A plan error if they say nothing of it.
    pub fn only(mut self, table: &str) -> Result<Self> {
        let tables: Vec<&str> = self.statements.iter().map(|it| it.table).collect();
        if !tables.contains(&table) {
            return plan_err!(
                "import: expected a table of the mapping {}, one of {}, got {table}",
                self.name,
                tables.join(", ")
            );
        }
        self.statements.retain(|statement| statement.table == table);
        Ok(self)
    }
}

/// Names and texts of the files of a folder.
type Files = Vec<(String, String)>;

fn shipped_files(folder: &Dir) -> Files {
    let files = folder.files().filter_map(|file| {
        let name = file.path().file_name()?.to_str()?;
        Some((name.to_owned(), file.contents_utf8()?.to_owned()))
    });
    files.collect()
}

fn files_of(folder: &Path) -> Result<Files> {
    let at = |path: &Path, error: std::io::Error| {
        DataFusionError::from(error).context(format!("import: reading {}", path.display()))
    };
    let mut files = Vec::new();
    for entry in folder.read_dir().map_err(|error| at(folder, error))? {
        let path = entry.map_err(|error| at(folder, error))?.path();
        let name = path.file_name().and_then(|name| name.to_str());
        let Some(name) = name.filter(|name| name.ends_with(".sql") || *name == "mapping.toml")
        else {
            continue;
        };
        let text = std::fs::read_to_string(&path).map_err(|error| at(&path, error))?;
        files.push((name.to_owned(), text));
    }
    Ok(files)
}
