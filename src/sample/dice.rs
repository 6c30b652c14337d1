//! Chance that repeats: every draw of the sample comes from here.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// A stream of random draws that depends on nothing but the seed and the stream's number.
pub(super) struct Dice(ChaCha8Rng);

impl Dice {
    pub(super) fn new(seed: u64, stream: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(stream);
        Self(rng)
    }

    /// True with this probability.
    pub(super) fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// A number in [0, 1).
    pub(super) fn unit(&mut self) -> f64 {
        self.0.random()
    }

    /// A whole number from `low` to `high`, both included.
    pub(super) fn between(&mut self, low: i64, high: i64) -> i64 {
        self.0.random_range(low..=high)
    }

    /// One of the items, each as likely as the others.
    pub(super) fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.0.random_range(0..items.len())]
    }

    /// One of the items, as likely as the weight beside it.
    pub(super) fn weighted<T: Copy>(&mut self, items: &[(T, u32)]) -> T {
        let total: u32 = items.iter().map(|(_, weight)| weight).sum();
        let mut left = self.0.random_range(0..total);
        for (item, weight) in items {
            if left < *weight {
                return *item;
            }
            left -= weight;
        }
        unreachable!("the draw is below the sum of the weights")
    }

    /// The index of the first cumulative weight above a draw; the weights rise.
    pub(super) fn cumulative(&mut self, weights: &[f64]) -> usize {
        let total = weights.last().copied().unwrap_or_default();
        let draw = self.unit() * total;
        let index = weights.partition_point(|weight| *weight <= draw);
        index.min(weights.len().saturating_sub(1))
    }

    /// How often something happens that happens `mean` times on average.
    pub(super) fn poisson(&mut self, mean: f64) -> usize {
        let limit = (-mean.min(60.0)).exp();
        let mut product = self.unit();
        let mut count = 0;
        while product > limit {
            product *= self.unit();
            count += 1;
        }
        count
    }

    /// A skewed factor around 1: most draws are below it, a few far above.
    pub(super) fn skew(&mut self, sigma: f64) -> f64 {
        let (u, v) = (1.0 - self.unit(), self.unit());
        let normal = (-2.0 * u.ln()).sqrt() * (std::f64::consts::TAU * v).cos();
        (sigma * normal - sigma * sigma / 2.0).exp()
    }
}

#[cfg(test)]
mod tests {
    use super::Dice;

    #[test]
    fn a_stream_repeats_and_differs_from_its_neighbours() {
        let draws = |seed, stream| {
            let mut dice = Dice::new(seed, stream);
            (0..8).map(|_| dice.between(0, 1 << 40)).collect::<Vec<_>>()
        };
        assert_eq!(draws(1, 2), draws(1, 2));
        assert_ne!(draws(1, 2), draws(1, 3));
        assert_ne!(draws(1, 2), draws(2, 2));
    }

    #[test]
    fn draws_have_the_stated_means() {
        let mut dice = Dice::new(7, 0);
        let count = 20_000;
        let mean = |total: f64| total / f64::from(count);
        let poisson = mean((0..count).map(|_| dice.poisson(4.0) as f64).sum());
        assert!((poisson - 4.0).abs() < 0.1, "{poisson}");
        let skew = mean((0..count).map(|_| dice.skew(0.8)).sum());
        assert!((skew - 1.0).abs() < 0.1, "{skew}");
        let first = (0..count)
            .filter(|_| dice.weighted(&[(1, 3), (2, 1)]) == 1)
            .count();
        assert!((mean(first as f64) - 0.75).abs() < 0.02, "{first}");
    }
}
