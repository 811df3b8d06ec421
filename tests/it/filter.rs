//! The filter language means the same in memory and in both databases: thousands of random filters over random leads.

use crate::support::databases::{START, on_both};
use pilothouse::{
    domain::{
        country::Country,
        filter::{Context, Datum, FIELDS, FLAGS, Field, Fields, Flag, Kind, eval, parse},
        id::{CommandId, LeadId, OperatorId, PartnerId, ProgramVersion},
        lead::{
            Clock, ClockKind, Escalation, EscalationCause, Intake, Lead, LeadState, Offer, Pause, PauseReason, Person, QuarantineReason,
            Severity, UnassignedReason,
            queue::{From, PageRequest, Queue, Sort},
        },
        partner::{Partner, Profile},
        search::{slug, words},
        text::Text,
        time::{Instant, Span},
    },
    store::{
        Unit,
        unit::{Changes, LeadChange, OperatorRow},
    },
};

const LEADS: i64 = 100;
const FILTERS: usize = 2_000;

/// A small generator of our own: the same leads and filters in every run and on every machine.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 11).unwrap() % sides
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.roll(from.len())]
    }

    fn word(&mut self, from: &[&'static str]) -> &'static str {
        from[self.roll(from.len())]
    }

    fn chance(&mut self, percent: usize) -> bool {
        self.roll(100) < percent
    }

    /// An instant within two months before and after the start.
    fn instant(&mut self) -> Instant {
        let minutes = i64::try_from(self.roll(120 * 24 * 60)).unwrap() - 60 * 24 * 60;
        START.plus(Span::minutes(minutes))
    }
}

const COMPANIES: [&str; 8] =
    ["Müller & Söhne GmbH", "Acme Corp", "Acme Systems", "Łódź Trading", "北京 Networks", "O'Brien Ltd", "any none", "100% Proof"];
const CITIES: [&str; 5] = ["Köln", "New York", "Berlin", "", "Saint-Denis"];
const COUNTRIES: [&str; 4] = ["DE", "FR", "US", "BR"];
const PEOPLE: [&str; 4] = ["Anna Schmidt", "José Núñez", "", "Bo Li"];
const SOURCES: [&str; 4] = ["Web form", "Trade fair", "Partner_Referral", "webinar"];
const PRODUCTS: [&str; 4] = ["Switching", "Managed services", "", "Video"];
const PARTNERS: [(&str, &str); 4] =
    [("Acme Systems", "gold"), ("Bolt Distribution", "Platinum Plus"), ("Çelik A.Ş.", ""), ("Northwind", "silver")];
const OPERATORS: [&str; 3] = ["Anna Weiß", "Ben O'Hara", "any"];

fn lead(dice: &mut Dice, id: LeadId) -> Lead {
    let partner = PartnerId(1 + i64::try_from(dice.roll(PARTNERS.len())).unwrap());
    let state = match dice.roll(8) {
        0 => LeadState::Quarantined { reason: QuarantineReason::ConsentMissing },
        1 => LeadState::InReview { candidates: Vec::new() },
        2 => LeadState::Unassigned { why: UnassignedReason::NoCandidate },
        3 => LeadState::Accepted { partner },
        4 => LeadState::Qualified { partner },
        5 => LeadState::Disqualified {
            reason: pilothouse::domain::lead::DisqualifyReason::Spam,
            partner: dice.chance(50).then_some(partner),
        },
        _ => LeadState::Offered { partner },
    };
    let received_at = dice.instant();
    let due = dice.instant();
    let clock = Clock {
        no: 1,
        kind: ClockKind::Accept,
        calendar: Text::clean("office"),
        program: ProgramVersion(1),
        started_at: received_at,
        budget: Span::hours(8),
        left: Span::hours(1),
        as_of: received_at,
        due,
        warn: vec![50],
        stage: 0,
        next: Some(due),
        breached: due < START,
    };
    let offer = |no| Offer { no, partner, offered_at: received_at, due, by_hand: false, outcome: None };
    Lead {
        id,
        version: 1,
        received_at,
        updated_at: received_at.plus(Span::minutes(i64::try_from(dice.roll(10_000)).unwrap())),
        intake: Intake {
            source: Text::clean(dice.word(&SOURCES)),
            source_key: Text::clean(&format!("test:{id}")),
            company: Text::clean(dice.word(&COMPANIES)),
            country: dice.chance(80).then(|| dice.word(&COUNTRIES).parse::<Country>().unwrap()),
            city: Text::clean(dice.word(&CITIES)),
            product: Text::clean(dice.word(&PRODUCTS)),
            vertical: Text::clean(if dice.chance(50) { "Public sector" } else { "" }),
            score: u8::try_from(dice.roll(101)).unwrap(),
            person: Person { name: Text::clean(dice.word(&PEOPLE)), ..Person::default() },
            ..Intake::default()
        },
        account: None,
        desk: dice.chance(60).then(|| OperatorId(2 + i64::try_from(dice.roll(OPERATORS.len())).unwrap())),
        clock: (state.is_open() && dice.chance(70)).then_some(clock),
        state,
        clocks: 1,
        pause: dice.chance(15).then_some(Pause { reason: PauseReason::AwaitingCustomer, since: received_at, until: None }),
        offers: (0..u32::try_from(dice.roll(4)).unwrap()).map(offer).collect(),
        escalation: dice.chance(10).then_some(Escalation { severity: Severity::High, cause: EscalationCause::Breach, since: received_at }),
        breaches: 0,
        settled_offers: 0,
        absorbed: Vec::new(),
        erased: false,
    }
}

/// A lead as the language sees it: the same normal forms that the tables keep.
struct Seen {
    lead: Lead,
    search: String,
    company: String,
    city: String,
    source: String,
    product: String,
    vertical: String,
    country: Option<String>,
    partner: Option<(String, String)>,
    owner: Option<String>,
}

impl Seen {
    fn new(lead: &Lead) -> Self {
        let place = |id: i64| usize::try_from(id).unwrap();
        let intake = &lead.intake;
        Self {
            search: lead.search_words(),
            company: words(&intake.company),
            city: words(&intake.city),
            source: slug(&intake.source),
            product: slug(&intake.product),
            vertical: slug(&intake.vertical),
            country: intake.country.map(|country| country.to_string()),
            partner: lead.state.partner().map(|id| PARTNERS[place(id.0) - 1]).map(|(name, tier)| (words(name), slug(tier))),
            owner: lead.desk.map(|id| words(OPERATORS[place(id.0) - 2])),
            lead: lead.clone(),
        }
    }
}

impl Fields for Seen {
    fn get(&self, field: Field) -> Datum<'_> {
        fn given(text: &str) -> Datum<'_> {
            if text.is_empty() { Datum::Missing } else { Datum::Text(text) }
        }
        match field {
            Field::Id => Datum::Number(self.lead.id.0),
            Field::Stage => Datum::Text(self.lead.state.name()),
            Field::Country => self.country.as_deref().map_or(Datum::Missing, Datum::Text),
            Field::City => given(&self.city),
            Field::Company => given(&self.company),
            Field::Score => Datum::Number(self.lead.intake.score.into()),
            Field::Tier => self.partner.as_ref().map_or(Datum::Missing, |(_, tier)| given(tier)),
            Field::Partner => self.partner.as_ref().map_or(Datum::Missing, |(name, _)| Datum::Text(name)),
            Field::Owner => self.owner.as_deref().map_or(Datum::Missing, Datum::Text),
            Field::Source => given(&self.source),
            Field::Product => given(&self.product),
            Field::Vertical => given(&self.vertical),
            Field::Due => self.lead.due().map_or(Datum::Missing, Datum::Instant),
            Field::Received => Datum::Instant(self.lead.received_at),
            Field::Updated => Datum::Instant(self.lead.updated_at),
            Field::Offers => Datum::Number(i64::try_from(self.lead.offers.len()).unwrap()),
        }
    }

    fn search(&self) -> &str {
        &self.search
    }

    fn is(&self, flag: Flag, context: &Context) -> bool {
        let lead = &self.lead;
        match flag {
            Flag::Breached => Queue::Breached.holds(lead, context.me, context.now),
            Flag::Paused => lead.pause.is_some(),
            Flag::Mine => lead.desk == Some(context.me),
            Flag::Unassigned => matches!(lead.state, LeadState::Unassigned { .. }),
            Flag::Marked => context.marked.contains(&lead.id),
            Flag::Open => lead.state.is_open(),
            Flag::Escalated => lead.escalation.is_some(),
        }
    }
}

