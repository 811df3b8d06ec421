//! `pilothouse partner ...`: the status of a partner, and what follows from changing it.

use super::{
    Call,
    tier::{Show, find},
};
use crate::{
    app::{
        Command,
        partner::{status::StatusDone, steps::StepDone},
    },
    domain::{
        partner::{Checklist, Partner, PartnerStatus, StatusCommand, Step, StepCommand, onboarding::Line},
        text::Text,
    },
    error::{Error, Result},
};
use serde_json::json;

#[derive(Debug, clap::Subcommand)]
pub enum Verb {
    /// Show a partner: its status, since when, by whom and why
    #[command(after_help = "Example:\n  pilothouse partner show HANSA --json")]
    Show(Show),
    /// Show how far the onboarding of a partner has come: six steps, due after 30, 60 and 90 days
    #[command(after_help = "Example:\n  pilothouse partner steps HANSA --json")]
    Steps(Show),
    /// Tick a step of an onboarding, or reopen one that was ticked
    #[command(after_help = "Examples:\n  pilothouse partner step HANSA agreement --note \"signed on paper\"\n  \
        pilothouse partner step HANSA agreement --reopen\n\nTraining, contacts and the first fund are known by themselves; ticked by hand \
        they need a note.")]
    Step(StepArgs),
    /// A partner is on board: it gets leads from now on
    #[command(after_help = "Examples:\n  pilothouse partner activate HANSA --dry-run\n  \
        pilothouse partner activate HANSA --reason \"the portal is not ready, they sell already\"")]
    Activate(Activate),
    /// Suspend a partner: its open leads go to others, its registrations are held, its claims are not paid
    #[command(after_help = "Examples:\n  pilothouse partner suspend HANSA --reason \"invoices are open\" --dry-run\n  \
        pilothouse partner suspend HANSA --reason \"invoices are open\"")]
    Suspend(Because),
    /// Reinstate a suspended partner: what was held for that goes on; its leads do not come back
    #[command(after_help = "Example:\n  pilothouse partner reinstate HANSA")]
    Reinstate(One),
    /// A partner leaves: its open leads go to others, its registrations are held; what was approved is still paid
    #[command(after_help = "Example:\n  pilothouse partner offboard HANSA --reason \"the agreement ended\"")]
    Offboard(Because),
    /// Take a partner that has left on board again
    #[command(after_help = "Example:\n  pilothouse partner reopen HANSA")]
    Reopen(One),
}

#[derive(Debug, clap::Args)]
pub struct StepArgs {
    /// The partner, by code or number
    partner: String,
    /// The step
    #[arg(value_parser = steps())]
    step: String,
    /// What shows it, or why it is open again
    #[arg(long, value_name = "TEXT", default_value = "")]
    note: String,
    /// It is to be done after all
    #[arg(long)]
    reopen: bool,
    /// Say what would follow, and change nothing
    #[arg(long)]
    dry_run: bool,
}

#[derive(Debug, clap::Args)]
pub struct Activate {
    /// The partner, by code or number
    partner: String,
    /// Why it is active although steps of its onboarding are open
    #[arg(long, value_name = "TEXT", default_value = "")]
    reason: String,
    /// Say what would follow, and change nothing
    #[arg(long)]
    dry_run: bool,
}

#[derive(Debug, clap::Args)]
pub struct One {
    /// The partner, by code or number
    partner: String,
    /// Say what would follow, and change nothing
    #[arg(long)]
    dry_run: bool,
}

#[derive(Debug, clap::Args)]
pub struct Because {
    /// The partner, by code or number
    partner: String,
    /// Why
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// Say what would follow, and change nothing
    #[arg(long)]
    dry_run: bool,
}

fn steps() -> clap::builder::PossibleValuesParser {
    Step::ALL.iter().map(|step| step.name()).collect::<Vec<_>>().into()
}

