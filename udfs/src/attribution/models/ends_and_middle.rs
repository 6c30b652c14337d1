//! The arithmetic that the position models share: fixed parts for both ends, one part for the rest.

use super::Credit;

/// Divides by the ratio `oldest` : 1 : `newest`, where the 1 is shared by all touchpoints between
/// the ends. Without any between, the ends keep their ratio; a lone touchpoint takes everything.
pub(super) fn share(touchpoint_count: usize, oldest: u64, newest: u64) -> Credit {
    match touchpoint_count {
        0 | 1 => Credit::Whole(0),
        2 => Credit::Shared(vec![oldest, newest]),
        count => {
            let between = count as u64 - 2;
            let mut weights = vec![1; count];
            weights[0] = oldest * between;
            weights[count - 1] = newest * between;
            Credit::Shared(weights)
        }
    }
}