/// One term, as a person might write it.
fn term(dice: &mut Dice) -> String {
    const FREE: [&str; 12] =
        ["acme", "mul", "\"muller sohn\"", "berl", "schm", "obrien", "brien", "nunez", "zzz", "\"acme systems\"", "100", "bei"];
    if dice.chance(20) {
        return dice.word(&FREE).to_owned();
    }
    if dice.chance(25) {
        return format!("is:{}", dice.pick(FLAGS).name);
    }
    let spec = dice.pick(FIELDS);
    let name = dice.word(&spec.names().collect::<Vec<_>>());
    if dice.chance(10) {
        return format!("{name}:{}", if dice.chance(50) { "any" } else { "none" });
    }
    let comparison = dice.word(&[":", "<", "<=", ">", ">=", "!="]);
    let equals = dice.word(&[":", "!=", "="]);
    match spec.kind {
        Kind::Choice(choices) => format!("{name}{equals}{},{}", dice.pick(choices), dice.pick(choices)),
        Kind::Country => format!("{name}{equals}{}", dice.word(&["DE", "FR,US", "germany", "JP"])),
        Kind::Code => format!(
            "{name}{equals}{}",
            dice.word(&[
                "web-form",
                "\"trade fair\"",
                "partner_referral,webinar",
                "gold",
                "\"Platinum Plus\",silver",
                "\"managed services\"",
                "video",
                "public-sector"
            ])
        ),
        Kind::Words => format!(
            "{name}{equals}{}",
            dice.word(&["acme", "\"muller sohne\"", "an", "\"ben o\"", "\"any\"", "koln", "york", "\"new y\",saint", "bolt,celik"])
        ),
        Kind::Number if spec.field == Field::Offers => format!("{name}{comparison}{}", dice.roll(4)),
        Kind::Number if dice.chance(30) => format!("{name}:{}..{}", dice.roll(60), dice.roll(101)),
        Kind::Number => format!("{name}{comparison}{}", dice.roll(101)),
        Kind::Id => format!("{name}{comparison}{}", dice.roll(usize::try_from(LEADS).unwrap())),
        Kind::Other(letter) => format!("{name}:{letter}-1"),
        Kind::Future | Kind::Past if dice.chance(20) => format!("{name}:{}d..{}d", dice.roll(20), dice.roll(40)),
        Kind::Future | Kind::Past => {
            let when = dice.word(&[
                "2h",
                "1d",
                "7d",
                "3w",
                "-2d",
                "today",
                "yesterday",
                "tomorrow",
                "week",
                "month",
                "2026",
                "2026-02",
                "2026-03-01",
                "2026-03-02T10:00",
            ]);
            format!("{name}{comparison}{when}")
        }
    }
}

