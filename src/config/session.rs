//! `[session]`: what the settings of a session are until it sets them.

use std::collections::BTreeMap;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SessionDefaults {
    /// IANA zone whose days the reports count; absent: that of the warehouse, else UTC.
    #[schemars(example = &"Europe/Berlin")]
    pub timezone: Option<String>,
    /// ISO 4217 code of the currency that reports are in; absent: that of the warehouse, else USD.
    #[schemars(example = &"EUR")]
    pub currency: Option<String>,
    /// What counts as now; absent: that of the warehouse, else the clock.
    #[schemars(with = "Option<String>", extend("format" = "instant"))]
    #[schemars(example = &"2026-08-31T22:00:00Z")]
    pub as_of: Option<Timestamp>,
    /// Values of view parameters, by `"schema.parameter"`.
    #[schemars(extend("examples" = [{ "revenue.lookback": "7 days" }]))]
    pub parameters: BTreeMap<String, String>,
}
