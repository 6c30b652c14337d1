//! What goes into an order and what it costs: all arithmetic in whole cents.

use super::dice::Dice;
use super::rows::{Amounts, Product};
use super::seasons::Home;
use super::shop::PRODUCTS;

/// A line of an order before it has a number; amounts in cents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Item {
    pub(crate) product_id: &'static str,
    pub(crate) quantity: i64,
    pub(crate) unit_price: i64,
    /// After the line's own discount, before the order's.
    pub(crate) net_amount: i64,
}

/// One to five products, the wanted one first, some marked down.
pub(crate) fn fill_basket(dice: &mut Dice, home: Home, wanted: Option<&'static str>) -> Vec<Item> {
    let count = dice.weighted(&[(1, 50), (2, 30), (3, 13), (4, 5), (5, 2)]);
    let mut items: Vec<Item> = Vec::with_capacity(count);
    for number in 0..count {
        let product = match wanted {
            Some(wanted) if number == 0 => product_named(wanted),
            _ => pick_product(dice),
        };
        if items
            .iter()
            .any(|item| item.product_id == product.product_id)
        {
            continue;
        }
        let quantity = dice.weighted(&[(1, 86), (2, 11), (3, 3)]);
        let percent_off = if dice.chance(0.12) {
            *dice.pick(&[10, 15, 20])
        } else {
            0
        };
        items.push(item(product, home, quantity, percent_off));
    }
    items
}

/// A product as likely as it sells.
pub(crate) fn pick_product(dice: &mut Dice) -> &'static Product {
    let total: u32 = PRODUCTS.iter().map(|product| product.weight).sum();
    let mut left = dice.between(0, i64::from(total) - 1);
    for product in PRODUCTS {
        left -= i64::from(product.weight);
        if left < 0 {
            return product;
        }
    }
    unreachable!("the draw is below the sum of the weights")
}

fn product_named(product_id: &str) -> &'static Product {
    let product = PRODUCTS
        .iter()
        .find(|product| product.product_id == product_id);
    product.expect("wanted products are of the shop")
}

/// So many units of a product, with a discount of the line in percent.
pub(crate) fn item(product: &Product, home: Home, quantity: i64, percent_off: i64) -> Item {
    let unit_price = match home {
        Home::America => product.cents,
        Home::Europe => round_div(product.cents * 92, 100),
    };
    let gross = unit_price * quantity;
    Item {
        product_id: product.product_id,
        quantity,
        unit_price,
        net_amount: gross - round_div(gross * percent_off, 100),
    }
}

/// Tax in hundred-thousandths of the discounted amount.
pub(crate) fn tax_rate(home: Home) -> i64 {
    match home {
        Home::America => 8_875,
        Home::Europe => 19_000,
    }
}

/// The amounts of an order of these items; they add up to the cent.
pub(crate) fn amounts(items: &[Item], discount: i64, shipping: i64, home: Home) -> Amounts {
    let subtotal: i64 = items.iter().map(|item| item.net_amount).sum();
    let taxed = subtotal - discount;
    Amounts {
        subtotal,
        discount,
        shipping,
        tax: round_div(taxed * tax_rate(home), 100_000),
    }
}

/// The items given back, each less its share of the order's discount, as negative lines.
pub(crate) fn given_back(items: &[Item], discount: i64) -> Vec<Item> {
    let subtotal: i64 = items.iter().map(|item| item.net_amount).sum();
    let mut seen = 0;
    let back = items.iter().map(|item| {
        let before = share(discount, seen, subtotal);
        seen += item.net_amount;
        let discount_of_line = share(discount, seen, subtotal) - before;
        Item {
            quantity: -item.quantity,
            net_amount: discount_of_line - item.net_amount,
            ..*item
        }
    });
    back.collect()
}

/// The part of `amount` that falls on `part` of `whole`.
pub(crate) fn share(amount: i64, part: i64, whole: i64) -> i64 {
    if whole == 0 {
        0
    } else {
        round_div(amount * part, whole)
    }
}

/// `dividend` ÷ `divisor` to the nearest whole number, halves away from zero; a positive divisor.
fn round_div(dividend: i64, divisor: i64) -> i64 {
    let half = divisor / 2;
    if dividend < 0 {
        (dividend - half) / divisor
    } else {
        (dividend + half) / divisor
    }
}

#[cfg(test)]
mod tests {
    use super::{Dice, Home, amounts, fill_basket, given_back, round_div};

    #[test]
    fn halves_round_away_from_zero() {
        for (dividend, divisor, expected) in
            [(5, 2, 3), (-5, 2, -3), (4, 3, 1), (-4, 3, -1), (0, 7, 0)]
        {
            assert_eq!(
                round_div(dividend, divisor),
                expected,
                "{dividend} / {divisor}"
            );
        }
    }

    #[test]
    fn giving_everything_back_returns_exactly_what_was_paid() {
        let mut dice = Dice::new(3, 3);
        for home in [Home::America, Home::Europe] {
            for discount_percent in [0, 7, 10, 33] {
                let items = fill_basket(&mut dice, home, Some("p-201"));
                let subtotal: i64 = items.iter().map(|item| item.net_amount).sum();
                let discount = subtotal * discount_percent / 100;
                let sold = amounts(&items, discount, 0, home);
                let back = amounts(&given_back(&items, discount), 0, 0, home);
                assert_eq!(sold.subtotal, subtotal);
                assert_eq!(back.total(), -sold.total());
            }
        }
    }
}
