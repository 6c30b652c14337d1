//! A program without the feature `otlp`: there are no traces, and so no values of these types.

use datafusion::common::Result;
use tonic::metadata::MetadataMap;

use crate::{
    config::Tracing,
    system::{Outcome, State, Statement},
};

/// Warns when the environment names a collector; a configuration that does is refused before.
pub fn start(tracing: &Tracing) -> Result<Option<Sending>> {
    if let Some(endpoint) = tracing.endpoint() {
        tracing::warn!(
            endpoint,
            "nothing is traced: this program was built without the feature otlp"
        );
    }
    Ok(None)
}

#[derive(Debug)]
pub enum Sending {}

impl Sending {
    pub async fn end(self) {
        match self {}
    }
}

#[derive(Debug)]
pub enum Parent {}

impl Parent {
    pub fn of(_: &MetadataMap) -> Option<Self> {
        None
    }
}

#[derive(Debug)]
pub enum Trace {}

impl Trace {
    pub fn begin(_: &Statement, _: Option<&Parent>, _: bool) -> Option<Box<Self>> {
        None
    }

    pub fn id(&self) -> String {
        match *self {}
    }

    pub fn enters(&self, _: State) {
        match *self {}
    }

    pub fn sends(&self) {
        match *self {}
    }

    pub fn planned(self: Box<Self>) {
        match *self {}
    }

    pub fn end(self: Box<Self>, _: &Outcome, _: Option<(&str, &str)>) {
        match *self {}
    }
}
