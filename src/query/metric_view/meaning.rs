//! What the formula of a measure says about it, without the tables that it reads.

use std::{collections::BTreeSet, ops::ControlFlow};

use datafusion::sql::sqlparser::ast::{
    BinaryOperator, DuplicateTreatment, Expr, Function, FunctionArguments, Ident, UnaryOperator,
    visit_expressions,
};

use super::definition::{Fact, Measure, Metrics};
use crate::query::words::name;

/// Aggregates whose values over groups sum to the value over all.
const ADDITIVE: [&str; 3] = ["count", "sum", "money_sum"];
/// Aggregates that count, whatever of.
const COUNTS: [&str; 2] = ["count", "approx_distinct"];
/// A format that says nothing of the unit.
const PLAIN_NUMBER: &str = "number";

impl Metrics {
    /// Whether its values over groups sum to the value over all: a sum, a count of rows, or sums
    /// and differences of such measures.
    pub fn is_additive(&self, measure: &Measure) -> bool {
        self.sums_up(&measure.formula, measure, self.measures.len())
    }

    /// # Arguments
    /// `depth`: through how many more measures to go. Those that need each other have no end, and
    /// are refused only when they are bound.
    fn sums_up(&self, formula: &Expr, of: &Measure, depth: usize) -> bool {
        match formula {
            Expr::Nested(inner)
            | Expr::UnaryOp {
                op: UnaryOperator::Minus | UnaryOperator::Plus,
                expr: inner,
            } => self.sums_up(inner, of, depth),
            Expr::BinaryOp {
                left,
                op: BinaryOperator::Plus | BinaryOperator::Minus,
                right,
            } => self.sums_up(left, of, depth) && self.sums_up(right, of, depth),
            Expr::Function(function) => {
                of.fact.is_some() && ADDITIVE.contains(&called(function)) && !is_distinct(function)
            }
            Expr::Identifier(ident) if of.fact.is_none() && depth > 0 => self
                .named(ident)
                .is_some_and(|it| self.sums_up(&it.formula, it, depth - 1)),
            _ => false,
        }
    }

    /// `count`, `ratio`, or what its format says, such as `money` (of the session's currency),
    /// `percent` (a fraction, shown as one) or `seconds`; `None` where neither tells.
    pub fn unit(&self, measure: &Measure) -> Option<String> {
        self.unit_within(measure, self.measures.len())
    }

    fn unit_within(&self, measure: &Measure, depth: usize) -> Option<String> {
        match measure.format.as_deref() {
            None | Some(PLAIN_NUMBER) => self.unit_of(&measure.formula, measure, depth),
            Some(format) => Some(format.to_owned()),
        }
    }

    fn unit_of(&self, formula: &Expr, of: &Measure, depth: usize) -> Option<String> {
        match formula {
            Expr::Nested(inner) => self.unit_of(inner, of, depth),
            Expr::BinaryOp {
                left,
                op: BinaryOperator::Plus | BinaryOperator::Minus,
                right,
            } => {
                let unit = self.unit_of(left, of, depth);
                unit.filter(|it| self.unit_of(right, of, depth).as_ref() == Some(it))
            }
            Expr::Function(function) => match called(function) {
                "ratio" => Some("ratio".to_owned()),
                function if COUNTS.contains(&function) => Some("count".to_owned()),
                _ => None,
            },
            Expr::Identifier(ident) if of.fact.is_none() && depth > 0 => self
                .named(ident)
                .and_then(|it| self.unit_within(it, depth - 1)),
            _ => None,
        }
    }

    /// The times that place the rows it aggregates, one for each of its facts; the same one once.
    pub fn times(&self, measure: &Measure) -> Vec<String> {
        let mut times = Vec::new();
        for fact in self.facts_of(measure) {
            let time = match &fact.time {
                // The alias of the fact means nothing outside the definition.
                Expr::CompoundIdentifier(path) => path.last().map(name).unwrap_or_default(),
                time => time.to_string(),
            };
            if !times.contains(&time) {
                times.push(time);
            }
        }
        times
    }

    fn facts_of<'a>(&'a self, measure: &'a Measure) -> impl Iterator<Item = &'a Fact> {
        let mut facts = BTreeSet::new();
        let mut seen = BTreeSet::new();
        let mut open = vec![measure];
        while let Some(measure) = open.pop() {
            if !seen.insert(&measure.name) {
                continue;
            }
            match &measure.fact {
                Some(fact) => {
                    facts.insert(fact);
                }
                None => {
                    let _: ControlFlow<()> = visit_expressions(&measure.formula, |expr| {
                        if let Expr::Identifier(ident) = expr {
                            open.extend(self.named(ident));
                        }
                        ControlFlow::Continue(())
                    });
                }
            }
        }
        let is_needed = move |fact: &&Fact| facts.contains(&fact.alias);
        self.facts.iter().filter(is_needed)
    }

