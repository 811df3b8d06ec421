//! How fast the store is with a million leads, on both databases.
//!
//! `cargo bench --bench store -- [LEADS] [sqlite|postgres]`. The figures are in `benches/README.md`.

#[path = "../tests/it/support/postgres.rs"]
#[allow(dead_code, reason = "the benches stop no server")]
mod postgres;

use pilothouse::{
    ambient::{Clock as AmbientClock, Entropy},
    domain::{
        aggregate::Aggregate,
        country::Country,
        event::{Entity, Event, Record},
        filter::{self, Context},
        id::{CommandId, LeadId, OperatorId, PartnerId, ProgramVersion},
        lead::{
            Clock, ClockKind, Intake, Lead, LeadEvent, LeadState, Person,
            event::Arrival,
            queue::{From, PageRequest, Queue, Sort},
            routing::{Candidate, DecidedBy, Turn, Why},
            stats::{Counted, Measure},
        },
        partner::{Partner, Profile},
        text::Text,
        time::{Instant, Span},
    },
    store::{
        Address, Db, Options, Unit,
        unit::{Changes, LeadChange, OperatorRow, Turned},
    },
};
use std::time::{Duration, Instant as Stopwatch};

const START: Instant = Instant::from_micros(1_772_442_000_000_000);
const ME: OperatorId = OperatorId(2);
const PARTNERS: i64 = 700;
const CHUNK: i64 = 5_000;

/// SplitMix64: the same leads every time.
struct Dice(u64);

impl Dice {
    fn next(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % below
    }

    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[usize::try_from(self.next(of.len() as u64)).expect("an index")]
    }

    fn word(&mut self) -> String {
        const SYLLABLES: [&str; 24] = [
            "ka", "lo", "mi", "ter", "san", "vor", "el", "dra", "ni", "po", "rus", "gen", "tek", "al", "ba", "con", "fi", "hel", "is",
            "jun", "ma", "or", "qui", "ze",
        ];
        (0..2 + self.next(2)).map(|_| self.one(&SYLLABLES)).collect()
    }
}

