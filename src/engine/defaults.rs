//! `_tributary/warehouse.toml`: the zone, currency and clock that a warehouse comes with.

use datafusion::common::{Result, config::ExtensionOptions, plan_datafusion_err};
use object_store::ObjectStoreExt;
use serde::Deserialize;

use crate::{
    query::settings::Settings,
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
    let path = warehouse.path(&format!("{SYSTEM_FOLDER}/{FILE}"));
    let file = match warehouse.store().get(&path).await {
        Ok(file) => file,
        Err(object_store::Error::NotFound { .. }) => return Ok(()),
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
    for (key, value) in [
        ("timezone", timezone),
        ("currency", currency),
        ("as_of", as_of),
    ] {
        if let Some(value) = value {
            settings
                .set(key, &value)
                .map_err(|error| error.context(path.to_string()))?;
        }
    }
    Ok(())
}