pub async fn run(verb: Verb, call: &mut Call<'_>) -> Result<()> {
    let text = |text: &str| Text::clean(text.trim());
    let (partner, command, is_dry) = match verb {
        Verb::Show(args) => return show(&args, call).await,
        Verb::Steps(args) => return list(&args, call).await,
        Verb::Step(args) => return step(args, call).await,
        Verb::Activate(Activate { partner, reason, dry_run }) => (partner, StatusCommand::Activate { reason: text(&reason) }, dry_run),
        Verb::Suspend(Because { partner, reason, dry_run }) => (partner, StatusCommand::Suspend { reason: text(&reason) }, dry_run),
        Verb::Reinstate(One { partner, dry_run }) => (partner, StatusCommand::Reinstate, dry_run),
        Verb::Offboard(Because { partner, reason, dry_run }) => (partner, StatusCommand::Offboard { reason: text(&reason) }, dry_run),
        Verb::Reopen(One { partner, dry_run }) => (partner, StatusCommand::Reopen, dry_run),
    };
    let app = call.app().await?;
    let actor = call.sign_in(&app).await?;
    let rules = app.rules().await?;
    let partner = find(&rules, &partner)?;
    let request = app.request(Command::PartnerStatus { partners: vec![partner.id], command });
    let outcome = if is_dry { app.plan(actor.id, &request).await? } else { app.execute(actor.id, request).await? };
    match outcome.statuses.into_iter().next().map(|item| item.result) {
        Some(Err(refusal)) => Err(Error::expected(refusal.to_string())),
        Some(Ok(StatusDone { from, partner, consequences, still_open })) => {
            let Partner { profile, .. } = *partner;
            let verb = if is_dry { "would be" } else { "is" };
            writeln!(call.out, "{} ({}) {verb} {}, no longer {}.", profile.name, profile.code, profile.status.name(), from.name())?;
            if let Some(open) = still_open {
                writeln!(call.out, "{}.", begun(&open))?;
            }
            Ok(writeln!(call.out, "{}.", begun(&consequences.sentence()))?)
        }
        None => Ok(()),
    }
}

