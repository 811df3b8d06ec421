//! Reports: what they say, that all formats say the same, and that nobody's name does anything.

mod formats;
pub mod partner;

use pilothouse::{
    app::report::{Format, write},
    domain::{
        id::PartnerId,
        partner::{Certification, Partner, PartnerKind, Profile},
        program,
        report::{Known, PartnerSeen, Report},
        text::Text,
        tier::{Criterion, Facts, History, Measure, Revenue, Rule, Share, evaluate},
        time::Instant,
        told::Names,
    },
};
use rust_decimal::Decimal;
use std::sync::Arc;

/// What a partner could write to do harm in a page, in a document, in a spreadsheet or to the eye.
pub const HOSTILE: &str = "<script>alert(\"x\")</script> | `=1+1` & \u{202e}gnp.exe";
pub const FORMULA: &str = "=HYPERLINK(\"http://x\",\"y\")";

pub fn day(text: &str) -> chrono::NaiveDate {
    text.parse().unwrap()
}

pub fn written(report: &Report, format: Format) -> String {
    let mut out = Vec::new();
    write(report, format, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// The scorecard of DOMAIN.md, section 4: weights 30/20/20/15/15.
fn vector(cap: bool) -> (Facts, program::Program) {
    let mut program = program::parse("demo", program::DEMO).unwrap();
    let rule = |(criterion, weight, target): (Criterion, u32, i64)| Rule {
        criterion,
        weight: weight * 100,
        measure: Measure::Linear { target: Decimal::from(target) },
        group: criterion.group(),
    };
    program.scorecard.criteria = [
        (Criterion::Growth, 30, 20),
        (Criterion::Training, 20, 100),
        (Criterion::Registrations, 20, 50),
        (Criterion::FundUse, 15, 90),
        (Criterion::Compliance, 15, 100),
    ]
    .map(rule)
    .to_vec();
    program.scorecard.cap = cap;
    let facts = Facts {
        revenue: Some(Revenue { now: 118_000_000, before: 100_000_000, ..Revenue::default() }),
        training: Some(Decimal::from(95)),
        registrations: Some(60),
        funds: Some(Share { part: 80, whole: 100 }),
        compliance: Some(Decimal::from(100)),
        ..Facts::none(PartnerId(1), day("2026-03-31"))
    };
    (facts, program)
}

/// A partner with these facts, and nothing else in the house.
pub fn seen(cap: bool) -> PartnerSeen {
    let (facts, program) = vector(cap);
    let until: chrono::DateTime<chrono::Utc> = "2026-05-31T22:00:00Z".parse().unwrap();
    let profile = Profile {
        code: Text::clean(FORMULA),
        name: Text::clean(HOSTILE),
        kind: PartnerKind::Var,
        tier: Text::clean("silver"),
        country: "DE".parse().ok(),
        certifications: vec![
            Certification { name: Text::clean("security-specialist"), until: None },
            Certification { name: Text::clean(HOSTILE), until: Some(until.into()) },
        ],
        ..Profile::default()
    };
    let card = evaluate(&facts, &program.tier_rules(), "silver", &History::default());
    PartnerSeen {
        on: facts.day,
        today: facts.day,
        partner: Partner { id: PartnerId(1), version: 1, updated_at: Instant::from_micros(0), profile, since: None, steps: Vec::new() },
        program: Arc::new(program),
        names: Names::default(),
        known: Known { deals: true, ..Known::default() },
        evaluations: Vec::new(),
        unaudited: Some(Box::new((facts, card))),
        standing: None,
        leads: Vec::new(),
        parity: None,
        deals: Vec::new(),
        funds: Vec::new(),
        claims: Vec::new(),
        sold: Err(Text::clean("Not known: no sales are kept of these quarters, of any partner.")),
        records: Vec::new(),
    }
}
