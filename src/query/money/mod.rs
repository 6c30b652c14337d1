//! Money in one currency: `convert()` and the dated rates it needs.
//!
//! A function cannot read a table while it runs, and planning must not: a client that only asks
//! for the columns of a query waits for no rate. So `convert` is planned without rates, and just
//! before a plan runs those of `fx_rates` are read once and put into every call of it.

mod bind;
mod convert;
mod rates;
mod report_currency;

pub use bind::bind_rates;
pub use convert::{CONVERT, convert_udf};
pub use report_currency::report_currency_udf;
