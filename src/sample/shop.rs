//! The shop: its teams, agents, stores, associates and products. The same at every scale.
//!
//! A skincare and fragrance shop of New York with a branch in Berlin.

use super::columns::Id;
use super::dice::Dice;
use super::rows::{FxRate, Posting, Product, Store, Team};
use super::seasons::{DAY, DAYS, Home, LAST_DATE, Micros, NOW, START};

pub(crate) const TEAMS: &[Team] = &[
    Team {
        team_id: "team-sales",
        name: "Sales",
    },
    Team {
        team_id: "team-care",
        name: "Customer care",
    },
    Team {
        team_id: "team-vip",
        name: "VIP advisers",
    },
    Team {
        team_id: "team-europe",
        name: "Europe",
    },
];

const fn always(who: &'static str, name: &'static str, place: &'static str) -> Posting {
    Posting {
        who,
        name,
        place,
        from: None,
        to: None,
    }
}

const fn until(day: i64, posting: Posting) -> Posting {
    Posting {
        to: Some(START + day * DAY),
        ..posting
    }
}

const fn since(day: i64, posting: Posting) -> Posting {
    Posting {
        from: Some(START + day * DAY),
        ..posting
    }
}

/// Agents in their teams; four of them changed team, one of them twice, and one came late.
pub(crate) const AGENTS: &[Posting] = &[
    always("agent-01", "Maya Torres", "team-sales"),
    always("agent-02", "Jonah Reed", "team-sales"),
    always("agent-03", "Priya Nair", "team-sales"),
    until(52, always("agent-04", "Lucas Meyer", "team-sales")),
    since(52, always("agent-04", "Lucas Meyer", "team-europe")),
    always("agent-05", "Hana Sato", "team-sales"),
    always("agent-06", "Omar Haddad", "team-care"),
    always("agent-07", "Grace Lin", "team-care"),
    until(75, always("agent-08", "Ethan Cole", "team-care")),
    since(75, always("agent-08", "Ethan Cole", "team-sales")),
    always("agent-09", "Sofia Alvarez", "team-care"),
    always("agent-10", "Ben Carter", "team-care"),
    always("agent-11", "Zoe Park", "team-vip"),
    until(33, always("agent-12", "Amara Obi", "team-vip")),
    until(90, since(33, always("agent-12", "Amara Obi", "team-care"))),
    since(90, always("agent-12", "Amara Obi", "team-vip")),
    always("agent-13", "Noah Fischer", "team-europe"),
    always("agent-14", "Lena Vogel", "team-europe"),
    until(101, always("agent-15", "Marta Kowalska", "team-europe")),
    since(101, always("agent-15", "Marta Kowalska", "team-vip")),
    since(60, always("agent-16", "Theo Brandt", "team-europe")),
];

/// Agents who answer customers of a home, and how much of the work each does.
pub(crate) fn agents_for(home: Home) -> &'static [(&'static str, u32)] {
    match home {
        Home::America => &[
            ("agent-01", 16),
            ("agent-02", 12),
            ("agent-03", 11),
            ("agent-05", 9),
            ("agent-06", 8),
            ("agent-07", 8),
            ("agent-08", 7),
            ("agent-09", 6),
            ("agent-10", 5),
            ("agent-11", 5),
            ("agent-12", 4),
        ],
        Home::Europe => &[
            ("agent-13", 10),
            ("agent-14", 9),
            ("agent-15", 7),
            ("agent-04", 6),
            ("agent-16", 4),
        ],
    }
}

pub(crate) const BOT: &str = "bot-aria";
pub(crate) const IDLE_RULE: &str = "rule-idle";
pub(crate) const REOPEN_RULE: &str = "rule-reopen";

pub(crate) const STORES: &[Store; 4] = &[
    Store {
        store_id: "store-soho",
        name: "SoHo",
        home: Home::America,
        date_only: false,
    },
    Store {
        store_id: "store-boston",
        name: "Boston",
        home: Home::America,
        date_only: false,
    },
    Store {
        store_id: "store-outlet",
        name: "Jersey Outlet",
        home: Home::America,
        date_only: true,
    },
    Store {
        store_id: "store-berlin",
        name: "Berlin Mitte",
        home: Home::Europe,
        date_only: false,
    },
];

