//! LIST columns that hold what aggregates keep of each group.

use std::ops::Range;
use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, ListArray};
use datafusion::arrow::buffer::OffsetBuffer;
use datafusion::arrow::datatypes::{DataType, Field, FieldRef};
use datafusion::common::Result;

/// The type of a list of these.
pub(crate) fn list_type(item: &DataType) -> DataType {
    DataType::List(item_field(item))
}

/// Cuts `items` into lists of these lengths.
pub(crate) fn lists(lengths: impl IntoIterator<Item = usize>, items: ArrayRef) -> Result<ArrayRef> {
    let offsets = OffsetBuffer::from_lengths(lengths);
    let field = item_field(items.data_type());
    Ok(Arc::new(ListArray::try_new(field, offsets, items, None)?))
}

/// The items of a column of lists without NULL: of a part of a larger column only those of the part.
pub(crate) fn items(lists: &ArrayRef) -> (ArrayRef, impl Fn(usize) -> Range<usize>) {
    let lists = lists.as_list::<i32>().clone();
    let start = lists.value_offsets()[0] as usize;
    let end = lists.value_offsets()[lists.len()] as usize;
    let items = lists.values().slice(start, end - start);
    let of_row = move |row: usize| {
        let offsets = lists.value_offsets();
        offsets[row] as usize - start..offsets[row + 1] as usize - start
    };
    (items, of_row)
}

fn item_field(item: &DataType) -> FieldRef {
    Arc::new(Field::new_list_field(item.clone(), true))
}
