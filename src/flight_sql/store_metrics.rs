//! What `/metrics` says of the object store behind the warehouse.

use std::{fmt, sync::Arc};

use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, EncodeMetric},
    metrics::{MetricType, counter::ConstCounter},
    registry::Unit,
};

use crate::warehouse::store::{Operation, Outcome, Requests};

/// The requests to the store, read when the page is.
#[derive(Debug)]
pub(super) struct StoreRequests(pub(super) Arc<Requests>);

impl Collector for StoreRequests {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let Self(requests) = self;
        let help = "Requests to the object store, by what they asked for and how they ended";
        let mut counts =
            encoder.encode_descriptor("store_requests", help, None, MetricType::Counter)?;
        for operation in Operation::ALL {
            for outcome in Outcome::ALL {
                let labels = [("operation", operation.name()), ("outcome", outcome.name())];
                let count = ConstCounter::new(requests.count(operation, outcome));
                count.encode(counts.encode_family(&labels)?)?;
            }
        }
        let help = "How long the object store took to begin its answers";
        let mut durations = encoder.encode_descriptor(
            "store_request_duration",
            help,
            Some(&Unit::Seconds),
            MetricType::Histogram,
        )?;
        for operation in Operation::ALL {
            let labels = [("operation", operation.name())];
            let durations = durations.encode_family(&labels)?;
            requests.durations(operation).encode(durations)?;
        }
        for (name, help, bytes) in [
            (
                "store_read",
                "Bytes read from the object store",
                requests.read_bytes(),
            ),
            (
                "store_written",
                "Bytes sent to the object store",
                requests.written_bytes(),
            ),
        ] {
            let unit = Some(&Unit::Bytes);
            let encoder = encoder.encode_descriptor(name, help, unit, MetricType::Counter)?;
            ConstCounter::new(bytes).encode(encoder)?;
        }
        Ok(())
    }
}