fn lead(id: i64, dice: &mut Dice) -> (Lead, Vec<Record>) {
    let company = format!("{} {} {}", dice.word(), dice.word(), dice.one(&["GmbH", "AG", "Ltd", "Inc", "SA", "BV"]));
    let name = format!("{} {}", dice.one(&["Anna", "Bert", "Chiara", "David", "Elif", "Femke", "Georg", "Hana"]), dice.word());
    let email = format!("{}@{}.com", name.replace(' ', ".").to_lowercase(), company.split(' ').next().unwrap_or("x"));
    let intake = Intake {
        source: Text::clean(dice.one(&["salesforce", "hubspot", "webinar-2026-02", "partner referral"])),
        source_key: Text::clean(&format!("00Q{id:012}")),
        company: Text::clean(&company),
        country: dice.one(&["DE", "FR", "US", "GB", "BR", "NL", "PL", "JP"]).parse::<Country>().ok(),
        city: Text::clean(dice.one(&["Berlin", "Paris", "Boston", "Leeds", "Recife", "Utrecht", "Gdynia", "Osaka"])),
        postal_code: Text::clean(&format!("{:05}", dice.next(99_999))),
        website: Text::clean(&format!("https://www.{}.example", company.split(' ').next().unwrap_or("x"))),
        product: Text::clean(dice.one(&["storage", "network", "compute"])),
        vertical: Text::clean(dice.one(&["healthcare", "retail", "public"])),
        score: u8::try_from(dice.next(101)).expect("a score"),
        person: Person { name: Text::clean(&name), email: Text::clean(&email), phone: Text::clean("+49 30 5550100"), ..Person::default() },
        ..Intake::default()
    };
    let at = START.plus(Span::from_micros(id * 500_000 - 500_000_000_000));
    let mut events = vec![LeadEvent::Received { intake: Box::new(intake), arrival: Arrival::ToRoute }];
    let partner = PartnerId(1 + dice.next(PARTNERS.unsigned_abs()).cast_signed());
    let due = START.plus(Span::minutes(dice.next(5_000).cast_signed() - 40));
    let clock = Clock {
        no: 1,
        kind: ClockKind::Accept,
        calendar: Text::clean("office"),
        program: ProgramVersion(1),
        started_at: at,
        budget: Span::hours(8),
        left: Span::hours(5),
        as_of: at,
        due,
        warn: vec![50, 75, 90],
        stage: 0,
        next: Some(due),
        breached: false,
    };
    let candidate = |n: i64| Candidate {
        partner: PartnerId(1 + (partner.0 + n) % PARTNERS),
        tier: Text::clean("gold"),
        weight: 3,
        open: 12,
        capacity: 200,
        owed_milli: 120 * n,
        waits_micro: Some(91_000 * n),
        failed: None,
    };
    let why = Why {
        decided_by: DecidedBy::Rotation { turn: id, seed: 7 },
        scope: Text::clean("DE/storage"),
        outside: 610,
        passed: 80,
        failed: Vec::new(),
        candidates: (0..8).map(candidate).collect(),
        runner_up: None,
    };
    let kind = dice.next(100);
    if kind < 90 {
        events.push(LeadEvent::Offered { partner, before: None, by_hand: false, clock: clock.clone(), why: Box::new(why), turn: None });
    }
    let mut lead = Lead::begin(LeadId(id), &events[0], at).expect("a receipt");
    for event in &events[1..] {
        lead.apply(event, at);
    }
    if (75..90).contains(&kind) {
        lead.state = LeadState::Qualified { partner };
        lead.clock = None;
    }
    if kind == 99 {
        lead.state = LeadState::InReview { candidates: Vec::new() };
    }
    lead.desk = (dice.next(200) == 0).then_some(ME);
    let records = (1..).zip(events).map(|(version, event)| Record {
        at,
        actor: OperatorId(1),
        command: CommandId(uuid::Uuid::from_u128(u128::from((id / CHUNK + 1).unsigned_abs()))),
        program: ProgramVersion(1),
        entity: Entity::Lead(lead.id),
        version,
        event: Event::Lead(event),
    });
    let records = records.collect();
    (lead, records)
}

async fn fill(db: &Db, leads: i64) {
    let mut dice = Dice(1);
    let partner = |id: i64, dice: &mut Dice| {
        let profile = Profile { code: Text::clean(&format!("p{id}")), name: Text::clean(&dice.word()), ..Profile::default() };
        Partner { id: PartnerId(id), version: 1, updated_at: START, profile, since: None, steps: Vec::new() }
    };
    let operator = |id: i64, name: &str| OperatorRow {
        id: OperatorId(id),
        version: 1,
        name: Text::clean(name),
        login: None,
        roles: pilothouse::domain::actor::Roles::default(),
        active: true,
    };
    let mut first = Changes {
        partners: (1..=PARTNERS).map(|id| partner(id, &mut dice)).collect(),
        operators: vec![operator(1, "engine"), operator(2, "Anna Berg")],
        ..Changes::default()
    };
    let watch = Stopwatch::now();
    let mut in_store = Duration::ZERO;
    for chunk in 0..(leads + CHUNK - 1) / CHUNK {
        let mut changes = std::mem::take(&mut first);
        for id in chunk * CHUNK + 1..=leads.min((chunk + 1) * CHUNK) {
            let (lead, records) = lead(id, &mut dice);
            let keys =
                (0..9).map(|n: i64| (i64::from(lead.intake.score) + n * 977 + id * 31).wrapping_mul(0x2545_f491_4f6c_dd1d)).collect();
            changes.leads.push(LeadChange { lead, expected: 0, loaded: None, keys, keys_gone: Vec::new() });
            changes.records.extend(records);
        }
        let turn = Turn { scope: Text::clean("DE/storage"), virtual_time: chunk, turns: chunk + 1, away: Vec::new(), shares: Vec::new() };
        changes.turns.push(Turned { turn, expected: chunk });
        changes.counted.push((Counted { day: 20_000, measure: Measure::Arrived, bucket: 0 }, CHUNK));
        let save = Stopwatch::now();
        let mut tx = db.begin().await.expect("begin");
        tx.lead_numbers(u32::try_from(CHUNK).expect("a small number")).await.expect("numbers");
        tx.save(CommandId(uuid::Uuid::from_u128(u128::from(chunk.unsigned_abs()) + 1)), changes).await.expect("save");
        Unit::commit(tx).await.expect("commit");
        in_store += save.elapsed();
        if (chunk + 1) % 40 == 0 {
            println!("  {} leads: {:.0} leads/s in the store", (chunk + 1) * CHUNK, ((chunk + 1) * CHUNK) as f64 / in_store.as_secs_f64());
        }
    }
    println!("  filled in {:.1} s, {:.0} leads/s", watch.elapsed().as_secs_f64(), leads as f64 / in_store.as_secs_f64());
}

