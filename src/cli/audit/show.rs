//! `pilothouse audit show`: what happened, an event a line, in words or as JSON.

use crate::{
    cli::Call,
    domain::{
        event::{Entity, Record},
        id::{AuditSeq, OperatorId},
        nearest::nearest,
        person::Personal,
        text::Text,
        time::{Instant, Span},
        told::{self, Names, PartnerName},
    },
    error::{Error, Result},
    store::{Db, Session, unit::Past},
};
use serde_json::{Value, json};
use unicode_width::UnicodeWidthStr;

/// Events that are asked for at once.
const PAGE: u32 = 1_000;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// A lead (L-12), deal (D-8), conflict (C-5), fund (F-1), request (R-6), claim (M-9), batch (B-2), partner (P-3),
    /// account (A-7), operator (O-2) or program version (v-4)
    #[arg(value_parser = entity)]
    entity: Option<Entity>,
    /// Only what this operator did: a name or O-2
    #[arg(long, value_name = "NAME")]
    actor: Option<String>,
    /// Since an instant (2026-11-20, 2026-11-20T14:00:00Z) or for a length of time (30m, 2h, 7d)
    #[arg(long, value_name = "WHEN")]
    since: Option<String>,
    /// Before an instant, written in the same way
    #[arg(long, value_name = "WHEN")]
    until: Option<String>,
    /// Kinds of event that begin so, such as lead.offered or denied
    #[arg(long, value_name = "KIND")]
    kind: Option<String>,
    /// At most so many events
    #[arg(long, value_name = "N", default_value_t = 50)]
    limit: usize,
    /// Go on with what happens from now on, the newest last; ends with C-c
    #[arg(long, short, conflicts_with = "until")]
    follow: bool,
    /// Also print what is personal: names, addresses, notes
    #[arg(long)]
    personal: bool,
    /// Print JSON; with --follow an object a line
    #[arg(long)]
    json: bool,
}

pub async fn run(args: &Args, call: &mut Call<'_>) -> Result<()> {
    let db = call.db().await?;
    let mut session = db.snapshot().await?;
    let mut names = names(&mut session).await?;
    let wanted = Wanted::new(args, &names, call.clock.now())?;
    let head = session.audit_head().await?.seq;
    let mut listed = wanted.newest(&mut session, args.limit).await?;
    drop(session);
    if args.json && !args.follow {
        return call.json(&listed.iter().map(|past| to_json(past, &names, args.personal)).collect::<Result<Vec<_>>>()?);
    }
    if args.follow {
        listed.reverse();
    }
    print(&listed, &names, args, call)?;
    if args.follow { follow(&db, head, &wanted, &mut names, args, call).await } else { Ok(()) }
}

/// What a reader asked to see.
struct Wanted<'a> {
    entity: Option<Entity>,
    actor: Option<OperatorId>,
    since: Option<Instant>,
    until: Option<Instant>,
    kind: Option<&'a str>,
}

impl<'a> Wanted<'a> {
    fn new(args: &'a Args, names: &Names, now: Instant) -> Result<Self> {
        Ok(Self {
            entity: args.entity,
            actor: args.actor.as_deref().map(|name| operator(name, names)).transpose()?,
            since: args.since.as_deref().map(|text| instant(text, now)).transpose()?,
            until: args.until.as_deref().map(|text| instant(text, now)).transpose()?,
            kind: args.kind.as_deref(),
        })
    }

    /// The newest `limit` of them, newest first.
    async fn newest(&self, session: &mut Session, limit: usize) -> Result<Vec<Past>> {
        let mut listed: Vec<Past> = Vec::new();
        let mut before = AuditSeq(i64::MAX);
        while listed.len() < limit {
            let page = match self.entity {
                Some(entity) => session.audit_timeline(entity, before, PAGE).await?,
                None => session.audit_before(before, PAGE).await?,
            };
            let Some(last) = page.last() else { break };
            before = last.seq;
            let is_over = self.since.is_some_and(|since| last.record.at < since);
            listed.extend(page.into_iter().filter(|past| self.holds(past)));
            if is_over {
                break;
            }
        }
        listed.truncate(limit);
        Ok(listed)
    }

    fn holds(&self, past: &Past) -> bool {
        let Record { at, actor, entity, event, .. } = &past.record;
        self.entity.is_none_or(|wanted| wanted == *entity)
            && self.actor.is_none_or(|wanted| wanted == *actor)
            && self.since.is_none_or(|since| *at >= since)
            && self.until.is_none_or(|until| *at < until)
            && self.kind.is_none_or(|kind| event.name().starts_with(kind))
    }
}

