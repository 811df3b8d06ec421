//! `pilothouse pos corrections|correct|accept|dismiss|undo|revenue`: order lines that wait for a person, and what was sold.

use super::Call;
use crate::{
    app::{
        App,
        pos::{CorrectionItem, LineTarget, LineVerb},
    },
    domain::{
        id::{CorrectionId, OperatorId},
        pos::{Correction, CorrectionState, Field, Trouble, totals::Asked},
        problem::alternatives,
        text::Text,
        told::{self, Names},
    },
    error::{Error, Result},
    store::pos::CorrectionsAsked,
};
use chrono::NaiveDate;
use serde_json::{Value, json};

#[derive(Debug, clap::Subcommand)]
pub enum Verb {
    /// The lines that wait, or one of them with its row and its story
    #[command(after_help = "Examples:\n  pilothouse pos corrections\n  pilothouse pos corrections K-12\n  \
        pilothouse pos corrections --reason unknown_partner --json")]
    Corrections(List),
    /// Change fields of lines that wait, and judge them again
    #[command(after_help = "Examples:\n  pilothouse pos correct K-12 --set partner=NORD --set amount=120.00\n  \
        pilothouse pos correct K-12 K-13          judged again as they are: after partners or rates came in")]
    Correct(Correct),
    /// Record lines that wait as they are
    #[command(after_help = "Example:\n  pilothouse pos accept K-12 --note 'credit note of March, agreed with the partner'")]
    Accept(Accept),
    /// Never record lines that wait
    #[command(after_help = "Example:\n  pilothouse pos dismiss K-12 --reason 'a test order'")]
    Dismiss(Dismiss),
    /// Take back what was decided last about lines; what was recorded is cancelled
    #[command(after_help = "Example:\n  pilothouse pos undo K-12")]
    Undo(Ids),
    /// What partners have sold, booked in the channel program's currency
    #[command(after_help = "Example:\n  pilothouse pos revenue --from 2025-04-01 --to 2026-04-01")]
    Revenue(RevenueArgs),
}

#[derive(Debug, clap::Args)]
pub struct List {
    /// One line that waits, such as K-12
    id: Option<CorrectionId>,
    /// Those that are open, recorded, dismissed, superseded, or all
    #[arg(long, default_value = "open", value_name = "STATE")]
    state: String,
    /// Only those with this first reason, such as `unknown_partner`
    #[arg(long, value_name = "REASON")]
    reason: Option<String>,
    /// Those after this one
    #[arg(long, value_name = "ID")]
    after: Option<CorrectionId>,
    /// At most so many
    #[arg(long, default_value_t = 100)]
    limit: u32,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Args)]
pub struct Ids {
    /// The lines, such as K-12
    #[arg(required = true)]
    ids: Vec<CorrectionId>,
}

#[derive(Debug, clap::Args)]
pub struct Correct {
    #[command(flatten)]
    ids: Ids,
    /// A field and its value: partner, product, `product_line`, day, quantity, price, amount, currency, returns, customer ...
    #[arg(long = "set", value_name = "FIELD=VALUE")]
    sets: Vec<String>,
}

#[derive(Debug, clap::Args)]
pub struct Accept {
    #[command(flatten)]
    ids: Ids,
    /// Why it is right as it is
    #[arg(long)]
    note: String,
}

#[derive(Debug, clap::Args)]
pub struct Dismiss {
    #[command(flatten)]
    ids: Ids,
    /// Why it is no line of ours
    #[arg(long)]
    reason: String,
}

