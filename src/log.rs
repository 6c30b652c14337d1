//! What the program says of itself: on standard error, because results go to standard output.

use std::{io, sync::OnceLock};

use tracing_subscriber::{
    EnvFilter, Layer, Registry, fmt,
    layer::{Layered, SubscriberExt},
    reload,
    util::SubscriberInitExt,
};

use crate::config::Log;

type Lines = Box<dyn Layer<Registry> + Send + Sync>;
type Filtered = Layered<reload::Layer<Lines, Registry>, Registry>;

struct Handles {
    lines: reload::Handle<Lines, Registry>,
    filter: reload::Handle<EnvFilter, Filtered>,
}

static HANDLES: OnceLock<Handles> = OnceLock::new();

/// Logs the program's warnings and the errors of libraries, or what RUST_LOG asks for, as text.
pub fn to_stderr() {
    let (layer, lines) = reload::Layer::new(lines(Log::Text));
    let (filtering, filter) = reload::Layer::new(filter("warn"));
    tracing_subscriber::registry()
        .with(layer)
        .with(filtering)
        .init();
    // It is set already only if somebody calls this twice, which `init` does not allow.
    let _ = HANDLES.set(Handles { lines, filter });
}

/// Logs what is of interest, such as every query of a server, in this form from now on.
pub fn show(log: Log) {
    let Some(handles) = HANDLES.get() else {
        return;
    };
    let lines = handles.lines.reload(lines(log));
    let changed = lines.and_then(|()| handles.filter.reload(filter("info")));
    if let Err(error) = changed {
        tracing::warn!(%error, "the log keeps its form");
    }
}

fn lines(log: Log) -> Lines {
    let lines = fmt::layer().with_writer(io::stderr).with_ansi(false);
    match log {
        Log::Text => lines.boxed(),
        Log::Json => lines.json().with_span_list(false).boxed(),
    }
}

fn filter(our_level: &str) -> EnvFilter {
    let default = format!("error,tributary={our_level}");
    EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(default))
}
