//! Text, identifiers, currencies and flags.

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, BooleanArray, StringArray},
        compute::cast,
        datatypes::DataType,
    },
    common::Result,
};

use super::{
    Coerced, currency,
    decimal::{Decimal, Surplus},
    number::numbers,
};
use crate::warehouse::contract::Kind;

/// A column as text; an empty text is NULL, except where text is the point.
pub(super) fn text(kind: Kind, array: &ArrayRef) -> Result<StringArray> {
    if let DataType::FixedSizeBinary(_) = array.data_type() {
        let ids = array.as_fixed_size_binary().iter();
        return Ok(ids
            .map(|id| Some(uuid::Uuid::from_slice(id?).ok()?.to_string()))
            .collect());
    }
    let text = cast(array, &DataType::Utf8)?;
    let text = text.as_string::<i32>();
    let keeps_empty = matches!(kind, Kind::Text | Kind::Word);
    Ok(
        match keeps_empty || text.iter().all(|value| value != Some("")) {
            true => text.clone(),
            false => text
                .iter()
                .map(|value| value.filter(|text| !text.is_empty()))
                .collect(),
        },
    )
}

/// Identifiers: a whole float is the integer that a tool without nullable integers made of it.
pub(super) fn id(array: &ArrayRef) -> Result<Coerced> {
    if !array.data_type().is_floating() {
        return Ok(Coerced::new(text(Kind::Id, array)?, vec![]));
    }
    let decimal = Decimal {
        precision: 15,
        scale: 0,
        surplus: Surplus::Refuse,
    };
    let (values, mut bad) = numbers(array, decimal)?;
    for (_, reason) in &mut bad {
        *reason = "not a whole number that a float holds exactly".into();
    }
    let ids: StringArray = values.iter().map(|id| Some(id?.to_string())).collect();
    Ok(Coerced::new(ids, bad))
}

/// Currency codes, in capitals.
pub(super) fn codes(text: &StringArray) -> Coerced {
    let mut bad = Vec::new();
    let codes: StringArray = text
        .iter()
        .enumerate()
        .map(|(row, text)| {
            let code = currency::code(text?);
            if code.is_none() {
                bad.push((row, "not an ISO 4217 code such as EUR".into()));
            }
            code
        })
        .collect();
    Coerced::new(codes, bad)
}

/// Truth values, in the words that tools use.
pub(super) fn flags(array: &ArrayRef) -> Result<Coerced> {
    if let Some(flags) = array.as_boolean_opt() {
        return Ok(Coerced::new(flags.clone(), vec![]));
    }
    let mut bad = Vec::new();
    let flags: BooleanArray = text(Kind::Flag, array)?
        .iter()
        .enumerate()
        .map(
            |(row, text)| match text?.trim().to_ascii_lowercase().as_str() {
                "true" | "t" | "yes" | "1" => Some(true),
                "false" | "f" | "no" | "0" => Some(false),
                _ => {
                    bad.push((row, "not one of true, false, yes, no, t, f, 1, 0".into()));
                    None
                }
            },
        )
        .collect();
    Ok(Coerced::new(flags, bad))
}
