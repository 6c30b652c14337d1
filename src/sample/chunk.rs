//! A chunk: some customers and everything they did, from nothing but the seed and its number.

use super::rows::Rows;
use super::scene::Scene;
use super::seasons::{DAY, NOW, START, Seasons};

/// Customers of a full chunk.
pub(super) const CUSTOMERS_PER_CHUNK: usize = 250;

/// The rows of a chunk; chunk 0 is the planted one, see [`super::planted`].
pub(super) fn generate(seasons: &Seasons, seed: u64, chunk: u64, customers: usize) -> Rows {
    let mut scene = Scene::new(seasons, seed, chunk);
    let mut inherited = None;
    for _ in 0..customers {
        let mut person = scene.make_person(inherited.take());
        if person.identified_at.is_some() && scene.dice.chance(0.012) {
            let day = scene.dice.between(START / DAY + 40, NOW / DAY - 5);
            inherited = Some(scene.give_away(&mut person, day * DAY));
        }
        scene.live(&person);
    }
    scene.strangers(customers);
    scene.rows
}
