//! `pilothouse tier ...`: what partners earned, and what changes about it.

mod show;

use super::Call;
use crate::{
    app::{App, Command, Rules, Target, TierDone, TierItem},
    domain::{
        id::{OperatorId, PartnerId},
        partner::Partner,
        problem::quoted,
        search,
        text::Text,
        tier::{
            Outcome, Quarter,
            evaluation::AuditKind,
            queue::Queue,
            standing::{Rated, StandingCommand},
        },
    },
    error::{Error, Result},
};
use chrono::NaiveDate;
use rust_decimal::Decimal;

#[derive(Debug, clap::Subcommand)]
pub enum Verb {
    /// Audit partners: gather their facts, score them and keep the scorecard
    #[command(after_help = "Examples:\n  pilothouse tier evaluate\n  pilothouse tier evaluate --partner HANSA --on 2026-06-30\n  \
        pilothouse tier evaluate --quarter 2026-Q2\n\nAn audit of a quarter counts: a change of tier is proposed, a plan to make up for a failed \
        audit is opened.\nOnce more with the same facts nothing is kept; with others the new scorecard names the one it restates.")]
    Evaluate(Evaluate),
    /// Show a partner's scorecard, what is missing to the next tier, and what is under way
    #[command(after_help = "Example:\n  pilothouse tier show HANSA")]
    Show(Show),
    /// List partners of a queue
    #[command(after_help = "Examples:\n  pilothouse tier list promotions\n  pilothouse tier list at-risk --json")]
    List(List),
    /// Propose another tier for a partner
    #[command(after_help = "Example:\n  pilothouse tier propose HANSA gold --reason \"won the frame contract\"")]
    Propose(Propose),
    /// Approve a proposed change of tier; whoever proposed it may not
    #[command(after_help = "Example:\n  pilothouse tier approve HANSA --on 2026-07-01")]
    Approve(Approve),
    /// Reject a proposed change of tier
    #[command(after_help = "Example:\n  pilothouse tier reject HANSA --reason \"the new owner is not known yet\"")]
    Reject(Reason),
    /// Put a proposed change of tier off
    #[command(after_help = "Example:\n  pilothouse tier defer HANSA --until 2026-09-30 --reason \"the merger is pending\"")]
    Defer(Defer),
    /// Bring in what nobody can count, from 0 to 100; what is not said stays as it is
    #[command(after_help = "Example:\n  pilothouse tier rate HANSA --satisfaction 87 --compliance 100")]
    Rate(Rate),
    /// Record that a partner became a part of its parent, which its sales count for from then on
    #[command(after_help = "Example:\n  pilothouse tier acquire HANSA-NORD --on 2026-02-01")]
    Acquire(Acquire),
    /// Open a remediation plan for a partner that failed its last audit
    #[command(after_help = "Example:\n  pilothouse tier plan HANSA --owner anna")]
    Plan(Plan),
    /// Hand a remediation plan over to a colleague
    #[command(after_help = "Example:\n  pilothouse tier assign HANSA ben")]
    Assign(Assign),
    /// Close a remediation plan before its time
    #[command(after_help = "Example:\n  pilothouse tier close HANSA --reason \"the missing certificate came in\"")]
    Close(Reason),
    /// Record progress of a remediation plan
    #[command(after_help = "Example:\n  pilothouse tier advance HANSA 60 \"two of three engineers certified\"")]
    Advance(Advance),
    /// Take the last thing back that was done to a partner's tier or plan
    #[command(after_help = "Example:\n  pilothouse tier undo HANSA")]
    Undo(One),
}

#[derive(Debug, clap::Args)]
pub struct Evaluate {
    /// A partner, by code or number; repeat it for several (default: all that are active or suspended)
    #[arg(long = "partner", value_name = "PARTNER")]
    partners: Vec<String>,
    /// As of the end of this day (default: today)
    #[arg(long, value_name = "DAY", conflicts_with = "quarter")]
    on: Option<NaiveDate>,
    /// The audit of a fiscal quarter that is over, such as 2026-Q2
    #[arg(long, value_name = "QUARTER")]
    quarter: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Args)]
