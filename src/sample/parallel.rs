//! Doing numbered pieces of work on several threads, with results in the order of the numbers.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Does `work` for every number below `count` on up to `threads` threads.
///
/// The results are in the order of the numbers, whatever thread did which. The first error in
/// that order is returned; after an error no new piece is begun.
pub(super) fn map_numbered<T: Send, E: Send>(
    threads: usize,
    count: usize,
    work: impl Fn(usize) -> Result<T, E> + Sync,
) -> Result<Vec<T>, E> {
    if threads <= 1 || count <= 1 {
        return (0..count).map(work).collect();
    }
    let next = AtomicUsize::new(0);
    let results: Vec<Mutex<Option<Result<T, E>>>> = (0..count).map(|_| Mutex::new(None)).collect();
    std::thread::scope(|scope| {
        for _ in 0..threads.min(count) {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    let Some(slot) = results.get(number) else {
                        return;
                    };
                    let result = work(number);
                    if result.is_err() {
                        next.store(count, Ordering::Relaxed);
                    }
                    *slot.lock().expect("no piece of work panics with its slot") = Some(result);
                }
            });
        }
    });
    // Numbers are handed out in order, so the empty slots come after the one with an error.
    let done = results.into_iter().map_while(|slot| {
        slot.into_inner()
            .expect("no piece of work panics with its slot")
    });
    done.collect()
}

#[cfg(test)]
mod tests {
    use super::map_numbered;

    #[test]
    fn results_are_in_order_and_the_first_error_wins() {
        for threads in [1, 3, 16] {
            let squares = map_numbered(threads, 100, |number| Ok::<_, ()>(number * number));
            let expected: Vec<_> = (0..100).map(|number| number * number).collect();
            assert_eq!(squares, Ok(expected));
            let error = map_numbered(threads, 100, |number| {
                if number == 40 { Err(number) } else { Ok(()) }
            });
            assert_eq!(error, Err(40));
            assert_eq!(
                map_numbered(threads, 0, |_| Ok::<usize, ()>(1)),
                Ok(Vec::new())
            );
        }
    }
}