/// A fragment as a sentence begins.
fn begun(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

async fn show(args: &Show, call: &mut Call<'_>) -> Result<()> {
    let app = call.app().await?;
    let rules = app.rules().await?;
    let partner = find(&rules, &args.partner)?;
    let (profile, names) = (&partner.profile, app.tier_names(&[partner.id]).await?);
    let by = partner.since.as_ref().and_then(|since| since.by).map(|by| names.operator(by));
    if args.json {
        let since = partner.since.as_ref().map(|since| json!({ "at": since.at, "by": by, "reason": since.reason }));
        return call.json(&json!({ "partner": partner.id.to_string(), "code": profile.code, "name": profile.name, "kind": profile.kind,
            "status": profile.status, "since": since, "tier": profile.tier, "country": profile.country, "city": profile.city }));
    }
    let tier = if profile.tier.is_empty() { "no tier" } else { &profile.tier };
    writeln!(call.out, "{} ({}): {}, {tier}, {}", profile.name, profile.code, profile.kind.name().replace('_', " "), profile.territory())?;
    let since = partner.since.as_ref().map_or_else(String::new, |since| {
        let who = by.map_or_else(|| "an import".to_owned(), |by| by.to_string());
        let why = if since.reason.is_empty() { String::new() } else { format!(": {}", since.reason) };
        format!(" since {}, by {who}{why}", since.at.to_utc().format("%Y-%m-%d"))
    });
    writeln!(call.out, "{}{since}", profile.status.name())?;
    if profile.status == PartnerStatus::Active {
        return Ok(());
    }
    Ok(writeln!(call.out, "It gets no leads, and nothing of it is approved.")?)
}

async fn step(args: StepArgs, call: &mut Call<'_>) -> Result<()> {
    let app = call.app().await?;
    let actor = call.sign_in(&app).await?;
    let rules = app.rules().await?;
    let partner = find(&rules, &args.partner)?.id;
    let step = Step::from_name(&args.step).ok_or_else(|| Error::expected(format!("there is no step `{}`", args.step)))?;
    let note = Text::clean(args.note.trim());
    let command = if args.reopen { StepCommand::Reopen { step, note } } else { StepCommand::Tick { step, note } };
    let request = app.request(Command::PartnerStep { partners: vec![partner], command });
    let outcome = if args.dry_run { app.plan(actor.id, &request).await? } else { app.execute(actor.id, request).await? };
    match outcome.steps.into_iter().next().map(|item| item.result) {
        Some(Err(refusal)) => Err(Error::expected(refusal.to_string())),
        Some(Ok(StepDone { partner, .. })) => {
            let (verb, state) = (if args.dry_run { "would be" } else { "is" }, if args.reopen { "open again" } else { "done" });
            let Partner { profile, .. } = &*partner;
            writeln!(call.out, "{} of {} ({}) {verb} {state}.", begun(step.doc()), profile.name, profile.code)?;
            let open = app.onboarding(&partner).await?.and_then(|list| list.still_open());
            Ok(writeln!(call.out, "{}.", open.map_or_else(|| "Every step is done".to_owned(), |open| begun(&open)))?)
        }
        None => Ok(()),
    }
}

async fn list(args: &Show, call: &mut Call<'_>) -> Result<()> {
    let app = call.app().await?;
    let rules = app.rules().await?;
    let partner = find(&rules, &args.partner)?;
    let (profile, names) = (&partner.profile, app.tier_names(&[partner.id]).await?);
    let Some(list) = app.onboarding(partner).await? else {
        let why = format!("{} is {}: it has no onboarding under way", profile.name, profile.status.name());
        return Err(Error::expected(why));
    };
    if args.json {
        let line = |line: &Line| {
            let tick = line.tick.as_ref();
            let ticked = tick.map(|tick| json!({ "at": tick.at, "by": names.operator(tick.by), "note": tick.note }));
            json!({ "step": line.step, "due": line.due, "days": line.step.days(), "done": line.is_done(), "overdue": line.is_late(list.today),
                "ticked": ticked, "evidence": line.known, "falls_short": line.falls_short })
        };
        return call.json(&json!({ "partner": partner.id.to_string(), "code": profile.code, "began": list.began, "today": list.today,
            "day": list.day(), "steps": list.lines.iter().map(line).collect::<Vec<_>>() }));
    }
    writeln!(call.out, "{} ({}): {}", profile.name, profile.code, how_far(&list))?;
    for line in &list.lines {
        let due = line.due.map_or_else(|| "no day".to_owned(), |due| due.to_string());
        let mark = match (line.is_done(), line.is_late(list.today)) {
            (true, _) => "done",
            (false, true) => "OVERDUE",
            (false, false) => "open",
        };
        let ticked = line.tick.as_ref().map(|tick| {
            let note = if tick.note.is_empty() { String::new() } else { format!(": {}", tick.note) };
            format!("{} by {}{note}", tick.at.to_utc().format("%Y-%m-%d"), names.operator(tick.by))
        });
        let why = ticked.or_else(|| line.known.clone()).or_else(|| line.falls_short.clone()).unwrap_or_default();
        let told = format!("{mark:<8} {:<11} day {}, {due:<12} {why}", line.step.doc(), line.step.days());
        writeln!(call.out, "{}", told.trim_end())?;
    }
    Ok(())
}

fn how_far(list: &Checklist) -> String {
    let steps = format!("{} of {} steps", list.done(), list.lines.len());
    match (list.began, list.day()) {
        (Some(began), Some(day)) => format!("{steps}, day {day} since {began}"),
        _ => format!("{steps}; nobody knows when its onboarding began, so that no day is due"),
    }
}