pub struct One {
    /// The partner, by code or number
    partner: String,
}

#[derive(Debug, clap::Args)]
pub struct Show {
    /// The partner, by code or number
    pub(super) partner: String,
    /// Print JSON
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, clap::Args)]
pub struct List {
    /// The queue: promotions, demotions, at-risk, remediation-due, certifications-expiring, falling-soon, near-a-line or all
    #[arg(default_value = "all", value_parser = queue)]
    queue: Queue,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Args)]
pub struct Propose {
    /// The partner, by code or number
    partner: String,
    /// A tier of the channel program
    tier: String,
    /// Why
    #[arg(long, value_name = "TEXT")]
    reason: String,
}

#[derive(Debug, clap::Args)]
pub struct Approve {
    /// The partner, by code or number
    partner: String,
    /// In force from this day (default: when the program says)
    #[arg(long, value_name = "DAY")]
    on: Option<NaiveDate>,
}

#[derive(Debug, clap::Args)]
pub struct Reason {
    /// The partner, by code or number
    partner: String,
    /// Why
    #[arg(long, value_name = "TEXT")]
    reason: String,
}

#[derive(Debug, clap::Args)]
pub struct Defer {
    /// The partner, by code or number
    partner: String,
    /// Until this day
    #[arg(long, value_name = "DAY")]
    until: NaiveDate,
    /// Why
    #[arg(long, value_name = "TEXT")]
    reason: String,
}

#[derive(Debug, clap::Args)]
pub struct Rate {
    /// The partner, by code or number
    partner: String,
    /// How satisfied its customers are
    #[arg(long, value_name = "0-100")]
    satisfaction: Option<Decimal>,
    /// How far it complies: agreements signed, rules kept
    #[arg(long, value_name = "0-100")]
    compliance: Option<Decimal>,
    /// How far its people are trained
    #[arg(long, value_name = "0-100")]
    training: Option<Decimal>,
}

#[derive(Debug, clap::Args)]
pub struct Acquire {
    /// The partner that was acquired, by code or number
    partner: String,
    /// Since this day; without it, it was not acquired after all
    #[arg(long, value_name = "DAY")]
    on: Option<NaiveDate>,
}

#[derive(Debug, clap::Args)]
pub struct Plan {
    /// The partner, by code or number
    partner: String,
    /// Who looks after it (default: you)
    #[arg(long, value_name = "NAME")]
    owner: Option<String>,
}

#[derive(Debug, clap::Args)]
pub struct Assign {
    /// The partner, by code or number
    partner: String,
    /// An operator who works at the tier desk, by name
    to: String,
}

#[derive(Debug, clap::Args)]
pub struct Advance {
    /// The partner, by code or number
    partner: String,
    /// How far the plan is, in percent
    percent: u8,
    /// What was done
    text: String,
}

/// Reads the name of a queue of partners, as `tier list` or the room's tab has it.
fn queue(text: &str) -> Result<Queue, String> {
    // Lines that wait are listed by `pos corrections`.
    Queue::named(text).filter(|queue| *queue != Queue::Corrections).ok_or_else(|| {
        let names = Queue::ALL.iter().filter(|queue| **queue != Queue::Corrections).map(|queue| search::slug(queue.doc()));
        format!("the queues are {}", names.collect::<Vec<_>>().join(", "))
    })
}

/// How many partners one transaction audits.
const BATCH: usize = 500;

