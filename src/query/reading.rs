//! What views read: which tables and views each of them names, and all that it needs through others.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::{definitions::Definitions, settings::Settings, view::ViewName, view_text::ViewText};

/// The tables and views that each view names itself, with the parameters of one session: what
/// these turn off is not read.
#[derive(Debug)]
pub struct Reading {
    views: BTreeMap<ViewName, Arc<ViewText>>,
}

impl Reading {
    pub(super) fn of(definitions: &Definitions, settings: &Settings) -> Self {
        let views = definitions.schemas().flat_map(|it| definitions.views(it));
        let views = views.map(|view| (view.full_name(), view.text(settings)));
        Self {
            views: views.collect(),
        }
    }

    /// What a view names itself.
    pub fn named_in(&self, view: &ViewName) -> impl Iterator<Item = &ViewName> {
        self.views.get(view).into_iter().flat_map(|it| &it.names)
    }

    /// The functions that a view calls itself.
    pub fn functions_of(&self, view: &ViewName) -> impl Iterator<Item = &str> {
        let text = self.views.get(view).into_iter();
        text.flat_map(|it| &it.functions).map(String::as_str)
    }

    /// The columns of a view; `None` for those that its text alone does not tell.
    pub fn columns_of(&self, view: &ViewName) -> Option<&BTreeSet<String>> {
        self.views.get(view)?.columns.as_ref()
    }

    /// Everything that a view reads, through any number of views; it is part of that.
    pub fn reached_from(&self, view: &ViewName) -> BTreeSet<ViewName> {
        let mut reached = BTreeSet::new();
        let mut open = vec![view];
        while let Some(name) = open.pop() {
            if reached.insert(name.clone()) {
                open.extend(self.named_in(name));
            }
        }
        reached
    }

    /// Every view, each after those that it reads.
    pub fn views_in_order(&self) -> Vec<ViewName> {
        let mut ordered = Vec::with_capacity(self.views.len());
        let mut seen = BTreeSet::new();
        for view in self.views.keys() {
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
        let Some(text) = self.views.get(view) else {
            return;
        };
        if seen.insert(view) {
            for name in &text.names {
                self.append(name, seen, ordered);
            }
            ordered.push(view.clone());
        }
    }
}