#[derive(Debug, clap::Args)]
pub struct RevenueArgs {
    /// The first day
    #[arg(long, value_name = "DAY")]
    from: NaiveDate,
    /// The day after the last
    #[arg(long, value_name = "DAY")]
    to: NaiveDate,
    /// Only this partner, by code
    #[arg(long, value_name = "CODE")]
    partner: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub async fn run(verb: Verb, call: &mut Call<'_>) -> Result<()> {
    let app = call.app().await?;
    let actor = call.sign_in(&app).await?.id;
    match verb {
        Verb::Corrections(args) => match args.id {
            Some(id) => show(id, args.json, &app, call).await,
            None => list(&args, &app, call).await,
        },
        Verb::Correct(args) => {
            let sets = args.sets.iter().map(|set| assignment(set)).collect::<Result<Vec<_>>>()?;
            decide(&args.ids, &LineVerb::Correct { set: sets }, actor, &app, call).await
        }
        Verb::Accept(args) => decide(&args.ids, &LineVerb::Accept { note: Text::clean(args.note.trim()) }, actor, &app, call).await,
        Verb::Dismiss(args) => decide(&args.ids, &LineVerb::Dismiss { reason: Text::clean(args.reason.trim()) }, actor, &app, call).await,
        Verb::Undo(args) => decide(&args, &LineVerb::Undo, actor, &app, call).await,
        Verb::Revenue(args) => revenue(&args, &app, call).await,
    }
}

async fn decide(ids: &Ids, verb: &LineVerb, actor: OperatorId, app: &App, call: &mut Call<'_>) -> Result<()> {
    let targets: Vec<LineTarget> = ids.ids.iter().map(|id| (*id, None)).collect();
    report(&app.decide_lines(actor, &targets, verb).await?, call)
}

fn assignment(set: &str) -> Result<(Field, Text)> {
    let (name, value) = set.split_once('=').ok_or_else(|| Error::expected(format!("`{set}` sets nothing: write FIELD=VALUE")))?;
    let fields = || alternatives(Field::ALL.map(Field::name));
    let field =
        Field::from_name(name.trim()).ok_or_else(|| Error::expected(format!("`{name}` is no field of a line; it is {}", fields())))?;
    Ok((field, Text::clean(value.trim())))
}

/// A stable name among those that there are.
fn known(name: &str, names: &[&'static str], what: &str) -> Result<&'static str> {
    let found = names.iter().find(|known| **known == name).copied();
    found.ok_or_else(|| Error::expected(format!("`{name}` is no {what}; it is {}", alternatives(names.iter().copied()))))
}

async fn list(args: &List, app: &App, call: &mut Call<'_>) -> Result<()> {
    let state = if args.state == "all" { None } else { Some(known(&args.state, &CorrectionState::NAMES, "state")?) };
    let reason = args.reason.as_deref().map(|reason| known(reason, &Trouble::CODES, "reason")).transpose()?;
    let asked = CorrectionsAsked { state, reason, partner: None, after: args.after, limit: args.limit };
    let found = app.corrections(&asked).await?;
    let open = app.corrections_open().await?;
    if args.json {
        let all: Vec<Value> = found.iter().map(of).collect();
        let open: serde_json::Map<String, Value> = open.into_iter().map(|(reason, count)| (reason, count.into())).collect();
        return call.json(&json!({ "open": open, "corrections": all }));
    }
    for correction in &found {
        writeln!(call.out, "{:<8} {:<10} {}", correction.id, correction.state.name(), told_of(correction))?;
    }
    let sum: i64 = open.iter().map(|(_, count)| count).sum();
    let parts: Vec<String> = open.iter().map(|(reason, count)| format!("{count} {}", reason.replace('_', " "))).collect();
    let parts = if parts.is_empty() { String::new() } else { format!(": {}", parts.join(", ")) };
    let wait = if sum == 1 { "line waits" } else { "lines wait" };
    Ok(writeln!(call.err, "{sum} {wait}{parts}")?)
}

/// Where a line stood, what it says, and what is wrong with it.
fn told_of(correction: &Correction) -> String {
    let troubles = correction.troubles.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
    let stated = &correction.stated;
    let words = [&stated.partner, &stated.product, &stated.day, &stated.amount, &stated.currency].map(Text::as_str);
    let words = words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    format!("{} line {} ({words}): {troubles}", correction.source.file, correction.source.line)
}

fn of(correction: &Correction) -> Value {
    json!({
        "id": correction.id.to_string(),
        "state": correction.state,
        "file": correction.source.file,
        "line": correction.source.line,
        "key": correction.line_key,
        "reason": correction.reason(),
        "troubles": correction.troubles.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "may_be_accepted": correction.stubborn().is_none(),
        "stated": correction.stated,
        "row": correction.source.cells.iter().map(|(name, cell)| (name.to_string(), cell.to_string().into())).collect::<serde_json::Map<_, _>>(),
        "raised_at": correction.raised_at.to_string(),
    })
}

async fn show(id: CorrectionId, as_json: bool, app: &App, call: &mut Call<'_>) -> Result<()> {
    let Some((correction, story)) = app.correction(id).await? else { return Err(Error::expected(format!("there is no {id}"))) };
    let operators = app.db().read().await?.operators().await?;
    let names = Names { operators: operators.into_iter().map(|row| (row.id, row.name)).collect(), ..Names::default() };
    let story =
        story.iter().map(|past| (past.record.at.to_string(), names.operator(past.record.actor), told::event(&past.record.event, &names).0));
    if as_json {
        let story: Vec<Value> = story.map(|(at, by, what)| json!({ "at": at, "by": by, "what": what })).collect();
        let mut value = of(&correction);
        value["story"] = story.into();
        return call.json(&value);
    }
    writeln!(call.out, "{id} is {}: {}", correction.state.name(), told_of(&correction))?;
    for field in Field::ALL {
        let (now, first) = (correction.stated.get(field), correction.first.get(field));
        if now != first {
            writeln!(call.out, "  {:<14} {now} (was {first})", field.name())?;
        } else if !now.is_empty() {
            writeln!(call.out, "  {:<14} {now}", field.name())?;
        }
    }
    writeln!(call.out, "The row as it came:")?;
    for (name, cell) in &correction.source.cells {
        writeln!(call.out, "  {name}: {cell}")?;
    }
    for (at, by, what) in story {
        writeln!(call.out, "{at} {by}: {what}")?;
    }
    Ok(())
}

/// One line a correction; a refusal makes the whole a failure, and what was done stays done.
fn report(items: &[CorrectionItem], call: &mut Call<'_>) -> Result<()> {
    let mut refused = Vec::new();
    for item in items {
        match &item.result {
            Ok(correction) if correction.is_open() => {
                writeln!(call.out, "{} still waits: {}", item.id, told_of(correction))?;
            }
            Ok(correction) => match &correction.state {
                CorrectionState::Recorded { line, .. } => writeln!(call.out, "{} is recorded as line {line}", item.id)?,
                state => writeln!(call.out, "{} is {}", item.id, state.name())?,
            },
            Err(why) => refused.push(why.clone()),
        }
    }
    if refused.is_empty() { Ok(()) } else { Err(Error::expected(refused.join("\n"))) }
}

async fn revenue(args: &RevenueArgs, app: &App, call: &mut Call<'_>) -> Result<()> {
    let rules = app.rules().await?;
    let currency = rules.program().currency;
    let all = rules.directory().all();
    let partners = match &args.partner {
        None => None,
        Some(code) => {
            let found = all.iter().find(|partner| partner.profile.code.eq_ignore_ascii_case(code)).map(|partner| partner.id);
            Some(vec![found.ok_or_else(|| Error::expected(format!("there is no partner {code}")))?])
        }
    };
    let rows = app.revenue(&Asked { currency, partners, from: args.from, to: args.to }).await?;
    let code = |id| rules.directory().get(id).map_or_else(|| Text::clean(&format!("{id}")), |partner| partner.profile.code.clone());
    let amount = |minor| crate::domain::money::Money::new(minor, currency);
    if args.json {
        let rows: Vec<Value> = rows
            .iter()
            .map(|row| {
                json!({ "partner": code(row.partner), "product_line": row.line, "amount": amount(row.minor).amount().to_string(),
                        "quantity": crate::domain::pos::Quantity(row.quantity).to_string(), "lines": row.lines })
            })
            .collect();
        return call.json(&json!({ "currency": currency, "from": args.from, "to": args.to, "revenue": rows }));
    }
    for row in &rows {
        let line = if row.line.is_empty() { "no product line" } else { row.line.as_str() };
        writeln!(call.out, "{:<16} {line:<24} {:>24}  in {} lines", code(row.partner), amount(row.minor), row.lines)?;
    }
    Ok(())
}