pub async fn run(verb: Verb, call: &mut Call<'_>) -> Result<()> {
    let text = |text: &str| Text::clean(text.trim());
    let (partner, command) = match verb {
        Verb::Evaluate(args) => return evaluate(&args, call).await,
        Verb::Show(args) => return show::show(&args.partner, args.json, call).await,
        Verb::List(args) => return show::list(args.queue, args.json, call).await,
        Verb::Rate(args) => return rate(&args, call).await,
        Verb::Propose(args) => (args.partner, StandingCommand::Propose { to: text(&args.tier), reason: text(&args.reason) }),
        Verb::Approve(args) => (args.partner, StandingCommand::Approve { on: args.on }),
        Verb::Reject(args) => (args.partner, StandingCommand::Reject { reason: text(&args.reason) }),
        Verb::Defer(args) => (args.partner, StandingCommand::Defer { until: args.until, reason: text(&args.reason) }),
        Verb::Acquire(args) => (args.partner, StandingCommand::Acquire { on: args.on }),
        Verb::Plan(args) => {
            let owner = colleague(args.owner.as_deref(), call).await?;
            (args.partner, StandingCommand::OpenPlan { owner: Some(owner) })
        }
        Verb::Assign(args) => {
            let owner = colleague(Some(&args.to), call).await?;
            (args.partner, StandingCommand::Assign { owner })
        }
        Verb::Close(args) => (args.partner, StandingCommand::ClosePlan { reason: text(&args.reason) }),
        Verb::Advance(args) => (args.partner, StandingCommand::Advance { percent: args.percent, text: text(&args.text) }),
        Verb::Undo(args) => (args.partner, StandingCommand::Undo),
    };
    let app = call.app().await?;
    let actor = call.sign_in(&app).await?;
    let rules = app.rules().await?;
    let partner = find(&rules, &partner)?;
    carry_out(&app, actor.id, partner, command, call).await
}

async fn carry_out(app: &App, actor: OperatorId, partner: &Partner, command: StandingCommand, call: &mut Call<'_>) -> Result<()> {
    let targets = vec![Target { id: partner.id, seen: None }];
    let done = app.execute(actor, app.request(Command::Tiers { targets, command })).await?;
    match done.tiers.into_iter().next().map(|item| item.result) {
        Some(Err(refusal)) => Err(Error::expected(refusal.to_string())),
        Some(Ok(TierDone { standing: Some(standing), .. })) => {
            writeln!(call.out, "{} ({}): {}", partner.profile.name, partner.profile.code, show::under_way(&standing))?;
            Ok(())
        }
        _ => Ok(()),
    }
}

async fn rate(args: &Rate, call: &mut Call<'_>) -> Result<()> {
    let said = Rated { satisfaction: args.satisfaction, compliance: args.compliance, training: args.training };
    if said == Rated::default() {
        let why = "nothing to record: say --satisfaction, --compliance or --training, each with a number from 0 to 100";
        return Err(Error::expected(why));
    }
    let app = call.app().await?;
    let actor = call.sign_in(&app).await?;
    let rules = app.rules().await?;
    let partner = find(&rules, &args.partner)?;
    let known = app.tier_story(partner.id).await?.standing.map(|standing| standing.rated).unwrap_or_default();
    let rated = Rated {
        satisfaction: args.satisfaction.or(known.satisfaction),
        compliance: args.compliance.or(known.compliance),
        training: args.training.or(known.training),
    };
    let targets = vec![Target { id: partner.id, seen: None }];
    let done = app.execute(actor.id, app.request(Command::Tiers { targets, command: StandingCommand::Rate { rated } })).await?;
    if let Some(Err(refusal)) = done.tiers.into_iter().next().map(|item| item.result) {
        return Err(Error::expected(refusal.to_string()));
    }
    let each = |of: Rated| [("satisfaction", of.satisfaction), ("compliance", of.compliance), ("training", of.training)];
    let recorded: Vec<String> = each(said).into_iter().filter_map(|(name, value)| Some(format!("{name} {}", value?))).collect();
    let now = each(rated).map(|(name, value)| value.map_or_else(|| format!("{name} not known"), |value| format!("{name} {value}")));
    let (name, code) = (&partner.profile.name, &partner.profile.code);
    Ok(writeln!(call.out, "{name} ({code}): recorded: {}; now {}", recorded.join(", "), now.join(", "))?)
}

/// Somebody who works at the tier desk, by name; nobody named is whoever calls.
async fn colleague(name: Option<&str>, call: &mut Call<'_>) -> Result<OperatorId> {
    let app = call.app().await?;
    let Some(name) = name else { return Ok(call.sign_in(&app).await?.id) };
    let colleagues = app.tier_colleagues().await?;
    if let Some((id, _)) = colleagues.iter().find(|(_, known)| known.eq_ignore_ascii_case(name.trim())) {
        return Ok(*id);
    }
    let known: Vec<&str> = colleagues.iter().map(|(_, known)| known.as_str()).collect();
    Err(Error::expected(format!("{} does not work at the tier desk; there {}", quoted(name), there_are(&known))))
}