    fn named(&self, ident: &Ident) -> Option<&Measure> {
        let name = name(ident);
        self.measures.iter().find(|it| it.name == name)
    }
}

fn is_distinct(function: &Function) -> bool {
    match &function.args {
        FunctionArguments::List(list) => {
            list.duplicate_treatment == Some(DuplicateTreatment::Distinct)
        }
        _ => false,
    }
}

/// The function's name; nothing for one with a schema, which is none that we know.
fn called(function: &Function) -> &'static str {
    let known = ADDITIVE.iter().chain(&COUNTS).chain(&["ratio"]);
    match function.name.0.as_slice() {
        [part] => part.as_ident().map(name).and_then(|called| {
            let mut known = known.copied();
            known.find(|it| *it == called)
        }),
        _ => None,
    }
    .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::Metrics;
    use crate::query::{
        statement::{CreateView, Statement, parse},
        view::Body,
    };

    fn metrics(measures: &str) -> Metrics {
        let sql = format!(
            "create metric view v
             facts orders as o time o.ordered_at, refunds as r time cast(r.on_day as timestamp),
                 chats as c time c.ordered_at
             dimensions day = {{ o: local_date(o.ordered_at) }}
             measures {measures}"
        );
        match parse(&sql).unwrap().pop() {
            Some(Statement::CreateView(CreateView { view, .. })) => match view.body {
                Body::Metrics(metrics) => *metrics,
                Body::Query(_) => panic!("{sql}"),
            },
            _ => panic!("{sql}"),
        }
    }

    #[test]
    fn a_formula_says_what_it_is() {
        let metrics = metrics(
            "sold = sum(o.total) on o format 'money',
             refunded = Sum(r.amount) filter (where r.amount > 0) on r format 'money',
             net = sold - refunded,
             less = -(net) - (sum_of_both),
             sum_of_both = sold + refunded,
             orders = count(*) on o,
             buyers = count(distinct o.customer_id) on o,
             repeats = orders - buyers,
             per_order = ratio(net, orders) format 'number',
             share = ratio(refunded, sold) format 'percent',
             units = sum(o.units) on o,
             largest = max(o.total) on o,
             twice = sold * 2,
             mixed = sold - orders,
             waited = avg(c.wait) on c format 'seconds',
             per_chat = ratio(orders, chats),
             chats = approx_distinct(c.chat_id) on c,
             odd = sum(o.total) + max(o.total) on o",
        );
        let said = metrics.measures.iter().map(|it| {
            let additivity = if metrics.is_additive(it) { "+" } else { "" };
            let unit = metrics.unit(it).unwrap_or_default();
            let times = metrics.times(it).join(" & ");
            format!("{}: {additivity}{unit} at {times}", it.name)
        });
        let said: Vec<_> = said.collect();
        let refund = "CAST(r.on_day AS TIMESTAMP)";
        let both = format!("ordered_at & {refund}");
        assert_eq!(
            said,
            [
                "sold: +money at ordered_at".to_owned(),
                format!("refunded: +money at {refund}"),
                format!("net: +money at {both}"),
                format!("less: + at {both}"),
                format!("sum_of_both: +money at {both}"),
                "orders: +count at ordered_at".to_owned(),
                "buyers: count at ordered_at".to_owned(),
                "repeats: count at ordered_at".to_owned(),
                format!("per_order: ratio at {both}"),
                format!("share: percent at {both}"),
                "units: + at ordered_at".to_owned(),
                "largest:  at ordered_at".to_owned(),
                "twice:  at ordered_at".to_owned(),
                "mixed: + at ordered_at".to_owned(),
                "waited: seconds at ordered_at".to_owned(),
                "per_chat: ratio at ordered_at".to_owned(),
                "chats: count at ordered_at".to_owned(),
                "odd:  at ordered_at".to_owned(),
            ]
        );
    }

    #[test]
    fn measures_that_need_each_other_end() {
        let metrics = metrics("a = b + 1, b = a");
        let measure = &metrics.measures[0];
        assert!(!metrics.is_additive(measure));
        assert_eq!(metrics.unit(measure), None);
        assert!(metrics.times(measure).is_empty());
        let metrics = self::metrics("a = b, b = a");
        assert!(!metrics.is_additive(&metrics.measures[1]));
    }
}
