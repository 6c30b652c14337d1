//! Parse, run, exit code.

use std::{error::Error, io, process::ExitCode};

use clap::Parser;
use tributary::{cli::Cli, error_text::error_text, log};

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
        Err(error) => failed(&error_text(&error)),
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

fn failed(error: &dyn std::fmt::Display) -> ExitCode {
    use io::Write;
    let _ = writeln!(io::stderr(), "error: {error}");
    ExitCode::FAILURE
}
