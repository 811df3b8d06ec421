//! How tiers stand: who has which, what moved, who is near a line, what it costs, and whether the tiers held are those earned.

use super::{Figure, Form, Kind, Report, Section, Table, scorecard::gate_amount};
use crate::domain::{
    day::local_date,
    money::Money,
    partner::{Partner, PartnerStatus},
    program::Program,
    text::Text,
    tier::{
        Gated, Outcome, Scorecard,
        board::CERTIFICATE_DAYS,
        evaluation::{AuditKind, Evaluation, NEAR_PERCENT},
        period::Quarter,
        rules::Score,
    },
};
use chrono::NaiveDate;
use rust_decimal::Decimal;
use std::{collections::BTreeMap, sync::Arc};

/// All partners, as of the end of a day.
#[derive(Debug, Clone)]
pub struct TiersSeen {
    pub on: NaiveDate,
    pub today: NaiveDate,
    pub program: Arc<Program>,
    /// By number, those that are offboarded left out.
    pub partners: Vec<TierSeen>,
}

/// One partner at the tier desk.
#[derive(Debug, Clone)]
pub struct TierSeen {
    pub partner: Partner,
    /// Its last evaluation of the day or an earlier one.
    pub latest: Option<Evaluation>,
    /// All of them in short, the latest first; of a quarter that was audited twice the last stands first.
    pub audits: Vec<AuditSeen>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditSeen {
    pub day: NaiveDate,
    /// The quarter whose audit it is; nothing of any other.
    pub quarter: Option<Quarter>,
    pub stored: Text,
    pub computed: Text,
}

impl AuditSeen {
    pub fn of(evaluation: &Evaluation) -> Self {
        let card = &evaluation.made.card;
        let quarter = if let AuditKind::Quarter(quarter) = evaluation.made.kind { Some(quarter) } else { None };
        Self { day: card.day, quarter, stored: card.stored.clone(), computed: card.computed.clone() }
    }
}

pub fn tiers(seen: &TiersSeen) -> Report {
    let sections = vec![summary(seen), by_tier(seen), seen.distribution(), seen.near(), lift(seen), seen.certificates(), seen.moving()];
    Report { kind: Kind::Tiers, title: seen.program.name.clone(), on: seen.on, sections }
}

impl TierSeen {
    fn card(&self) -> Option<&Scorecard> {
        self.latest.as_ref().map(|one| &one.made.card)
    }

    /// The tier that the last audit found, which it had then.
    fn held_then(&self) -> Option<&Text> {
        self.audits.first().map(|audit| &audit.stored)
    }

    const fn held(&self) -> &Text {
        &self.partner.profile.tier
    }
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

impl TiersSeen {
    /// The tiers of the program, the best first, then those that partners hold and it does not have.
    fn names(&self) -> Vec<Text> {
        let mut names: Vec<Text> = self.program.tiers.iter().map(|tier| tier.name.clone()).collect();
        for one in &self.partners {
            if !names.iter().any(|name| name.eq_ignore_ascii_case(one.held())) {
                names.push(one.held().clone());
            }
        }
        names
    }

    fn place(&self, tier: &str) -> usize {
        self.program.tiers.iter().position(|one| one.name.eq_ignore_ascii_case(tier)).unwrap_or(self.program.tiers.len())
    }

