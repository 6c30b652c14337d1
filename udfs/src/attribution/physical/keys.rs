//! Keys of any type as numbers of 64 bits that differ where the keys do.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, BinaryArray};
use datafusion::arrow::datatypes::DataType;
use datafusion::arrow::row::{RowConverter, SortField};
use datafusion::common::Result;
use datafusion::common::hash_utils::{RandomState, create_hashes};

/// Turns keys into hashes.
///
/// Whole numbers of 32 or 64 bits are mixed so that no two share a hash. Other keys are hashed with
/// a seed, and who relies on the hashes checks that no two conversions' keys share one; if two do,
/// another seed tells them apart.
#[derive(Debug)]
pub(crate) enum KeyHasher {
    Number(Width),
    /// Strings and bytes.
    Bytes(RandomState),
    /// Everything else, by its bytes in arrow's row format.
    Rows(RowConverter, RandomState),
}

/// Bits of a number.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Width {
    Bits32,
    Bits64,
}

impl KeyHasher {
    /// `attempt` chooses the seed.
    pub(crate) fn try_new(data_type: &DataType, attempt: u64) -> Result<Self> {
        // Not the seed of RepartitionExec: with the same one, all keys of a partition would share
        // bits and crowd together.
        let random_state = RandomState::with_seed(0x5eed + attempt);
        Ok(match data_type {
            DataType::Utf8
            | DataType::LargeUtf8
            | DataType::Utf8View
            | DataType::Binary
            | DataType::LargeBinary
            | DataType::BinaryView => Self::Bytes(random_state),
            other => match (other.is_floating(), other.primitive_width()) {
                (false, Some(4)) => Self::Number(Width::Bits32),
                (false, Some(8)) => Self::Number(Width::Bits64),
                _ => {
                    let fields = vec![SortField::new(other.clone())];
                    Self::Rows(RowConverter::new(fields)?, random_state)
                }
            },
        })
    }

    /// Whether two keys may share a hash.
    pub(crate) fn can_collide(&self) -> bool {
        !matches!(self, Self::Number(_))
    }

    /// The keys as [`Self::hash`] takes them and as they are compared.
    pub(crate) fn comparable(&self, keys: &ArrayRef) -> Result<ArrayRef> {
        match self {
            Self::Number(_) | Self::Bytes(_) => Ok(Arc::clone(keys)),
            Self::Rows(converter, _) => {
                let rows = converter.convert_columns(std::slice::from_ref(keys))?;
                let (offsets, bytes, _) = rows.try_into_binary()?.into_parts();
                Ok(Arc::new(BinaryArray::new(
                    offsets,
                    bytes,
                    keys.logical_nulls(),
                )))
            }
        }
    }

    /// Writes the hash of each key; that of NULL means nothing.
    pub(crate) fn hash(&self, keys: &ArrayRef, hashes: &mut Vec<u64>) -> Result<()> {
        hashes.clear();
        match self {
            Self::Number(Width::Bits32) => {
                let data = keys.to_data();
                let values = &data.buffer::<u32>(0)[..keys.len()];
                hashes.extend(values.iter().map(|&value| mixed(u64::from(value))));
            }
            Self::Number(Width::Bits64) => {
                let data = keys.to_data();
                let values = &data.buffer::<u64>(0)[..keys.len()];
                hashes.extend(values.iter().map(|&value| mixed(value)));
            }
            Self::Bytes(random_state) | Self::Rows(_, random_state) => {
                hashes.resize(keys.len(), 0);
                create_hashes([keys], random_state, hashes)?;
            }
        }
        Ok(())
    }
}

/// Mixes the bits of a number so that it can be turned back (the finalizer of MurmurHash3): no two
/// numbers become one.
fn mixed(mut value: u64) -> u64 {
    value ^= value >> 33;
    value = value.wrapping_mul(0xff51_afd7_ed55_8ccd);
    value ^= value >> 33;
    value = value.wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    value ^ (value >> 33)
}
