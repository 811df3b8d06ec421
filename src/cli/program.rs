//! `pilothouse program check|plan|apply|show`: the channel program.

use super::Call;
use crate::{
    domain::program::{self, Program},
    error::{Error, Result},
};
use std::{
    fs,
    path::{Path, PathBuf},
};

#[derive(Debug, clap::Subcommand)]
pub enum Verb {
    /// Report every mistake of a program with its line and column
    #[command(after_help = "Example:\n  pilothouse program check program.toml")]
    Check(Check),
}

#[derive(Debug, clap::Args)]
pub struct Check {
    /// The program's TOML document
    file: PathBuf,
    /// Print the mistakes as JSON
    #[arg(long)]
    json: bool,
}

pub async fn run(verb: Verb, call: &mut Call<'_>) -> Result<()> {
    match verb {
        Verb::Check(args) => check(&args, call),
    }
}

fn check(args: &Check, call: &mut Call<'_>) -> Result<()> {
    let text = read(&args.file)?;
    let parsed = program::parse(&args.file.display().to_string(), &text);
    if args.json {
        call.json(&parsed.as_ref().err().map_or(&[][..], Vec::as_slice))?;
        return parsed.map(drop).map_err(|problems| Error::expected(counted(&args.file, problems.len())));
    }
    let program = parsed.map_err(|problems| Error::expected(format!("{}:\n{}", counted(&args.file, problems.len()), listed(&problems))))?;
    Ok(writeln!(call.out, "{} is right: {}", args.file.display(), told(&program))?)
}

/// The document's text.
fn read(file: &Path) -> Result<String> {
    fs::read_to_string(file).map_err(|error| Error::expected(format!("{} can't be read: {error}", file.display())))
}

fn listed(problems: &[crate::domain::problem::Problem]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

fn counted(file: &Path, problems: usize) -> String {
    format!("{} has {problems} {}", file.display(), if problems == 1 { "mistake" } else { "mistakes" })
}

/// What a program holds, in a line.
fn told(program: &Program) -> String {
    format!(
        "\"{}\" with {} calendars, {} tiers, {} territories and {} named accounts",
        program.name,
        program.calendars.len(),
        program.tiers.len(),
        program.routing.territories.len(),
        program.routing.named_accounts.len()
    )
}