    fn audited(&self) -> impl Iterator<Item = (&TierSeen, &Scorecard)> {
        self.partners.iter().filter_map(|one| Some((one, one.card()?)))
    }
}

fn summary(seen: &TiersSeen) -> Section {
    let audited = seen.audited().count();
    let correct = seen.audited().filter(|(one, card)| one.held().eq_ignore_ascii_case(&card.computed)).count();
    let of = |outcome: Outcome| seen.audited().filter(|(_, card)| card.outcome == outcome).count();
    let near = seen.audited().filter(|(_, card)| card.is_near_a_line(NEAR_PERCENT)).count();
    let last = seen.audited().map(|(_, card)| card.day).max();
    let known = |count: usize| if audited > 0 { Figure::from(count) } else { Figure::NotKnown };
    let mut section = Section::new("summary", "In short")
        .note("Correctly tiered: holds the tier that its last audit found it to have earned, of all that were audited; what was only looked at on demand is no audit. Partners that have left are not counted.")
        .fact("partners", "Partners", seen.partners.len())
        .fact("audited", "Audited", audited)
        .fact("last_audit", "Last audit as of", Figure::known(last))
        .fact("correct", "Correctly tiered", if audited > 0 { Figure::share(count(correct), count(audited)) } else { Figure::NotKnown })
        .fact("promote", "Have earned a better tier", known(of(Outcome::Promote)))
        .fact("at_risk", "At risk", known(of(Outcome::AtRisk)))
        .fact("demote", "To be demoted", known(of(Outcome::Demote)))
        .fact("near", "Within 10 % of a line", known(near));
    if seen.on < seen.today {
        section = section.note(format!("Tiers held and certificates are as of {}, when this was made.", seen.today));
    }
    section
}

fn by_tier(seen: &TiersSeen) -> Section {
    let rules = seen.program.tier_rules();
    let row = |tier: &Text| {
        let here = |held: &Text| held.eq_ignore_ascii_case(tier);
        let now: Vec<&TierSeen> = seen.partners.iter().filter(|one| here(one.held())).collect();
        let then = seen.partners.iter().filter(|one| one.held_then().is_some_and(here)).count();
        let came = now.iter().filter(|one| one.held_then().is_some_and(|held| !here(held))).count();
        let left = seen.partners.iter().filter(|one| one.held_then().is_some_and(here) && !here(one.held())).count();
        let earned = seen.audited().filter(|(_, card)| here(&card.computed)).count();
        let gives = rules.lines.iter().find(|line| here(&line.tier)).map(|line| &line.gives);
        // What is known of nobody costs nobody knows what.
        let revenue = |one: &&TierSeen| Some(rules.money(one.latest.as_ref()?.made.facts.revenue.as_ref()?.now));
        let known: Vec<Money> = now.iter().filter_map(revenue).collect();
        let cost = gives.filter(|_| !known.is_empty() || now.is_empty()).map(|gives| {
            let minor = known.iter().map(|revenue| gives.cost(*revenue).minor).fold(0_i64, i64::saturating_add);
            rules.money(minor)
        });
        let active = now.iter().filter(|one| one.partner.profile.status == PartnerStatus::Active).count();
        vec![
            if tier.is_empty() { "no tier".into() } else { tier.into() },
            now.len().into(),
            active.into(),
            then.into(),
            came.into(),
            left.into(),
            earned.into(),
            Figure::known(cost),
            known.len().into(),
        ]
    };
    let columns = [
        ("tier", "Tier"),
        ("partners", "Partners"),
        ("active", "Active"),
        ("at_audit", "At audit"),
        ("came", "Came"),
        ("left", "Left"),
        ("earned", "Earned it"),
        ("cost", "Cost a year"),
        ("cost_of", "Of partners"),
    ];
    let table = Table::new("tiers", "Partners by tier", &columns, "The program has no tiers.").rows(seen.names().iter().map(row)).chart(
        Form::Bars,
        0,
        1,
    );
    let days = || seen.audited().map(|(_, card)| card.day);
    let of = match (days().min(), days().max()) {
        (Some(first), Some(last)) if first < last => format!(" ({first} to {last})"),
        (Some(day), _) => format!(" ({day})"),
        _ => String::new(),
    };
    Section::new("tiers", "Partners by tier")
        .note(format!("At audit, came, left: against the tier that each partner held when it was last audited. Cost a year: rebate and marketing funds of the tier held, at the revenue of the twelve months up to the day of the last audit{of}, of as many partners as have a known one."))
        .table(table)
}

/// Points of a band of scores.
const BAND: i64 = 10;

impl TiersSeen {
    /// How many scores lie in each band of ten points.
    fn distribution(&self) -> Section {
        let scores: Vec<Score> = self.audited().filter_map(|(_, card)| card.composite).collect();
        let band = |score: &Score| score.0.max(0) / (BAND * 100);
        let mut bands: BTreeMap<i64, usize> = BTreeMap::new();
        for score in &scores {
            *bands.entry(band(score)).or_default() += 1;
        }
        let lines: Vec<(Score, Text)> =
            self.program.tier_rules().lines.into_iter().filter_map(|line| Some((line.gates.composite?, line.tier))).collect();
        let most = bands.keys().chain(lines.iter().map(|(score, _)| band(score)).collect::<Vec<_>>().iter()).copied().max().unwrap_or(0);
        let row = |number: i64| {
            let of = lines.iter().filter(|(score, _)| band(score) == number).map(|(score, tier)| format!("{tier} from {score}"));
            let of: Vec<String> = of.collect();
            let name = format!("{} to under {}", number * BAND, (number + 1) * BAND);
            vec![name.into(), bands.get(&number).copied().unwrap_or(0).into(), Figure::given((!of.is_empty()).then(|| of.join(", ")))]
        };
        let columns = [("band", "Points"), ("partners", "Partners"), ("thresholds", "Thresholds in it")];
        let rows = if scores.is_empty() { Vec::new() } else { (0..=most).map(row).collect() };
        let table =
            Table::new("bands", "Scores in bands of ten points", &columns, "Nobody has a score yet.").rows(rows).chart(Form::Bars, 0, 1);
        let above = lines.iter().map(|(needs, tier)| {
            let reach = scores.iter().filter(|score| *score >= needs).count();
            vec![tier.into(), (*needs).into(), reach.into(), Figure::share(count(reach), count(scores.len()))]
        });
        let columns =
            [("tier", "Tier"), ("needs", "Score that it needs"), ("reach", "Partners that reach it"), ("share", "Of all with a score")];
        let reached =
            Table::new("thresholds", "Who reaches the scores that tiers ask for", &columns, "No tier asks for a score.").rows(above);
        Section::new("scores", "Scores against the thresholds").table(table).table(reached)
    }

