//! Until when a statement may take, and who says so.

use std::time::Duration;

use tokio::time::Instant;
use tonic::{Code, Status, metadata::MetadataMap};

use super::status::refused;

/// The end of a statement: whatever comes first of the server's limit and the client's own.
#[derive(Debug, Clone, Copy)]
pub(super) struct Deadline {
    pub(super) at: Instant,
    limit: Duration,
    is_clients: bool,
}

impl Deadline {
    /// # Arguments
    /// `limit`: of the server; `own`: what the client's header asks for.
    pub(super) fn of(limit: Duration, own: Option<Duration>) -> Self {
        let is_clients = own.is_some_and(|own| own < limit);
        let limit = own.unwrap_or(limit).min(limit);
        let now = Instant::now();
        // Who writes centuries means no limit.
        let century = Duration::from_secs(100 * 365 * 24 * 3600);
        let at = now.checked_add(limit).unwrap_or(now + century);
        Self {
            at,
            limit,
            is_clients,
        }
    }

    pub(super) fn exceeded(&self) -> Status {
        let Self { limit, .. } = self;
        let text = match self.is_clients {
            true => format!(
                "the statement took longer than {limit:?}, the time that its client gave it \
                 (grpc-timeout)"
            ),
            false => format!(
                "the statement took longer than {limit:?}, the time that one may take from its \
                 start to the last row that its client reads (server.limits.statement_timeout)"
            ),
        };
        refused(Code::DeadlineExceeded, text)
    }
}

/// What a `grpc-timeout` header says: at most eight digits and a unit. One that is malformed is
/// ignored, as gRPC servers do.
pub(super) fn grpc_timeout(metadata: &MetadataMap) -> Option<Duration> {
    let text = metadata.get("grpc-timeout")?.to_str().ok()?;
    let (digits, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    if digits.len() > 8 {
        return None;
    }
    let value: u64 = digits.parse().ok()?;
    match unit {
        "H" => Some(Duration::from_secs(value * 3600)),
        "M" => Some(Duration::from_secs(value * 60)),
        "S" => Some(Duration::from_secs(value)),
        "m" => Some(Duration::from_millis(value)),
        "u" => Some(Duration::from_micros(value)),
        "n" => Some(Duration::from_nanos(value)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_has_digits_and_a_unit() {
        let timeout = |text: &str| {
            let mut metadata = MetadataMap::new();
            metadata.insert("grpc-timeout", text.parse().unwrap());
            grpc_timeout(&metadata)
        };
        assert_eq!(timeout("2S"), Some(Duration::from_secs(2)));
        assert_eq!(timeout("3600000m"), Some(Duration::from_secs(3600)));
        assert_eq!(timeout("1H"), Some(Duration::from_secs(3600)));
        for wrong in ["", "S", "2", "-1S", "123456789S", "2é", "2s"] {
            let wrong = timeout(wrong);
            assert_eq!(wrong, None);
        }
        assert_eq!(grpc_timeout(&MetadataMap::new()), None);
    }

    #[test]
    fn the_shorter_limit_counts_and_is_named() {
        let minute = Duration::from_secs(60);
        for (own, expected) in [
            (None, "longer than 60s, the time that one may take"),
            (
                Some(Duration::from_secs(2)),
                "longer than 2s, the time that its client gave it",
            ),
            (
                Some(Duration::from_secs(90)),
                "(server.limits.statement_timeout)",
            ),
        ] {
            let status = Deadline::of(minute, own).exceeded();
            assert_eq!(status.code(), Code::DeadlineExceeded);
            assert!(status.message().contains(expected), "{status}");
        }
        Deadline::of(Duration::MAX, None);
    }
}