/// Prints what happens after `seen`, as it happens.
async fn follow(db: &Db, mut seen: AuditSeq, wanted: &Wanted<'_>, names: &mut Names, args: &Args, call: &mut Call<'_>) -> Result<()> {
    let mut changes = db.changes();
    loop {
        let mut session = db.read().await?;
        let page = session.audit_since(seen, PAGE).await?;
        if let Some(last) = page.last() {
            seen = last.seq;
            // Somebody may have been added since.
            *names = self::names(&mut session).await?;
            drop(session);
            let fresh: Vec<Past> = page.into_iter().filter(|past| wanted.holds(past)).collect();
            print(&fresh, names, args, call)?;
            continue;
        }
        drop(session);
        if changes.changed().await.is_err() {
            return Ok(());
        }
    }
}

async fn names(session: &mut Session) -> Result<Names> {
    let partners = session.partners().await?.into_iter();
    Ok(Names {
        partners: partners.map(|one| (one.id, PartnerName { name: one.profile.name, tier: one.profile.tier })).collect(),
        operators: session.operators().await?.into_iter().map(|one| (one.id, one.name)).collect(),
    })
}

fn print(events: &[Past], names: &Names, args: &Args, call: &mut Call<'_>) -> Result<()> {
    for past in events {
        if args.json {
            writeln!(call.out, "{}", to_json(past, names, args.personal)?)?;
        } else {
            writeln!(call.out, "{}", line(past, names, args.personal))?;
        }
    }
    Ok(call.out.flush()?)
}

/// `2026-11-20T14:00:00Z  anna          L-12      offered to Hansa Netzwerk AG  #123`, without anything that a terminal obeys.
fn line(past: &Past, names: &Names, personal: bool) -> Text {
    let Record { at, actor, entity, event, .. } = &past.record;
    let (what, _) = told::event(event, names);
    let personal = event.personal().filter(|_| personal).map(|personal| in_words(&personal)).unwrap_or_default();
    let who = padded(&names.operator(*actor), 12);
    Text::clean(&format!("{at}  {who}  {entity:<8}  {what}{personal}  #{}", past.seq.0))
}

/// In columns of the terminal, which a wide character takes two of.
fn padded(text: &str, columns: usize) -> String {
    format!("{text}{}", " ".repeat(columns.saturating_sub(text.width())))
}

fn in_words(personal: &Personal) -> String {
    let person = personal.person.iter().flat_map(|person| [&person.name, &person.email, &person.phone]);
    let told: Vec<&str> = person.chain(&personal.note).map(|text| &**text).filter(|text| !text.is_empty()).collect();
    if told.is_empty() { String::new() } else { format!(": {}", told.join(", ")) }
}

fn to_json(past: &Past, names: &Names, personal: bool) -> Result<Value> {
    let record = &past.record;
    let mut value = json!({
        "seq": past.seq,
        "at": record.at.to_string(),
        "actor": record.actor.to_string(),
        "actor_name": names.operators.get(&record.actor),
        "command": record.command,
        "entity": record.entity.to_string(),
        "version": record.version,
        "kind": record.event.name(),
        "told": Text::clean(&told::event(&record.event, names).0),
        "program": record.program.to_string(),
        "body": serde_json::from_str::<Value>(&record.event.to_body()?)?,
    });
    if personal {
        value["personal"] = serde_json::to_value(record.event.personal())?;
    }
    Ok(value)
}

/// Finds an operator by name, whatever the capitals, or by number.
fn operator(named: &str, names: &Names) -> Result<OperatorId> {
    let by_number = match entity(named) {
        Ok(Entity::Operator(id)) if names.operators.contains_key(&id) => Some(id),
        _ => None,
    };
    let by_name = || names.operators.iter().find(|(_, name)| name.to_lowercase() == named.to_lowercase()).map(|(id, _)| *id);
    by_number.or_else(by_name).ok_or_else(|| {
        let known = || names.operators.values().map(|name| &**name);
        let hint = nearest(named, known())
            .map_or_else(|| format!("there are {}", known().collect::<Vec<_>>().join(", ")), |near| format!("did you mean {near}?"));
        Error::expected(format!("there is no operator {}; {hint}", Text::clean(named)))
    })
}

/// Reads `L-12`, `D-8`, `C-5`, `F-1`, `R-6`, `M-9`, `B-2`, `E-4`, `T-1`, `P-3`, `N-5`, `A-7`, `O-2`, `v-4`.
fn entity(text: &str) -> Result<Entity, String> {
    let wrong = || format!("`{text}` is no record: write L-12, D-8, C-5, F-1, R-6, M-9, B-2, E-4, T-1, P-3, N-5, A-7, O-2 or v-4");
    let (letter, digits) = text.split_at_checked(1).ok_or_else(wrong)?;
    let number = digits.trim_start_matches('-').parse().map_err(|_| wrong())?;
    let kind = match letter.to_ascii_lowercase().as_str() {
        "l" => "lead",
        "d" => "deal",
        "c" => "conflict",
        "f" => "fund",
        "r" => "request",
        "m" => "claim",
        "b" => "batch",
        "e" => "evaluation",
        "t" => "standing",
        "p" => "partner",
        "n" => "contact",
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
