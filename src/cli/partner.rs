//! `pilothouse partner ...`: the status of a partner, and what follows from changing it.

use super::{
    Call,
    tier::{Show, find},
};
use crate::{
    app::{Command, partner::status::StatusDone},
    domain::{
        partner::{Partner, PartnerStatus, StatusCommand},
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
    /// A partner is on board: it gets leads from now on
    #[command(after_help = "Example:\n  pilothouse partner activate HANSA")]
    Activate(One),
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

pub async fn run(verb: Verb, call: &mut Call<'_>) -> Result<()> {
    let text = |text: &str| Text::clean(text.trim());
    let (partner, command, is_dry) = match verb {
        Verb::Show(args) => return show(&args, call).await,
        Verb::Activate(One { partner, dry_run }) => (partner, StatusCommand::Activate, dry_run),
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
        Some(Ok(StatusDone { from, partner, consequences })) => {
            let Partner { profile, .. } = *partner;
            let verb = if is_dry { "would be" } else { "is" };
            writeln!(call.out, "{} ({}) {verb} {}, no longer {}.", profile.name, profile.code, profile.status.name(), from.name())?;
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