/// The median of several runs, in milliseconds.
async fn time<F: Future<Output = usize>>(name: &str, mut run: impl FnMut() -> F) {
    let mut times = Vec::new();
    let mut rows = 0;
    for _ in 0..7 {
        let watch = Stopwatch::now();
        rows = run().await;
        times.push(watch.elapsed().as_secs_f64() * 1e3);
    }
    times.sort_by(f64::total_cmp);
    println!("  {name:<44} {:>8.2} ms  (worst {:.2}, {rows} rows)", times[3], times[6]);
}

fn resident_mb() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS")).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kb| kb.parse::<f64>().ok()).unwrap_or(0.0) / 1024.0
}

async fn measure(address: Address, options: Options, leads: i64) {
    let db = Db::open(address, options).await.expect("open");
    fill(&db, leads).await;
    let (address, options) = (db.address().clone(), db.options().clone());
    db.close().await;
    time("open and first page", || {
        let (address, options) = (address.clone(), options.clone());
        async move {
            let db = Db::open(address, options).await.expect("open");
            let page = page(&db, Queue::All, Sort::Due, None).await;
            db.close().await;
            page
        }
    })
    .await;
    let db = Db::open(address, options).await.expect("open");
    let db = &db;
    for queue in Queue::ALL {
        for sort in Sort::ALL {
            time(&format!("page of {} by {}", queue.title(), sort.title()), || page(db, queue, sort, None)).await;
        }
        time(&format!("count of {} to 10,000", queue.title()), || count(db, queue, None)).await;
    }
    for text in [
        "anna",
        "kalo",
        "tektek zeze",
        "nothinglikeit",
        "an",
        "b q",
        "country:JP",
        "score>99 country:PL",
        "gmbh -anna is:open",
        "osaka storagex",
    ] {
        time(&format!("filter `{text}` of All"), || page(db, Queue::All, Sort::Due, Some(text))).await;
        time(&format!("count `{text}` of All"), || count(db, Queue::All, Some(text))).await;
    }
    time("filter `tektek` of Mine by company", || page(db, Queue::Mine, Sort::Company, Some("tektek"))).await;
    println!("  resident {:.0} MB", resident_mb());
    sweep(db).await;
    let watch = Stopwatch::now();
    let verdict = db.audit_verify(|_| {}).await.expect("read");
    println!("  verified {} events in {:.2} s: {:?}", verdict.events, watch.elapsed().as_secs_f64(), verdict.broken);
    println!("  resident {:.0} MB", resident_mb());
}