fn there_are(names: &[&str]) -> String {
    match names {
        [] => "is nobody yet".to_owned(),
        [one] => format!("is {one}"),
        [most @ .., last] => format!("are {} and {last}", most.join(", ")),
    }
}

/// A partner by its code or number.
pub(super) fn find<'a>(rules: &'a Rules, wanted: &str) -> Result<&'a Partner> {
    let by_number = || wanted.parse::<PartnerId>().ok().and_then(|id| rules.directory().get(id));
    let found = rules.directory().by_code(wanted.trim()).or_else(by_number);
    found.ok_or_else(|| Error::expected(format!("there is no partner {}", quoted(wanted))))
}

async fn evaluate(args: &Evaluate, call: &mut Call<'_>) -> Result<()> {
    let app = call.app().await?;
    let actor = call.sign_in(&app).await?;
    let rules = app.rules().await?;
    let starts = rules.program().scorecard.fiscal_year_starts;
    let (day, kind) = match &args.quarter {
        Some(text) => {
            let quarter = quarter(text)?;
            (quarter.last_day(starts), AuditKind::Quarter(quarter))
        }
        None => (args.on.map_or(app.today().await?, |day| day), AuditKind::OnDemand),
    };
    let partners: Vec<PartnerId> = if args.partners.is_empty() {
        rules.directory().all().iter().filter(|partner| partner.profile.is_audited()).map(|partner| partner.id).collect()
    } else {
        args.partners.iter().map(|wanted| find(&rules, wanted).map(|partner| partner.id)).collect::<Result<_>>()?
    };
    let (mut items, mut known) = (Vec::new(), 0);
    for part in partners.chunks(BATCH) {
        let command = Command::EvaluateTiers { partners: part.to_vec(), day, kind };
        let done = app.execute(actor.id, app.request(command)).await?;
        items.extend(done.tiers);
        known += done.known;
    }
    if args.json {
        let made: Vec<_> = items.iter().filter_map(|item| item.result.as_ref().ok()?.evaluation.as_deref()).collect();
        return call.json(&made);
    }
    print_evaluated(&rules, &items, known, day, call)
}

fn print_evaluated(rules: &Rules, items: &[TierItem], known: usize, day: NaiveDate, call: &mut Call<'_>) -> Result<()> {
    for item in items {
        let Some(evaluation) = item.result.as_ref().ok().and_then(|done| done.evaluation.as_deref()) else { continue };
        let card = &evaluation.made.card;
        let code = rules.directory().get(item.partner).map_or_else(Text::default, |partner| partner.profile.code.clone());
        let score = card.composite.map_or_else(|| "-".to_owned(), |score| score.to_string());
        let earned = if card.outcome == Outcome::Stay { String::new() } else { format!(", earned {}", card.computed) };
        writeln!(call.out, "{code:<14}{score:>8}  {}{earned}: {}", show::or_none(&card.stored), card.outcome.doc())?;
    }
    let passed_over = if known == 0 { String::new() } else { format!(", {known} with the same facts as before") };
    Ok(writeln!(call.out, "{} audited as of {day}{passed_over}.", items.len())?)
}

/// `2026-Q2`.
fn quarter(text: &str) -> Result<Quarter> {
    let wrong = || Error::expected(format!("{} is not a quarter; write it as 2026-Q2", quoted(text)));
    let (year, number) = text.trim().split_once(['-', ' ']).ok_or_else(wrong)?;
    let number = number.trim_start_matches(['Q', 'q']).parse().ok().filter(|number| (1..=4).contains(number)).ok_or_else(wrong)?;
    let year = year.parse().ok().filter(|year| (1900..=2999).contains(year)).ok_or_else(wrong)?;
    Ok(Quarter { year, number })
}