/// Associates in their stores; two of them moved.
pub(crate) const ASSOCIATES: &[Posting] = &[
    always("associate-01", "Nina Brooks", "store-soho"),
    always("associate-02", "Carlos Vega", "store-soho"),
    until(61, always("associate-03", "Ruth Adler", "store-soho")),
    since(61, always("associate-03", "Ruth Adler", "store-boston")),
    always("associate-04", "Dev Patel", "store-soho"),
    always("associate-05", "Claire Dunn", "store-boston"),
    always("associate-06", "Sam Whitfield", "store-boston"),
    always("associate-07", "Ivy Chen", "store-outlet"),
    until(40, always("associate-08", "Paul Moreau", "store-outlet")),
    since(40, always("associate-08", "Paul Moreau", "store-soho")),
    always("associate-09", "Tess Morgan", "store-outlet"),
    always("associate-10", "Jana Wolf", "store-berlin"),
    always("associate-11", "Emre Kaya", "store-berlin"),
    always("associate-12", "Ida Lorenz", "store-berlin"),
];

const fn product(
    id: &'static str,
    name: &'static str,
    category: &'static str,
    cents: i64,
    weight: u32,
) -> Product {
    Product {
        product_id: id,
        name,
        category,
        cents,
        weight,
    }
}

/// What is sold; `weight` is how often, `cents` the price in dollars' cents.
pub(crate) const PRODUCTS: &[Product] = &[
    product("p-101", "Oat Milk Cleanser", "Cleansers", 2400, 16),
    product("p-102", "Gel Cleanser", "Cleansers", 1950, 14),
    product("p-103", "Cleansing Balm", "Cleansers", 3200, 9),
    product("p-104", "Micellar Water", "Cleansers", 1600, 10),
    product("p-105", "Enzyme Powder Wash", "Cleansers", 2850, 5),
    product("p-201", "Vitamin C Serum", "Serums", 5400, 15),
    product("p-202", "Hyaluronic Serum", "Serums", 3600, 14),
    product("p-203", "Niacinamide Serum", "Serums", 2900, 12),
    product("p-204", "Retinal Night Serum", "Serums", 6800, 8),
    product("p-205", "Peptide Serum", "Serums", 7200, 4),
    product("p-206", "Azelaic Booster", "Serums", 3100, 5),
    product("p-301", "Daily Moisturiser", "Moisturisers", 3400, 17),
    product("p-302", "Barrier Cream", "Moisturisers", 4200, 11),
    product("p-303", "Gel Cream", "Moisturisers", 3050, 9),
    product("p-304", "Night Cream", "Moisturisers", 5200, 7),
    product("p-305", "Face Oil", "Moisturisers", 4600, 5),
    product("p-306", "Hand Cream", "Moisturisers", 1450, 10),
    product("p-401", "Mineral Sunscreen SPF 50", "Sun care", 3300, 12),
    product("p-402", "Invisible Sunscreen SPF 30", "Sun care", 2750, 9),
    product("p-403", "After Sun Gel", "Sun care", 1900, 4),
    product("p-501", "Fig & Cedar Eau de Parfum", "Fragrance", 9800, 6),
    product("p-502", "White Tea Eau de Parfum", "Fragrance", 8900, 5),
    product("p-503", "Smoke & Iris Eau de Parfum", "Fragrance", 12400, 3),
    product("p-504", "Discovery Set", "Fragrance", 3500, 9),
    product("p-505", "Amber Candle", "Fragrance", 4400, 7),
    product("p-506", "Linen Room Spray", "Fragrance", 2650, 5),
    product("p-601", "Clay Mask", "Masks", 2700, 7),
    product("p-602", "Overnight Mask", "Masks", 3900, 6),
    product("p-603", "Sheet Masks, Box of 5", "Masks", 2200, 8),
    product("p-701", "Starter Routine", "Sets", 7900, 6),
    product("p-702", "Sensitive Skin Routine", "Sets", 8600, 5),
    product("p-703", "Glow Routine", "Sets", 11200, 4),
    product("p-704", "Travel Set", "Sets", 3800, 7),
    product("p-705", "Advent Calendar", "Sets", 14500, 2),
    product("p-801", "Cotton Rounds", "Accessories", 1100, 6),
    product("p-802", "Gua Sha Stone", "Accessories", 2300, 4),
];

