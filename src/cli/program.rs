//! `pilothouse program check|plan|apply|show`: the channel program.

mod replay;

use super::Call;
use crate::{
    app::{
        Command,
        program_plan::{self, ProgramPlan},
    },
    domain::{
        id::ProgramVersion,
        problem::Problem,
        program::{self, Program},
        text::Text,
        tier::{WhatIf, what_if::Moved},
    },
    error::{Error, Result},
    store::unit::ProgramRow,
};
use serde_json::json;
use std::{
    fs,
    path::{Path, PathBuf},
};

#[derive(Debug, clap::Subcommand)]
pub enum Verb {
    /// Report every mistake of a program with its line and column
    #[command(after_help = "Example:\n  pilothouse program check program.toml")]
    Check(Check),
    /// Show what would change, how many open leads it touches, and what would have become of the last quarter's
    #[command(after_help = "Example:\n  pilothouse program plan program.toml")]
    Plan(Check),
    /// Put a program in force, as a new version that never changes
    #[command(after_help = "Example:\n  pilothouse program apply program.toml --note \"accept within 6 hours from May\"")]
    Apply(Apply),
    /// Print the program in force, or another version
    #[command(
        after_help = "Examples:\n  pilothouse program show > program.toml\n  pilothouse program show --list\n  pilothouse program show v-3"
    )]
    Show(Show),
}

#[derive(Debug, clap::Args)]
pub struct Check {
    /// The program's TOML document
    file: PathBuf,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Args)]
pub struct Apply {
    /// The program's TOML document
    file: PathBuf,
    /// Why, for those who read the list of versions
    #[arg(long, value_name = "TEXT", default_value = "")]
    note: String,
}

