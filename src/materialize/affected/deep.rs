//! Futures that wait for their like, as deep as a plan is.
//!
//! Each that is polled polls the one that it waits for, on the same stack; that of a thread is too
//! small for the plans of some views.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use futures::future::BoxFuture;

/// What one step, and the planning of a query in it, may take.
const LEAST: usize = 512 << 10;
/// What there is after growing.
const GROWN: usize = 4 << 20;

/// The same future, on a stack that grows.
pub(super) fn deep<'a, T: 'a>(future: impl Future<Output = T> + Send + 'a) -> BoxFuture<'a, T> {
    Box::pin(Deep(Box::pin(future)))
}

struct Deep<'a, T>(BoxFuture<'a, T>);

impl<T> Future for Deep<'_, T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        stacker::maybe_grow(LEAST, GROWN, || self.0.as_mut().poll(context))
    }
}
