//! What the settings of a session are until it sets them: what `_tributary/warehouse.toml` says,
//! and over it what the configuration says.

use datafusion::common::{Result, config::ExtensionOptions, plan_datafusion_err};
use object_store::ObjectStoreExt;
use serde::Deserialize;

use crate::{
    config::SessionDefaults,
    query::{definitions::Definitions, settings::Settings},
    warehouse::{SYSTEM_FOLDER, location::Location},
};

const FILE: &str = "warehouse.toml";

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Defaults {
    timezone: Option<String>,
    currency: Option<String>,
    as_of: Option<String>,
}

/// Sets what the warehouse's file says; a warehouse without the file changes nothing.
///
/// # Errors
/// A plan error that names the file for a key or a value that is not one.
pub(super) async fn read(warehouse: &Location, settings: &mut Settings) -> Result<()> {
    for (key, value) in stated(warehouse).await? {
        let set = settings.set(key, &value);
        set.map_err(|error| error.context(file(warehouse).to_string()))?;
    }
    Ok(())
}

/// What the warehouse's file says, by key.
pub(super) async fn stated(warehouse: &Location) -> Result<Vec<(&'static str, String)>> {
    let path = file(warehouse);
    let file = match warehouse.store().get(&path).await {
        Ok(file) => file,
        Err(object_store::Error::NotFound { .. }) => return Ok(Vec::new()),
        Err(error) => return Err(error.into()),
    };
    let bytes = file.bytes().await?;
    let defaults: Defaults = str::from_utf8(&bytes)
        .map_err(|error| error.to_string())
        .and_then(|text| toml::from_str(text).map_err(|error| error.to_string()))
        .map_err(|error| plan_datafusion_err!("{path}: {error}"))?;
    let Defaults {
        timezone,
        currency,
        as_of,
    } = defaults;
    let stated = [
        ("timezone", timezone),
        ("currency", currency),
        ("as_of", as_of),
    ];
    let stated = stated.into_iter();
    Ok(stated
        .filter_map(|(key, value)| Some((key, value?)))
        .collect())
}

fn file(warehouse: &Location) -> object_store::path::Path {
    warehouse.path(&format!("{SYSTEM_FOLDER}/{FILE}"))
}

/// Sets what the configuration says.
///
/// # Errors
/// A configuration or plan error that names the key, for a value that is none or a parameter that
/// no view has.
pub(super) fn configure(
    session: &SessionDefaults,
    definitions: &Definitions,
    settings: &mut Settings,
) -> Result<()> {
    let SessionDefaults {
        timezone,
        currency,
        as_of,
        parameters,
    } = session;
    for (key, value) in [
        ("timezone", timezone.clone()),
        ("currency", currency.clone()),
        ("as_of", as_of.map(|instant| instant.to_string())),
    ] {
        if let Some(value) = value {
            let set = settings.set(key, &value);
            set.map_err(|error| error.context(format!("session.{key}")))?;
        }
    }
    for (name, value) in parameters {
        let set = definitions.check_parameter(name, value);
        set.and_then(|()| settings.set(&format!("param.{name}"), value))
            .map_err(|error| error.context(format!("session.parameters.\"{name}\"")))?;
    }
    Ok(())
}
