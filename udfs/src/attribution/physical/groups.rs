//! Rows by group: a counting sort.

/// Returns row numbers by group, those of one group in their order, and where each group starts in
/// them; the last start is the end of the last group. Every group is below `group_count`.
pub(crate) fn by_group(groups: &[u32], group_count: usize) -> (Vec<u32>, Vec<u32>) {
    let starts = group_starts(groups.iter().copied(), group_count);
    let mut next = starts.clone();
    let mut order = vec![0; groups.len()];
    for (row, &group) in groups.iter().enumerate() {
        let place = &mut next[group as usize];
        order[*place as usize] = row as u32;
        *place += 1;
    }
    (order, starts)
}

/// Returns where each group starts when rows are ordered by group, and where the last one ends.
pub(crate) fn group_starts(groups: impl Iterator<Item = u32>, group_count: usize) -> Vec<u32> {
    let mut starts = vec![0; group_count + 1];
    for group in groups {
        starts[group as usize + 1] += 1;
    }
    for group in 1..starts.len() {
        starts[group] += starts[group - 1];
    }
    starts
}

#[cfg(test)]
mod tests {
    use super::by_group;

    #[test]
    fn rows_of_a_group_keep_their_order() {
        let (order, starts) = by_group(&[2, 0, 2, 3, 0], 4);
        assert_eq!(order, [1, 4, 0, 2, 3]);
        assert_eq!(starts, [0, 2, 2, 4, 5]);
    }
}
