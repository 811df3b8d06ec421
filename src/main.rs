//! Arguments, tracing, run, exit status.

use clap::Parser;
use pilothouse::{
    ambient::{Clock, Entropy},
    cli::{self, Call, Cli},
    config::{Config, Folders},
    error::{Error, Result},
    log,
};
use std::{
    io::{self, BufWriter, Write},
    process::ExitCode,
};

fn main() -> ExitCode {
    let cli = Cli::parse();
    let entropy = Entropy::System;
    match run(cli, &entropy) {
        Ok(()) | Err(Error::Closed) => ExitCode::SUCCESS,
        Err(Error::Expected(sentence)) => {
            say(&sentence);
            ExitCode::FAILURE
        }
        Err(Error::Internal(error)) => {
            let id = entropy.uuid().simple().to_string();
            let id = &id[..8];
            tracing::error!(id, error = format!("{error:?}"), "internal error");
            say(&format!("internal error {id}: {error}; please report it with what the log says about {id}{}", log::place()));
            ExitCode::FAILURE
        }
    }
}

/// On stderr, if anybody still reads it.
fn say(sentence: &str) {
    let _ = writeln!(io::stderr(), "pilothouse: {}", plain(sentence));
}

/// Without the numbers of the operating system: "No such file or directory (os error 2)" says enough in words.
fn plain(sentence: &str) -> String {
    let mut parts = sentence.split(" (os error ");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |told, part| told + part.split_once(')').map_or(part, |(_, rest)| rest))
}

fn run(cli: Cli, entropy: &Entropy) -> Result<()> {
    let variable = |name: &str| std::env::var(name).ok();
    let config = Config::read(cli.global.flags(), Folders::of_user()?, variable)?;
    let target = if cli::logs_to_stderr(cli.verb.as_ref()) { log::Target::Stderr } else { log::Target::File(config.folders.log()) };
    log::start(target, variable("PILOTHOUSE_LOG").as_deref())?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let mut out = BufWriter::new(io::stdout());
    let mut call = Call { config, clock: Clock::System, entropy: entropy.clone(), out: &mut out, err: &mut io::stderr() };
    let result = runtime.block_on(cli::run(cli.verb, cli.console, &mut call));
    out.flush()?;
    result
}
