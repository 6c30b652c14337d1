//! Dividing an amount exactly: largest remainder in the smallest unit of its type.

/// Divides `amount` by `weights` into whole units that sum to `amount`.
///
/// Each piece is its exact share rounded down; the units left over go one each to the largest
/// remainders, equal remainders to the lowest index. A negative amount is the mirror image of the
/// positive one. `weights` hold at most 2^32 numbers of at most 2^48 each, not all 0.
pub(crate) fn split_exactly(amount: i128, weights: &[u64]) -> Vec<i128> {
    let total: u128 = weights.iter().map(|&weight| u128::from(weight)).sum();
    // amount * weight may exceed 128 bits. With amount = quotient * total + rest, the share is
    // quotient * weight + rest * weight / total, and no term of it does.
    let quotient = amount.unsigned_abs() / total;
    let rest = amount.unsigned_abs() % total;
    let mut left_over = amount.unsigned_abs();
    let mut pieces = Vec::with_capacity(weights.len());
    let mut remainders = Vec::with_capacity(weights.len());
    for (idx, &weight) in weights.iter().enumerate() {
        let weight = u128::from(weight);
        let piece = quotient * weight + rest * weight / total;
        left_over -= piece;
        pieces.push(piece as i128);
        remainders.push((rest * weight % total, idx));
    }
    let count = left_over as usize;
    if count > 0 {
        // Fewer units are left than there are pieces, so the count-th remainder exists.
        remainders
            .select_nth_unstable_by(count - 1, |a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
        for &(_, idx) in &remainders[..count] {
            pieces[idx] += 1;
        }
    }
    if amount < 0 {
        pieces.iter_mut().for_each(|piece| *piece = -*piece);
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::split_exactly;

    #[test]
    fn units_left_over_go_to_the_largest_remainders() {
        for (amount, weights, expected) in [
            (100, vec![1, 1, 1], vec![34, 33, 33]),
            (101, vec![1, 1, 1], vec![34, 34, 33]),
            (-100, vec![1, 1, 1], vec![-34, -33, -33]),
            (1, vec![1, 3], vec![0, 1]),
            (2, vec![1, 1, 1, 1, 1], vec![1, 1, 0, 0, 0]),
            (0, vec![1, 2], vec![0, 0]),
            (7, vec![5], vec![7]),
            (10, vec![0, 1], vec![0, 10]),
        ] {
            assert_eq!(
                split_exactly(amount, &weights),
                expected,
                "{amount} by {weights:?}"
            );
        }
    }

    #[test]
    fn the_widest_amounts_and_weights_sum_exactly() {
        for amount in [i128::MAX, i128::MIN + 1, 10_i128.pow(38) - 1] {
            for weights in [vec![1 << 48; 1000], vec![1, 1 << 48, 3], vec![7; 13]] {
                assert_eq!(split_exactly(amount, &weights).iter().sum::<i128>(), amount);
            }
        }
    }
}