    /// Who stands within ten percent of a line, on either side, gate by gate.
    fn near(&self) -> Section {
        let row = |one: &TierSeen, card: &Scorecard, tier: &Text, gate: &Gated| {
            let amount = |number| gate_amount(gate.gate, number, card.currency);
            let apart = gate.gap().or_else(|| gate.margin()).unwrap_or(0);
            let percent = Decimal::from(apart) * Decimal::ONE_HUNDRED / Decimal::from(gate.needs.max(1));
            vec![
                called(&one.partner).into(),
                Figure::named(one.held()),
                tier.into(),
                gate.gate.doc().into(),
                Figure::known(gate.has.map(amount)),
                amount(gate.needs),
                Figure::percent(percent, 1),
            ]
        };
        let is_near = |gate: &&Gated| gate.is_near(NEAR_PERCENT);
        let mut falling = Vec::new();
        let mut rising = Vec::new();
        for (one, card) in self.audited().filter(|(_, card)| card.is_near_a_line(NEAR_PERCENT)) {
            if let Some(line) = card.standing() {
                falling.extend(
                    line.gates.iter().filter(is_near).filter(|gate| gate.gap().is_none()).map(|gate| row(one, card, &line.tier, gate)),
                );
            }
            if let Some(line) = card.above() {
                rising.extend(
                    line.gates.iter().filter(is_near).filter(|gate| gate.gap().is_some()).map(|gate| row(one, card, &line.tier, gate)),
                );
            }
        }
        let columns = |apart| {
            [
                ("partner", "Partner"),
                ("held", "Held"),
                ("tier", "Line of"),
                ("gate", "Gate"),
                ("has", "Has"),
                ("needs", "Needs"),
                ("apart", apart),
            ]
        };
        let above =
            Table::new("above", "Just above the line of the tier that they have earned", &columns("Above"), "Nobody.").rows(falling);
        let below =
            Table::new("below", "Just below a line above the tier that they have earned", &columns("Short"), "Nobody.").rows(rising);
        Section::new("near", "Within ten percent of a line").table(above).table(below)
    }

