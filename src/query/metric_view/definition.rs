//! What `CREATE METRIC VIEW` says, as it was written.

use std::{collections::BTreeSet, ops::ControlFlow};

use datafusion::sql::sqlparser::{
    ast::{Expr, Query, VisitMut, VisitorMut},
    parser::ParserError,
};

/// The facts of a metric view, and the dimensions and measures over them.
#[derive(Debug, Clone)]
pub struct Metrics {
    pub facts: Vec<Fact>,
    pub dimensions: Vec<Dimension>,
    pub measures: Vec<Measure>,
}

/// Rows to aggregate, and the time that places each of them.
#[derive(Debug, Clone)]
pub struct Fact {
    pub alias: String,
    /// `select * from relation as alias`
    pub rows: Box<Query>,
    pub time: Expr,
}

/// A grouping attribute: one expression for each fact that has it, by the fact's alias.
#[derive(Debug, Clone)]
pub struct Dimension {
    pub name: String,
    pub by_fact: Vec<(String, Expr)>,
    pub comment: Option<String>,
}

/// An aggregate of one fact, or a formula over other measures.
#[derive(Debug, Clone)]
pub struct Measure {
    pub name: String,
    pub formula: Expr,
    /// The alias of the fact that the formula aggregates; `None` for a formula over measures.
    pub fact: Option<String>,
    /// Without a row of this query the measure is NULL: what it counts is never recorded.
    pub known_when: Option<Box<Query>>,
    /// How to show it: a hint for tools, such as `percent`.
    pub format: Option<String>,
    pub comment: Option<String>,
}

impl Metrics {
    /// The different conditions under which measures are known, in the order of the measures.
    pub fn conditions(&self) -> Vec<&Query> {
        let mut conditions: Vec<&Query> = Vec::new();
        for condition in self
            .measures
            .iter()
            .filter_map(|it| it.known_when.as_deref())
        {
            if !conditions.contains(&condition) {
                conditions.push(condition);
            }
        }
        conditions
    }

    /// Refuses names that are used twice, and facts that do not exist.
    pub(super) fn check(&self) -> Result<(), ParserError> {
        let mut facts = BTreeSet::new();
        for fact in &self.facts {
            if !facts.insert(fact.alias.as_str()) {
                return refused(format!("there are two facts named {}", fact.alias));
            }
        }
        let known = |of: &str, alias: &str| {
            if facts.contains(alias) {
                return Ok(());
            }
            let facts = Vec::from_iter(facts.iter().copied()).join(", ");
            refused(format!(
                "{of}: expected one of the facts {facts}, got {alias}"
            ))
        };
        let mut names = BTreeSet::new();
        let mut new = |name: &str| match names.insert(name.to_owned()) {
            true => Ok(()),
            false => refused(format!("there are two dimensions or measures named {name}")),
        };
        for dimension in &self.dimensions {
            new(&dimension.name)?;
            let mut seen = BTreeSet::new();
            for (fact, _) in &dimension.by_fact {
                known(&dimension.name, fact)?;
                if !seen.insert(fact) {
                    return refused(format!("{}: there are two of fact {fact}", dimension.name));
                }
            }
        }
        for measure in &self.measures {
            new(&measure.name)?;
            if let Some(fact) = &measure.fact {
                known(&measure.name, fact)?;
            }
        }
        Ok(())
    }
}

/// Every expression and relation, for what is put in their place before planning.
impl VisitMut for Metrics {
    fn visit<V: VisitorMut>(&mut self, visitor: &mut V) -> ControlFlow<V::Break> {
        for fact in &mut self.facts {
            fact.rows.visit(visitor)?;
            fact.time.visit(visitor)?;
        }
        for (_, expr) in self.dimensions.iter_mut().flat_map(|it| &mut it.by_fact) {
            expr.visit(visitor)?;
        }
        for measure in &mut self.measures {
            measure.formula.visit(visitor)?;
            measure.known_when.visit(visitor)?;
        }
        ControlFlow::Continue(())
    }
}

fn refused(message: String) -> Result<(), ParserError> {
    Err(ParserError::ParserError(format!(
        "create metric view: {message}"
    )))
}
