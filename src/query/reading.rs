//! What views read: which tables and views each of them names, and all that it needs through others.

use std::collections::{BTreeMap, BTreeSet};

use super::{definitions::Definitions, settings::Settings, view::ViewName};

/// The tables and views that each view names itself, with the parameters of one session: what
/// these turn off is not read.
#[derive(Debug)]
pub struct Reading {
    names: BTreeMap<ViewName, BTreeSet<ViewName>>,
}

impl Reading {
    pub(super) fn of(definitions: &Definitions, settings: &Settings) -> Self {
        let views = definitions.schemas().flat_map(|it| definitions.views(it));
        let names = views.map(|view| {
            // A view that cannot be read says so when it is asked; here it names nothing.
            let body = view.with_parameters(settings);
            let names = body.and_then(|body| body.references()).unwrap_or_default();
            (view.full_name(), names)
        });
        Self {
            names: names.collect(),
        }
    }

    /// Everything that a view reads, through any number of views; it is part of that.
    pub fn reached_from(&self, view: &ViewName) -> BTreeSet<ViewName> {
        let mut reached = BTreeSet::new();
        let mut open = vec![view];
        while let Some(name) = open.pop() {
            if reached.insert(name.clone()) {
                open.extend(self.names.get(name).into_iter().flatten());
            }
        }
        reached
    }

    /// Every view, each after those that it reads.
    pub fn views_in_order(&self) -> Vec<ViewName> {
        let mut ordered = Vec::with_capacity(self.names.len());
        let mut seen = BTreeSet::new();
        for view in self.names.keys() {
            self.append(view, &mut seen, &mut ordered);
        }
        ordered
    }

    fn append<'a>(
        &'a self,
        view: &'a ViewName,
        seen: &mut BTreeSet<&'a ViewName>,
        ordered: &mut Vec<ViewName>,
    ) {
        let Some(names) = self.names.get(view) else {
            return;
        };
        if seen.insert(view) {
            names.iter().for_each(|it| self.append(it, seen, ordered));
            ordered.push(view.clone());
        }
    }
}