async fn page(db: &Db, queue: Queue, sort: Sort, filter: Option<&str>) -> usize {
    let filter = filter.map(|text| filter::parse(text).expect("a filter"));
    let request = PageRequest { queue, filter, sort, me: ME, now: START, from: From::Start, limit: 50 };
    let context: Context<'_> = Context { now: START, zone: chrono_tz::Tz::UTC, me: ME, marked: &[], reach: None };
    db.read().await.expect("read").page(&request, &context).await.expect("a page").rows.len()
}

async fn count(db: &Db, queue: Queue, filter: Option<&str>) -> usize {
    let filter = filter.map(|text| filter::parse(text).expect("a filter"));
    let context: Context<'_> = Context { now: START, zone: chrono_tz::Tz::UTC, me: ME, marked: &[], reach: None };
    let count = db.read().await.expect("read").count(queue, filter.as_ref(), &context, 10_000).await.expect("a count");
    usize::try_from(count.n).expect("it fits")
}

/// Ten thousand breached offers go to the next partner, as the engine does it.
async fn sweep(db: &Db) {
    let watch = Stopwatch::now();
    let mut tx = db.begin().await.expect("begin");
    let leads = Unit::leads_due(&mut tx, START.plus(Span::hours(1_000)), 10_000).await.expect("due");
    let loaded = watch.elapsed();
    let mut changes = Changes::default();
    for mut lead in leads {
        let (expected, held) = (lead.version, lead.state.loads());
        let Some(clock) = lead.clock.clone() else { continue };
        let partner = PartnerId(1 + lead.id.0 % PARTNERS);
        let timed_out = LeadEvent::TimedOut { partner: held.unwrap_or(partner), due: clock.due };
        let clock = Clock { no: 2, due: START.plus(Span::hours(20)), next: Some(START.plus(Span::hours(20))), ..clock };
        let why = Why {
            decided_by: DecidedBy::OnlyCandidate,
            scope: Text::clean("DE/storage"),
            outside: 0,
            passed: 1,
            failed: Vec::new(),
            candidates: Vec::new(),
            runner_up: None,
        };
        let offered = LeadEvent::Offered { partner, before: held, by_hand: false, clock, why: Box::new(why), turn: None };
        for event in [timed_out, offered] {
            lead.apply(&event, START);
            changes.records.push(Record {
                at: START,
                actor: OperatorId(1),
                command: CommandId(uuid::Uuid::from_u128(1 << 70)),
                program: ProgramVersion(1),
                entity: Entity::Lead(lead.id),
                version: lead.version,
                event: Event::Lead(event),
            });
        }
        changes.leads.push(LeadChange { lead, expected, loaded: held, keys: Vec::new(), keys_gone: Vec::new() });
    }
    let n = changes.leads.len();
    tx.save(CommandId(uuid::Uuid::from_u128(1 << 70)), changes).await.expect("save");
    Unit::commit(tx).await.expect("commit");
    println!("  {n} offers reassigned and audited in {:.2} s ({:.2} s of it to load)", watch.elapsed().as_secs_f64(), loaded.as_secs_f64());
}

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let leads = arguments.iter().find_map(|argument| argument.parse().ok()).unwrap_or(1_000_000);
    let wanted = |name: &str| {
        !arguments.iter().any(|argument| argument == "sqlite" || argument == "postgres")
            || arguments.iter().any(|argument| argument == name)
    };
    let options = Options::new(AmbientClock::System, Entropy::System);
    if wanted("sqlite") {
        println!("SQLite, {leads} leads");
        let folder = tempfile::tempdir().expect("a folder");
        measure(Address::Sqlite(folder.path().join("channel.db")), Options { write_cache_mb: 64, ..options.clone() }, leads).await;
        let size = std::fs::metadata(folder.path().join("channel.db")).map_or(0, |file| file.len());
        println!("  file of {} MB", size >> 20);
    }
    if wanted("postgres")
        && let Some(server) = postgres::server()
    {
        println!("PostgreSQL, {leads} leads");
        measure(Address::Postgres(server.url("postgres")), options, leads).await;
    }
}