/// The team or store of someone at that instant.
pub(crate) fn place_of(postings: &[Posting], who: &str, at: Micros) -> Option<&'static str> {
    let posting = postings.iter().find(|posting| {
        posting.who == who
            && posting.from.is_none_or(|from| from <= at)
            && posting.to.is_none_or(|to| at < to)
    });
    posting.map(|posting| posting.place)
}

/// Someone who works in that store at that instant.
pub(crate) fn associate_in(dice: &mut Dice, store: &str, at: Micros) -> Option<&'static str> {
    let present = associates_in(store, at);
    (!present.is_empty()).then(|| *dice.pick(&present))
}

/// Whom a customer of that store belongs to, when the sample ends; two in five to nobody.
pub(crate) fn associate_of(customer: Id, store: &str) -> Option<&'static str> {
    let present = associates_in(store, NOW);
    let nth = usize::try_from(customer / 5)
        .ok()?
        .checked_rem(present.len())?;
    (customer % 5 < 3).then(|| present[nth])
}

fn associates_in(store: &str, at: Micros) -> Vec<&'static str> {
    let in_store = |who: &str| place_of(ASSOCIATES, who, at) == Some(store);
    // Associates who moved are listed twice, but only one of their postings is in force.
    let present = ASSOCIATES
        .iter()
        .filter(|posting| posting.place == store && in_store(posting.who));
    present.map(|posting| posting.who).collect()
}

/// A rate for every day, both ways, from the day before the first; a walk around 1.08.
pub(crate) fn fx_rates(seed: u64) -> Vec<FxRate> {
    let mut dice = Dice::new(seed, u64::MAX);
    let mut ten_thousandths = 10_800;
    let mut rates = Vec::new();
    for date in LAST_DATE - DAYS - 1..=LAST_DATE {
        ten_thousandths = (ten_thousandths + dice.between(-45, 45)).clamp(10_300, 11_400);
        let dollars_per_euro = ten_thousandths * 1_000_000;
        let euros_per_dollar = 100_000_000_000_000 / ten_thousandths;
        rates.push(FxRate {
            date,
            from: "EUR",
            to: "USD",
            ten_billionths: dollars_per_euro,
        });
        rates.push(FxRate {
            date,
            from: "USD",
            to: "EUR",
            ten_billionths: euros_per_dollar,
        });
    }
    rates
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{
        AGENTS, ASSOCIATES, DAY, Home, START, STORES, TEAMS, agents_for, fx_rates, place_of,
    };

    #[test]
    fn everyone_has_one_place_at_a_time_and_every_place_exists() {
        let teams: HashSet<_> = TEAMS.iter().map(|team| team.team_id).collect();
        let stores: HashSet<_> = STORES.iter().map(|store| store.store_id).collect();
        for (postings, places) in [(AGENTS, teams), (ASSOCIATES, stores)] {
            for posting in postings {
                assert!(places.contains(posting.place), "{}", posting.place);
                for day in 0..120 {
                    let at = START + day * DAY;
                    let in_force = postings.iter().filter(|other| {
                        other.who == posting.who
                            && other.from.is_none_or(|from| from <= at)
                            && other.to.is_none_or(|to| at < to)
                    });
                    assert!(in_force.count() <= 1, "{} on day {day}", posting.who);
                }
            }
        }
        assert_eq!(place_of(AGENTS, "agent-04", START), Some("team-sales"));
        assert_eq!(
            place_of(AGENTS, "agent-04", START + 52 * DAY),
            Some("team-europe")
        );
        for home in [Home::America, Home::Europe] {
            for (agent, _) in agents_for(home) {
                assert!(
                    AGENTS.iter().any(|posting| posting.who == *agent),
                    "{agent}"
                );
            }
        }
    }

    #[test]
    fn the_two_directions_of_a_rate_are_inverse() {
        let rates = fx_rates(1);
        assert_eq!(rates.len(), 2 * 122);
        for pair in rates.chunks(2) {
            let product = pair[0].ten_billionths as f64 * pair[1].ten_billionths as f64 / 1e20;
            assert!((product - 1.0).abs() < 1e-9, "{product}");
        }
    }
}