fn filter(dice: &mut Dice, depth: usize) -> String {
    let count = 1 + dice.roll(3);
    let terms = (0..count).map(|_| {
        let inside = if depth > 0 && dice.chance(25) { format!("({})", filter(dice, depth - 1)) } else { term(dice) };
        if dice.chance(20) { format!("-{inside}") } else { inside }
    });
    let terms: Vec<String> = terms.collect();
    terms.join(if dice.chance(30) { " or " } else { " " })
}

#[tokio::test(flavor = "multi_thread")]
async fn memory_and_both_databases_agree_on_every_filter() {
    on_both(|fresh| async move {
        let mut dice = Dice(0x5eed_5eed_5eed_5eed);
        let mut tx = fresh.db.begin().await.unwrap();
        let LeadId(first) = tx.lead_numbers(u32::try_from(LEADS).unwrap()).await.unwrap();
        let leads: Vec<Lead> = (first..first + LEADS).map(|number| lead(&mut dice, LeadId(number))).collect();
        let partner = |(n, (name, tier)): (i64, (&str, &str))| Partner {
            id: PartnerId(n),
            version: 1,
            updated_at: START,
            since: None,
            steps: Vec::new(),
            profile: Profile {
                code: Text::clean(&format!("P{n}")),
                name: Text::clean(name),
                tier: Text::clean(tier),
                ..Profile::default()
            },
        };
        let operator = |(n, name): (i64, &str)| OperatorRow {
            id: OperatorId(n),
            version: 1,
            name: Text::clean(name),
            login: None,
            roles: pilothouse::domain::actor::Roles::default(),
            active: true,
        };
        let changes = Changes {
            leads: leads
                .iter()
                .map(|lead| LeadChange { lead: lead.clone(), expected: 0, loaded: None, keys: Vec::new(), keys_gone: Vec::new() })
                .collect(),
            partners: (1..).zip(PARTNERS).map(partner).collect(),
            operators: (2..).zip(OPERATORS).map(operator).collect(),
            ..Changes::default()
        };
        tx.save(CommandId(uuid::Uuid::from_u128(1)), changes).await.unwrap();
        Unit::commit(tx).await.unwrap();

        let seen: Vec<Seen> = leads.iter().map(Seen::new).collect();
        let marked = [LeadId(first + 3), LeadId(first + 5), LeadId(first + 80)];
        let mut session = fresh.db.read().await.unwrap();
        let (mut some, mut none) = (0, 0);
        for n in 0..FILTERS {
            let text = filter(&mut dice, 2);
            let tree = parse(&text).unwrap_or_else(|error| panic!("{text}: {error}"));
            let zone = *dice.pick(&[chrono_tz::Tz::UTC, chrono_tz::Tz::Asia__Kolkata, chrono_tz::Tz::America__New_York]);
            let context: Context<'_> = Context { now: START, zone, me: OperatorId(2), marked: &marked, reach: None };
            let expected: Vec<i64> = seen.iter().filter(|seen| eval(&tree, *seen, &context)).map(|seen| seen.lead.id.0).collect();
            let request = PageRequest {
                queue: Queue::All,
                filter: Some(tree.clone()),
                sort: *dice.pick(&Sort::ALL),
                me: context.me,
                now: context.now,
                from: From::Start,
                limit: 1_000,
            };
            let page = session.page(&request, &context).await.unwrap_or_else(|error| panic!("{}: {text}: {error}", fresh.name));
            let mut found: Vec<i64> = page.rows.iter().map(|(_, row)| row.id.0).collect();
            found.sort_unstable();
            assert_eq!(found, expected, "{}, filter {n}: {text}\n{tree:?}", fresh.name);
            if expected.is_empty() { none += 1 } else { some += 1 }
        }
        println!("{}: {some} filters found leads, {none} found none", fresh.name);
        assert!(some > FILTERS / 2, "most filters find something, so that agreement means something");
    })
    .await;
}
