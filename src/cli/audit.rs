//! `pilothouse audit verify|show`: the chain of everything that happened.

use super::Call;
use crate::{
    domain::{
        event::{Entity, Record},
        id::{AuditSeq, OperatorId},
        text::Text,
        time::{Instant, Span},
    },
    error::{Error, Result},
    store::unit::Past,
};
use serde_json::{Value, json};
use std::{collections::HashMap, io::IsTerminal};

type Names = HashMap<OperatorId, Text>;

/// Events that are asked for at once.
const PAGE: u32 = 1_000;

#[derive(Debug, clap::Subcommand)]
pub enum Verb {
    /// Prove that no event was changed, taken out, put in or moved
    #[command(after_help = "Example:\n  pilothouse audit verify\n\n\
        Keep the last line somewhere else: it proves that the whole chain was not exchanged.")]
    Verify(Verify),
    /// List events, the newest first
    #[command(after_help = "Examples:\n  pilothouse audit show L-12                 everything that happened to a lead\n  \
        pilothouse audit show --since 2h           of the last two hours\n  pilothouse audit show --kind denied --json")]
    Show(Show),
}

#[derive(Debug, clap::Args)]
pub struct Verify {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Args)]
pub struct Show {
    /// A lead (L-12), partner (P-3), account, operator (O-2) or program version (v-4)
    #[arg(value_parser = entity)]
    entity: Option<Entity>,
    /// Since an instant (2026-11-20, 2026-11-20T14:00:00Z) or for a length of time (30m, 2h, 7d)
    #[arg(long, value_name = "WHEN")]
    since: Option<String>,
    /// Kinds of event that begin so, such as lead.offered or denied
    #[arg(long, value_name = "KIND")]
    kind: Option<String>,
    /// At most so many events
    #[arg(long, value_name = "N", default_value_t = 50)]
    limit: usize,
    /// Also print what is personal: names, addresses, notes
    #[arg(long)]
    personal: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub async fn run(verb: Verb, call: &mut Call<'_>) -> Result<()> {
    match verb {
        Verb::Verify(args) => verify(&args, call).await,
        Verb::Show(args) => show(&args, call).await,
    }
}

async fn verify(args: &Verify, call: &mut Call<'_>) -> Result<()> {
    let db = call.db().await?;
    let watched = std::io::stderr().is_terminal() && !args.json;
    let err = &mut call.err;
    let verdict = db
        .audit_verify(|checked| {
            if watched {
                let _ = write!(err, "\r{checked} events checked");
            }
        })
        .await?;
    if watched {
        let _ = writeln!(call.err);
    }
    let hash = hex(&verdict.head.hash);
    if args.json {
        let broken = verdict.broken.as_ref().map(|broken| json!({ "seq": broken.seq, "why": broken.why.to_string() }));
        call.json(&json!({ "events": verdict.events, "head": { "seq": verdict.head.seq, "hash": hash }, "broken": broken }))?;
    }
    match verdict.broken {
        Some(broken) => Err(Error::expected(format!("the audit chain is broken at event {}: {}", broken.seq, broken.why))),
        None if args.json => Ok(()),
        None => Ok(writeln!(call.out, "{} events, the chain is whole\n#{} {hash}", verdict.events, verdict.head.seq.0)?),
    }
}

async fn show(args: &Show, call: &mut Call<'_>) -> Result<()> {
    let since = args.since.as_deref().map(|text| instant(text, call.clock.now())).transpose()?;
    let db = call.db().await?;
    let mut session = db.snapshot().await?;
    let names: Names = session.operators().await?.into_iter().map(|one| (one.id, one.name)).collect();
    let mut listed: Vec<Past> = Vec::new();
    let mut before = AuditSeq(i64::MAX);
    'pages: while listed.len() < args.limit {
        let page = match args.entity {
            Some(entity) => session.audit_timeline(entity, before, PAGE).await?,
            None => session.audit_before(before, PAGE).await?,
        };
        let Some(last) = page.last() else { break };
        before = last.seq;
        for past in page {
            if since.is_some_and(|since| past.record.at < since) || listed.len() == args.limit {
                break 'pages;
            }
            if args.kind.as_deref().is_none_or(|kind| past.record.event.name().starts_with(kind)) {
                listed.push(past);
            }
        }
    }
    if args.json {
        return call.json(&listed.iter().map(|past| to_json(past, &names, args.personal)).collect::<Result<Vec<_>>>()?);
    }
    for past in &listed {
        writeln!(call.out, "{}", line(past, &names, args.personal)?)?;
    }
    Ok(())
}

