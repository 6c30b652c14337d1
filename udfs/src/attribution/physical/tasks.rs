//! Futures that run at the same time.

use std::future::Future;

use datafusion::common::runtime::JoinSet;
use datafusion::common::{DataFusionError, Result};

/// Runs every future in a task of its own, and returns what they return, in their order.
///
/// The first error ends all tasks, and is returned when they have ended and their memory is free.
/// A panic goes on here.
pub(crate) async fn run_all<T: Send + 'static>(
    futures: impl IntoIterator<Item = impl Future<Output = Result<T>> + Send + 'static>,
) -> Result<Vec<T>> {
    let mut tasks = JoinSet::new();
    for (idx, future) in futures.into_iter().enumerate() {
        tasks.spawn(async move { future.await.map(|result| (idx, result)) });
    }
    let mut results = vec![];
    while let Some(joined) = tasks.join_next().await {
        match joined {
            Ok(Ok(result)) => results.push(result),
            Ok(Err(error)) => {
                tasks.shutdown().await;
                return Err(error);
            }
            Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
            Err(error) => return Err(DataFusionError::ExecutionJoin(Box::new(error))),
        }
    }
    results.sort_unstable_by_key(|&(idx, _)| idx);
    Ok(results.into_iter().map(|(_, result)| result).collect())
}
