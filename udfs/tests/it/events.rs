//! Random events of a few visitors, and the table they make.

use std::sync::Arc;

use datafusion::arrow::array::{
    ArrayRef, BooleanArray, Decimal128Array, Int64Array, RecordBatch, StringArray,
    TimestampMicrosecondArray,
};
use proptest::prelude::{Strategy, any};
use proptest::{collection, option};

/// Small numbers, so that ties, repetitions and window ends are common.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Event {
    pub(crate) visitor: Option<u8>,
    /// Seconds since 1970.
    pub(crate) at: Option<i64>,
    /// Whether it is step a, b, c.
    pub(crate) steps: [Option<bool>; 3],
    pub(crate) order: u8,
    pub(crate) has_value: bool,
}

pub(crate) fn events() -> impl Strategy<Value = Vec<Event>> {
    let step = || option::weighted(0.9, any::<bool>());
    let one = (
        option::weighted(0.9, 0..3_u8),
        option::weighted(0.9, 0..9_i64),
        [step(), step(), step()],
        0..4_u8,
        any::<bool>(),
    );
    let event = |(visitor, at, steps, order, has_value)| Event {
        visitor,
        at,
        steps,
        order,
        has_value,
    };
    collection::vec(one.prop_map(event), 0..24)
}

impl Event {
    /// The same for every row of an order.
    pub(crate) fn cents(&self) -> Option<i128> {
        let of_order = i128::from(self.order) * 37 - 40;
        self.has_value.then_some(of_order)
    }
}

/// The table `events` (visitor, at, a, b, c, order_id, amount, currency), a currency per visitor.
pub(crate) fn event_batch(events: &[Event]) -> RecordBatch {
    let visitors = events.iter().map(|event| event.visitor.map(i64::from));
    let instants = events.iter().map(|event| Some(event.at? * 1_000_000));
    let step = |step: usize| -> ArrayRef {
        let met = events.iter().map(|event| event.steps[step]);
        Arc::new(met.collect::<BooleanArray>())
    };
    let orders = events.iter().map(|event| Some(format!("o{}", event.order)));
    let amounts = events.iter().map(Event::cents).collect::<Decimal128Array>();
    let currencies = events.iter().map(|event| match event.visitor {
        Some(visitor) => Some(["EUR", "USD", "CHF"][usize::from(visitor)]),
        None => Some("GBP"),
    });
    let columns: [(&str, ArrayRef); 8] = [
        ("visitor", Arc::new(visitors.collect::<Int64Array>())),
        (
            "at",
            Arc::new(instants.collect::<TimestampMicrosecondArray>()),
        ),
        ("a", step(0)),
        ("b", step(1)),
        ("c", step(2)),
        ("order_id", Arc::new(orders.collect::<StringArray>())),
        (
            "amount",
            Arc::new(amounts.with_precision_and_scale(18, 2).unwrap()),
        ),
        ("currency", Arc::new(currencies.collect::<StringArray>())),
    ];
    RecordBatch::try_from_iter_with_nullable(columns.map(|(name, array)| (name, array, true)))
        .unwrap()
}
