//! Parse, run, exit code.

use std::{error::Error, io, process::ExitCode};

use clap::Parser;
use datafusion::common::DataFusionError;
use tributary::{cli::Cli, log};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = Cli::parse();
    log::to_stderr();
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => return failed(&error),
    };
    #[expect(clippy::disallowed_methods, reason = "main starts the runtime")]
    match runtime.block_on(cli.run()) {
        Ok(code) => ExitCode::from(code),
        Err(error) if is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => failed(&message(&error)),
    }
}

/// The reader of our output has seen enough, as in `tributary sql … | head`: not a failure.
fn is_closed_pipe(error: &(dyn Error + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(io) = error.downcast_ref::<io::Error>()
            && io.kind() == io::ErrorKind::BrokenPipe
        {
            return true;
        }
        next = error.source();
    }
    false
}

/// Our own messages stand alone: the name that DataFusion gives to the kind of error adds nothing.
fn message(error: &DataFusionError) -> String {
    match error {
        DataFusionError::Plan(_)
        | DataFusionError::Execution(_)
        | DataFusionError::Configuration(_)
        | DataFusionError::External(_) => error.message().into_owned(),
        DataFusionError::Context(place, error) => format!("{place}: {}", message(error)),
        _ => error.to_string(),
    }
}

fn failed(error: &dyn std::fmt::Display) -> ExitCode {
    use io::Write;
    let _ = writeln!(io::stderr(), "error: {error}");
    ExitCode::FAILURE
}