    /// Certificates that end within ninety days.
    fn certificates(&self) -> Section {
        let mut ending = Vec::new();
        for one in &self.partners {
            for certificate in &one.partner.profile.certifications {
                let last = certificate.until.map(|until| local_date(until, self.program.zone).pred_opt().unwrap_or(NaiveDate::MIN));
                let left = last.map(|last| last.signed_duration_since(self.on).num_days());
                if let (Some(last), Some(left @ 0..=CERTIFICATE_DAYS)) = (last, left) {
                    ending.push((last, called(&one.partner), certificate.name.clone(), left, one.held().clone()));
                }
            }
        }
        ending.sort();
        let row = |(last, partner, name, left, tier): (NaiveDate, Text, Text, i64, Text)| {
            vec![partner.into(), Figure::named(&tier), name.into(), Figure::Day(last), Figure::Days(left)]
        };
        let columns = [("partner", "Partner"), ("tier", "Held"), ("name", "Certificate"), ("last_day", "Valid to"), ("left", "Left")];
        let ending_count = ending.len();
        let table = Table::new("ending", "Certificates that end within 90 days", &columns, "None.").rows(ending.into_iter().map(row));
        Section::new("certificates", "Certifications").fact("ending", "End within 90 days", ending_count).table(table)
    }

    /// Whose last audit asks for another tier.
    fn moving(&self) -> Section {
        let mut moving: Vec<(&TierSeen, &Scorecard)> = self.audited().filter(|(_, card)| card.outcome != Outcome::Stay).collect();
        moving.sort_by_key(|(one, card)| (card.outcome, self.place(&card.stored), one.partner.profile.name.clone()));
        let row = |(one, card): (&TierSeen, &Scorecard)| {
            vec![
                called(&one.partner).into(),
                Figure::named(one.held()),
                (&card.computed).into(),
                card.outcome.doc().into(),
                Figure::known(card.composite),
                card.day.into(),
            ]
        };
        let columns = [
            ("partner", "Partner"),
            ("held", "Held"),
            ("earned", "Earned"),
            ("outcome", "Outcome"),
            ("score", "Score"),
            ("audited", "As of"),
        ];
        let table =
            Table::new("moving", "Partners whose last audit asks for another tier", &columns, "Nobody.").rows(moving.into_iter().map(row));
        Section::new("moving", "Who moves").table(table)
    }
}

/// Quarters over which the lift is shown.
const QUARTERS: usize = 5;

/// Of those audited in a quarter and in the one before: who earned a better tier than then, and who a worse.
fn lift(seen: &TiersSeen) -> Section {
    let starts = seen.program.scorecard.fiscal_year_starts;
    let mut quarters: Vec<Quarter> =
        std::iter::successors(Some(Quarter::of(seen.on, starts)), |one| Some(one.previous())).take(QUARTERS + 1).collect();
    quarters.reverse();
    let earned = |one: &TierSeen, quarter: Quarter| {
        let own = one.audits.iter().find(|audit| audit.quarter == Some(quarter));
        own.map(|audit| (seen.place(&audit.computed), audit.stored.eq_ignore_ascii_case(&audit.computed)))
    };
    let row = |quarter: &Quarter| {
        let audited: Vec<(usize, bool)> = seen.partners.iter().filter_map(|one| earned(one, *quarter)).collect();
        let both = seen.partners.iter().filter_map(|one| Some((earned(one, quarter.previous())?.0, earned(one, *quarter)?.0)));
        let both: Vec<(usize, usize)> = both.collect();
        let better = both.iter().filter(|(before, now)| now < before).count();
        let worse = both.iter().filter(|(before, now)| now > before).count();
        let correct = audited.iter().filter(|(_, correct)| *correct).count();
        vec![
            (*quarter).into(),
            audited.len().into(),
            Figure::share(count(correct), count(audited.len())),
            if both.is_empty() { Figure::Nothing } else { better.into() },
            if both.is_empty() { Figure::Nothing } else { worse.into() },
            Figure::share(count(better) - count(worse), count(both.len())),
        ]
    };
    let columns = [
        ("quarter", "Quarter"),
        ("audited", "Audited"),
        ("correct", "Correctly tiered"),
        ("better", "Better"),
        ("worse", "Worse"),
        ("lift", "Lift"),
    ];
    let table = Table::new("lift", "Audits of quarters", &columns, "").rows(quarters[1..].iter().map(row)).chart(Form::Line, 0, 5);
    Section::new("lift", "Tier lift quarter on quarter")
        .note("Lift: those that earned a better tier than in the audit of the quarter before, less those that earned a worse, of those audited in both.")
        .table(table)
}

fn called(partner: &Partner) -> Text {
    Text::clean(&format!("{} ({})", partner.profile.name, partner.profile.code))
}