/// `#123 2026-11-20T14:00:00Z anna L-12 lead.offered v-2 {...}`.
fn line(past: &Past, names: &Names, personal: bool) -> Result<String> {
    let Record { at, actor, entity, event, program, .. } = &past.record;
    let who = names.get(actor).map_or_else(|| actor.to_string(), ToString::to_string);
    let mut line = format!("#{:<8} {at} {who:<12} {entity:<8} {:<18} {program:<4} {}", past.seq.0, event.name(), brief(&event.to_body()?));
    if let Some(personal) = event.personal().filter(|_| personal) {
        line.push(' ');
        line.push_str(&Text::clean(&serde_json::to_string(&personal)?));
    }
    Ok(line)
}

/// The body as far as it fits a line; JSON shows all of it.
fn brief(body: &str) -> String {
    const LONGEST: usize = 160;
    let clean = Text::clean(body);
    let mut shown: String = clean.chars().take(LONGEST).collect();
    if shown.len() < clean.len() {
        shown.push('…');
    }
    shown
}

fn to_json(past: &Past, names: &Names, personal: bool) -> Result<Value> {
    let record = &past.record;
    let mut value = json!({
        "seq": past.seq,
        "at": record.at.to_string(),
        "actor": record.actor.to_string(),
        "actor_name": names.get(&record.actor),
        "command": record.command,
        "entity": record.entity.to_string(),
        "version": record.version,
        "kind": record.event.name(),
        "program": record.program.to_string(),
        "body": serde_json::from_str::<Value>(&record.event.to_body()?)?,
    });
    if personal {
        value["personal"] = serde_json::to_value(record.event.personal())?;
    }
    Ok(value)
}

/// Reads `L-12`, `P-3`, `A-7`, `O-2`, `v-4`.
fn entity(text: &str) -> Result<Entity, String> {
    let wrong = || format!("`{text}` is no record: write L-12, P-3, A-7, O-2 or v-4");
    let (letter, digits) = text.split_at_checked(1).ok_or_else(wrong)?;
    let number = digits.trim_start_matches('-').parse().map_err(|_| wrong())?;
    let kind = match letter.to_ascii_lowercase().as_str() {
        "l" => "lead",
        "p" => "partner",
        "a" => "account",
        "o" => "operator",
        "v" => "program",
        _ => return Err(wrong()),
    };
    Entity::from_parts(kind, number).ok_or_else(wrong)
}

/// Reads an instant, a UTC day, or a length of time back from now.
fn instant(text: &str, now: Instant) -> Result<Instant> {
    if let Ok(at) = chrono::DateTime::parse_from_rfc3339(text) {
        return Ok(Instant::from(at.to_utc()));
    }
    if let Some(day) = crate::domain::document::read_date(text) {
        return Ok(Instant::from(day.and_time(chrono::NaiveTime::MIN).and_utc()));
    }
    let wrong = || Error::expected(format!("`{text}` is no time: write 2026-11-20, 2026-11-20T14:00:00Z, 30m, 2h or 7d"));
    let at = text.find(|c: char| !c.is_ascii_digit()).ok_or_else(wrong)?;
    let count: i64 = text[..at].parse().map_err(|_| wrong())?;
    let minutes = match &text[at..] {
        "m" => 1,
        "h" => 60,
        "d" => 24 * 60,
        "w" => 7 * 24 * 60,
        _ => return Err(wrong()),
    };
    // Longer than a century is a slip.
    let span = count.checked_mul(minutes).filter(|minutes| *minutes <= 100 * 366 * 24 * 60).ok_or_else(wrong)?;
    Ok(now.plus(Span::ZERO.minus(Span::minutes(span))))
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