#[derive(Debug, clap::Args)]
pub struct Show {
    /// A version, such as v-3
    version: Option<ProgramVersion>,
    /// List all versions
    #[arg(long, conflicts_with = "version")]
    list: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub async fn run(verb: Verb, call: &mut Call<'_>) -> Result<()> {
    match verb {
        Verb::Check(args) => check(&args, call),
        Verb::Plan(args) => plan(&args, call).await,
        Verb::Apply(args) => apply(args, call).await,
        Verb::Show(args) => show(&args, call).await,
    }
}

fn check(args: &Check, call: &mut Call<'_>) -> Result<()> {
    let text = read(&args.file)?;
    let parsed = program::parse(&shown(&args.file), &text);
    if args.json {
        call.json(&parsed.as_ref().err().map_or(&[][..], Vec::as_slice))?;
        return parsed.map(drop).map_err(|problems| Error::expected(counted(&args.file, problems.len())));
    }
    let program = parsed.map_err(|problems| Error::expected(format!("{}:\n{}", counted(&args.file, problems.len()), listed(&problems))))?;
    Ok(writeln!(call.out, "{} is right: {}", shown(&args.file), told(&program))?)
}

async fn plan(args: &Check, call: &mut Call<'_>) -> Result<()> {
    let text = read(&args.file)?;
    let app = call.app().await?;
    let plan = program_plan::plan(&app, &shown(&args.file), &text).await?;
    if args.json { call.json(&plan) } else { print_plan(&plan, call) }
}

async fn apply(args: Apply, call: &mut Call<'_>) -> Result<()> {
    let text = read(&args.file)?;
    let app = call.app().await?;
    let actor = call.sign_in(&app).await?;
    let plan = program_plan::plan(&app, &shown(&args.file), &text).await?;
    print_plan(&plan, call)?;
    let note = Text::clean(args.note.trim());
    let done = app.execute(actor.id, app.request(Command::Program { toml: text, note })).await?;
    if done.seq.is_none() {
        return Ok(writeln!(call.out, "It is in force already, as {}; nothing was done.", plan.against)?);
    }
    let version = app.rules().await?.version();
    Ok(writeln!(call.out, "{version} is in force. Running clocks keep the terms of the version that started them.")?)
}

fn print_plan(plan: &ProgramPlan, call: &mut Call<'_>) -> Result<()> {
    let against = match plan.against {
        ProgramVersion(0) => "the built-in program (none was applied yet)".to_owned(),
        version => version.to_string(),
    };
    if plan.changes.is_empty() {
        return Ok(writeln!(call.out, "Nothing differs from {against}.")?);
    }
    for change in &plan.changes {
        writeln!(call.out, "{change}")?;
    }
    let touched = plan.touched;
    writeln!(
        call.out,
        "{} {} against {against}. Of {} open leads, {} have a running clock that would get other terms, {} would be placed otherwise, {} would need another consent.",
        plan.changes.len(),
        if plan.changes.len() == 1 { "change" } else { "changes" },
        touched.open,
        touched.clocks,
        touched.routing,
        touched.consent
    )?;
    if let Some(replayed) = &plan.replayed {
        replay::print(replayed, call)?;
    }
    plan.tiers.as_ref().map_or(Ok(()), |tiers| print_tiers(tiers, call))
}

/// What becomes of tiers, the partners by number.
fn print_tiers(tiers: &WhatIf, call: &mut Call<'_>) -> Result<()> {
    const SHOWN: usize = 12;
    for (word, moved) in [("promoted", &tiers.promoted), ("demoted", &tiers.demoted)] {
        for Moved { partner, from, to, .. } in moved.iter().take(SHOWN) {
            writeln!(call.out, "{word}: {partner}, {from} -> {to}")?;
        }
        if moved.len() > SHOWN {
            writeln!(call.out, "{word}: {} more", moved.len() - SHOWN)?;
        }
    }
    Ok(writeln!(
        call.out,
        "Audited today, {} partners would be promoted and {} demoted by it; what their tiers entitle them to in a year goes from {} to {}.",
        tiers.promoted.len(),
        tiers.demoted.len(),
        tiers.cost_before,
        tiers.cost_after
    )?)
}

async fn show(args: &Show, call: &mut Call<'_>) -> Result<()> {
    let app = call.app().await?;
    let versions = program_plan::versions(&app).await?;
    if args.list {
        return list(&versions, args.json, call);
    }
    let found = match args.version {
        Some(wanted) => Some(
            versions
                .iter()
                .find(|row| row.version == wanted)
                .ok_or_else(|| Error::expected(format!("there is no version {wanted}; {}", applied(&versions))))?,
        ),
        None => versions.last(),
    };
    let text = found.map_or(program::DEMO, |row| row.toml.as_str());
    if found.is_none() {
        writeln!(
            call.err,
            "No program was applied yet; this is the built-in one. It names partners of the demo: put yours in their place."
        )?;
    }
    if args.json {
        return call.json(&json!({ "version": found.map(|row| row.version.to_string()), "toml": text }));
    }
    Ok(call.out.write_all(text.as_bytes())?)
}

/// What versions there are, as the end of a sentence.
fn applied(versions: &[ProgramRow]) -> String {
    match versions {
        [] => "no program was applied yet".to_owned(),
        [only] => format!("there is only {}", only.version),
        [first, .., last] => format!("there are {} to {}", first.version, last.version),
    }
}

fn list(versions: &[ProgramRow], json: bool, call: &mut Call<'_>) -> Result<()> {
    if json {
        let row = |row: &ProgramRow| json!({ "version": row.version.to_string(), "applied_at": row.applied_at.to_string(), "by": row.actor.to_string(), "note": row.note });
        return call.json(&versions.iter().map(row).collect::<Vec<_>>());
    }
    for row in versions {
        writeln!(call.out, "{:<6}{}  {:<6}{}", row.version, row.applied_at, row.actor, row.note)?;
    }
    Ok(())
}

/// The document's text.
fn read(file: &Path) -> Result<String> {
    fs::read_to_string(file).map_err(|error| Error::expected(format!("{} can't be read: {error}", file.display())))
}

fn shown(file: &Path) -> String {
    file.display().to_string()
}

fn listed(problems: &[Problem]) -> String {
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
