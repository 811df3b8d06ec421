//! The command line: one file a verb. A verb parses, calls the app and prints.

mod audit;
mod call;
mod completions;
mod console;
mod contact;
mod demo;
mod doctor;
mod engine;
mod export;
mod import;
mod keys;
mod man;
pub mod match_evaluate;
mod operator;
mod partner;
mod payments;
mod plain;
mod pos;
mod print;
mod program;
mod progress;
mod report;
mod tier;

pub use call::Call;

use crate::{
    config::Flags,
    error::{Error, Result},
    store::Address,
};
use clap::{Args, Parser, Subcommand};
use futures::future::LocalBoxFuture;
use std::path::PathBuf;

/// The operations console of a sales channel: leads, deals, funds and tiers, decided from the keyboard
#[derive(Debug, Parser)]
#[command(
    name = "pilothouse",
    version,
    disable_help_subcommand = true,
    after_help = "Without a command it opens the console on the configured database.\n\n\
        Examples:\n  pilothouse demo                          a channel in full swing, to look around in\n  \
        pilothouse import leads export.csv       bring leads in\n  \
        pilothouse --plain --queue breached      what is late, and every change of it, a line each\n  \
        pilothouse --database postgres://anna@db1/channel"
)]
pub struct Cli {
    #[command(flatten)]
    pub global: Global,
    #[command(flatten)]
    pub console: console::Args,
    #[command(subcommand)]
    pub verb: Option<Verb>,
}

/// What every verb takes.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Everywhere")]
pub struct Global {
    /// The database: sqlite:PATH or `postgres://USER@HOST/NAME` (default: a file in your data directory)
    #[arg(long, global = true, value_name = "URL")]
    database: Option<Address>,
    /// The operator to work as, on SQLite (default: your name in the operating system)
    #[arg(long = "as", global = true, value_name = "NAME")]
    operator: Option<String>,
    /// Refuse every change
    #[arg(long, global = true)]
    read_only: bool,
    /// The configuration file (default: config.toml in your configuration directory)
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
}

impl Global {
    pub fn flags(&self) -> Flags {
        Flags { database: self.database.clone(), operator: self.operator.clone(), config: self.config.clone(), read_only: self.read_only }
    }
}

#[derive(Debug, Subcommand)]
pub enum Verb {
    /// The console on a channel that is made up, in full swing
    Demo(demo::Args),
    /// Bring leads, partners, their people, accounts, deals, sales or exchange rates in from a file
    #[command(subcommand)]
    Import(import::Verb),
    /// Write leads, partners, their people, accounts, deals or order lines out
    Export(export::Args),
    /// Payments of claims: what is ordered, out to the bank as a file, and its answer back in
    #[command(subcommand)]
    Payments(payments::Verb),
    /// Tiers: what partners earned, what is proposed, and the plans to make up for failed audits
    #[command(subcommand)]
    Tier(tier::Verb),
    /// The people at partners, and whether they may be written to
    #[command(subcommand)]
    Contact(contact::Verb),
    /// Partners: who is on board, suspended or gone, and what follows from changing that
    #[command(subcommand)]
    Partner(partner::Verb),
    /// Documents for partners and executives: Markdown, HTML, CSV or JSON
    #[command(subcommand)]
    Report(report::Verb),
    /// Point-of-sale lines: those that wait for a person, and what partners have sold
    #[command(subcommand)]
    Pos(pos::Verb),
    /// The background work without a screen: clocks, offers, routing
    Engine(engine::Args),
    /// Print one screen as plain text
    Print(print::Args),
    /// The channel program: check a document, or see and change the one in force
    #[command(subcommand)]
    Program(program::Verb),
    /// The audit chain: prove it whole, or read it
    #[command(subcommand)]
    Audit(audit::Verb),
    /// Check the database, its invariants and the terminal, and say what to do
    Doctor(doctor::Args),
    /// Who may work here, with which roles
    #[command(subcommand)]
    Operator(operator::Verb),
    /// Keymaps
    #[command(subcommand)]
    Keys(keys::Verb),
    /// How good matching is
    #[command(subcommand)]
    Match(Match),
    /// Print a completion script for a shell
    Completions(completions::Args),
    /// Print the manual page
    Man(man::Args),
}

#[derive(Debug, Subcommand)]
pub enum Match {
    /// Measure matching on a CSV file whose duplicates are labelled
    #[command(after_help = "Example:\n  pilothouse match evaluate owners.csv --name person_name --country country --truth cluster")]
    Evaluate(match_evaluate::Args),
}

/// The engine has no screen, so that its log is its output.
pub const fn logs_to_stderr(verb: Option<&Verb>) -> bool {
    matches!(verb, Some(Verb::Engine(_)))
}

/// Carries a verb out.
pub fn run<'a>(verb: Option<Verb>, console: console::Args, call: &'a mut Call<'a>) -> LocalBoxFuture<'a, Result<()>> {
    Box::pin(async move {
        if verb.is_some() && console != console::Args::default() {
            return Err(Error::expected(
                "--plain, --json, --room, --queue, --filter and --notify before a command are the console's; it opens without a command, or with `demo`",
            ));
        }
        match verb {
            None => console::run(&console, call).await,
            Some(Verb::Print(args)) => Box::pin(print::run(args, call)).await,
            Some(Verb::Demo(args)) => demo::run(args, call).await,
            Some(Verb::Import(verb)) => import::run(verb, call).await,
            Some(Verb::Export(args)) => export::run(args, call).await,
            Some(Verb::Payments(verb)) => payments::run(verb, call).await,
            Some(Verb::Tier(verb)) => tier::run(verb, call).await,
            Some(Verb::Contact(verb)) => contact::run(verb, call).await,
            Some(Verb::Partner(verb)) => partner::run(verb, call).await,
            Some(Verb::Report(verb)) => report::run(verb, call).await,
            Some(Verb::Pos(verb)) => pos::run(verb, call).await,
            Some(Verb::Engine(args)) => engine::run(args, call).await,
            Some(Verb::Operator(verb)) => operator::run(verb, call).await,
            Some(Verb::Program(verb)) => program::run(verb, call).await,
            Some(Verb::Audit(verb)) => audit::run(verb, call).await,
            Some(Verb::Doctor(args)) => doctor::run(args, call).await,
            Some(Verb::Keys(verb)) => keys::run(verb, call),
            Some(Verb::Match(Match::Evaluate(args))) => Ok(match_evaluate::run(args, &call.clock, call.out)?),
            Some(Verb::Completions(args)) => completions::run(&args, call),
            Some(Verb::Man(args)) => man::run(args, call),
        }
    })
}
