//! What all partners come to at one day: who has which tier and who earned it, how scores lie against the lines, what the
//! tiers cost, which certificates end, and where nobody sells.

use super::{
    evaluate::{History, Outcome, evaluate},
    evaluation::NEAR_PERCENT,
    facts::{Certificate, Facts},
    period::Quarter,
    rules::{Rules, Score},
};
use crate::domain::{
    day::{date_of_day, day_of, start_of_day},
    id::PartnerId,
    money::Money,
    partner::{Partner, PartnerStatus},
    program::Program,
    search::slug,
    text::Text,
    time::Instant,
};
use chrono::NaiveDate;
use chrono_tz::Tz;
use std::{collections::BTreeMap, ops::Range};

/// Within so many days after the day of the facts a certificate's last day is soon.
pub const CERTIFICATE_DAYS: i64 = 90;
/// So many days after its last day one that has ended is still asked about.
pub const ENDED_DAYS: i64 = 30;
/// Columns of the distribution of scores: ten points each, the last with what is above.
pub const BUCKETS: usize = 10;

/// From when on and up to when a certificate ends that is soon to end, or has ended lately: its last day lies from
/// [`ENDED_DAYS`] before today to [`CERTIFICATE_DAYS`] after it, and it ends in the day after its last.
pub fn expiry(now: Instant, zone: Tz) -> Range<Instant> {
    let today = day_of(now, zone);
    let start = |days: i64| start_of_day(date_of_day(today + days), zone);
    start(1 - ENDED_DAYS)..start(CERTIFICATE_DAYS + 2)
}

/// The partners of a program at one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Board {
    /// Best tier first, as the rules have them.
    pub tiers: Vec<TierBar>,
    pub partners: u32,
    /// Those whose tier is none of the rules'.
    pub elsewhere: u32,
    /// Those whose tier is the one that they earned.
    pub correct: u32,
    /// Those who hold as many certificates as their tier asks for.
    pub certified: u32,
    /// Partners by score: 0 up to 10, 10 up to 20 ..., 90 and more.
    pub scores: [u32; BUCKETS],
    /// Partners of which nothing that counts is known.
    pub unscored: u32,
    /// Certificates that end, the next first.
    pub expiring: Vec<Expiring>,
}

/// One tier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TierBar {
    pub tier: Text,
    /// The score that it asks for.
    pub line: Option<Score>,
    pub has: u32,
    pub earned: u32,
    /// Of those that have it, who earned a better one, and who a lower one.
    pub rises: u32,
    pub falls: u32,
    /// Of those that have it, who held another when it was last audited; and who held it then, and has another now.
    pub came: u32,
    pub left: u32,
    /// Of those that have it, who stands within [`NEAR_PERCENT`] of a line on either side.
    pub near: u32,
    /// What those that have it are entitled to in a year, at their revenue of the trailing twelve months.
    pub cost: Money,
    /// The same if each had what it earned.
    pub cost_earned: Money,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Expiring {
    pub last_day: NaiveDate,
    pub partner: PartnerId,
    pub name: Text,
}

/// A partner as the board looks at it.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
    pub facts: &'a Facts,
    /// The tier that it has.
    pub stored: &'a str,
    /// The tier that it held when it was last audited; nothing where it never was.
    pub held: Option<&'a str>,
}

/// A partner as its last audit found it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastFound {
    /// The slug of the tier that it has now.
    pub tier: String,
    /// The slug of the one that it earned; empty before its first audit.
    pub earned: String,
    pub outcome: Option<Outcome>,
    pub score: Option<Score>,
    pub is_near: bool,
}

/// Where a partner stands among the lines of the rules.
struct Place {
    has: Option<usize>,
    earned: Option<usize>,
    outcome: Option<Outcome>,
    score: Option<Score>,
    is_near: bool,
}

impl Board {
    /// Partners in any order.
    pub fn of<'a>(partners: impl IntoIterator<Item = Seen<'a>>, rules: &Rules) -> Self {
        let mut board = Self::empty(rules);
        for seen in partners {
            board.add(seen, rules);
        }
        board.expiring.sort_unstable();
        board
    }

    /// The same as the last audits found it, before any sale is looked at: what tiers cost is not in it, nor who moved.
    pub fn of_audits(partners: impl IntoIterator<Item = LastFound>, rules: &Rules) -> Self {
        let mut board = Self::empty(rules);
        let codes: Vec<String> = rules.lines.iter().map(|line| slug(&line.tier)).collect();
        let place = |code: &str| codes.iter().position(|one| one == code);
        for LastFound { tier, earned, outcome, score, is_near } in partners {
            board.count(Place { has: place(&tier), earned: place(&earned), outcome, score, is_near });
        }
        board
    }

    fn empty(rules: &Rules) -> Self {
        let zero = rules.money(0);
        let bar = |line: &super::rules::Line| TierBar {
            tier: line.tier.clone(),
            line: line.gates.composite,
            has: 0,
            earned: 0,
            rises: 0,
            falls: 0,
            came: 0,
            left: 0,
            near: 0,
            cost: zero,
            cost_earned: zero,
        };
        let tiers = rules.lines.iter().map(bar).collect();
        Self { tiers, partners: 0, elsewhere: 0, correct: 0, certified: 0, scores: [0; BUCKETS], unscored: 0, expiring: Vec::new() }
    }

    fn add(&mut self, Seen { facts, stored, held }: Seen<'_>, rules: &Rules) {
        let card = evaluate(facts, rules, stored, &History::default());
        let place = |tier: &str| rules.lines.iter().position(|line| line.tier.eq_ignore_ascii_case(tier));
        let (has, earned) = (place(stored), rules.place(&card.computed));
        if let Some(held) = held.filter(|held| !held.eq_ignore_ascii_case(stored)) {
            self.tiers.iter_mut().zip(0..).for_each(|(bar, at)| {
                bar.came += u32::from(has == Some(at));
                bar.left += u32::from(place(held) == Some(at));
            });
        }
        let is_near = card.is_near_a_line(NEAR_PERCENT);
        self.count(Place { has, earned: Some(earned), outcome: Some(card.outcome), score: card.composite, is_near });
        let revenue = rules.money(facts.revenue.as_ref().map_or(0, |revenue| revenue.now));
        let cost = |place: usize| rules.lines.get(place).map_or(rules.money(0), |line| line.gives.cost(revenue));
        if let Some((has, bar)) = has.and_then(|has| Some((has, self.tiers.get_mut(has)?))) {
            bar.cost.minor = bar.cost.minor.saturating_add(cost(has).minor);
        }
        if let Some(bar) = self.tiers.get_mut(earned) {
            bar.cost_earned.minor = bar.cost_earned.minor.saturating_add(cost(earned).minor);
        }
        let asked = has.and_then(|has| rules.lines.get(has)).map(|line| line.gates.certifications.unwrap_or(0));
        self.certified += u32::from(asked.is_some_and(|asked| facts.certifications() >= asked));
        self.expires(facts.partner, &facts.certificates, facts.day);
    }

    /// Certificates of a partner that are soon to end, counted from a day.
    pub fn expires(&mut self, partner: PartnerId, certificates: &[Certificate], today: NaiveDate) {
        let ends = certificates.iter().filter_map(|one| Some((one.last_day?, &one.name)));
        let soon = ends.filter(|(last_day, _)| last_day.signed_duration_since(today).num_days() <= CERTIFICATE_DAYS);
        self.expiring.extend(soon.map(|(last_day, name)| Expiring { last_day, partner, name: name.clone() }));
    }

    fn count(&mut self, Place { has, earned, outcome, score, is_near }: Place) {
        self.partners += 1;
        self.correct += u32::from(has.is_some() && has == earned);
        self.elsewhere += u32::from(has.is_none());
        if let Some(bar) = has.and_then(|has| self.tiers.get_mut(has)) {
            bar.has += 1;
            bar.rises += u32::from(outcome == Some(Outcome::Promote));
            bar.falls += u32::from(outcome.is_some_and(Outcome::has_failed));
            bar.near += u32::from(is_near);
        }
        if let Some(bar) = earned.and_then(|earned| self.tiers.get_mut(earned)) {
            bar.earned += 1;
        }
        match score {
            Some(Score(hundredths)) => {
                let bucket = usize::try_from(hundredths.max(0) / 1_000).unwrap_or(BUCKETS).min(BUCKETS - 1);
                self.scores[bucket] += 1;
            }
            None => self.unscored += 1,
        }
    }

    /// The sums over all tiers: what they cost, and what they would if each had what it earned.
    pub fn cost(&self) -> Option<(Money, Money)> {
        let first = self.tiers.first()?;
        let sum = |of: fn(&TierBar) -> Money| {
            let minor = self.tiers.iter().fold(0_i64, |sum, bar| sum.saturating_add(of(bar).minor));
            Money::new(minor, first.cost.currency)
        };
        Some((sum(|bar| bar.cost), sum(|bar| bar.cost_earned)))
    }

    /// Of how many certificates the last day is at most so many days after `today`.
    pub fn expiring_within(&self, today: NaiveDate, days: i64) -> usize {
        self.expiring.iter().take_while(|one| one.last_day.signed_duration_since(today).num_days() <= days).count()
    }
}

/// How many active partners sell each product line in each region.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Coverage {
    pub products: Vec<Text>,
    /// By region, in the order of their names, one number a product line.
    pub regions: Vec<(Text, Vec<u32>)>,
}

/// What partners earned at the audit of a quarter, against what they earned at the one before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lift {
    pub quarter: Quarter,
    /// Those audited at both.
    pub both: u32,
    pub rose: u32,
    pub fell: u32,
}

impl Lift {
    /// Of audits in the order in which they were made: partner, quarter, tier earned. Of several of one quarter the last
    /// counts. Nothing where nobody was audited at both.
    pub fn of<'a>(quarter: Quarter, audits: impl IntoIterator<Item = (PartnerId, Quarter, &'a str)>, rules: &Rules) -> Option<Self> {
        let mut earned: BTreeMap<PartnerId, [Option<usize>; 2]> = BTreeMap::new();
        for (partner, of, tier) in audits {
            let at = usize::from(of == quarter);
            earned.entry(partner).or_default()[at] = rules.lines.iter().position(|line| line.tier.eq_ignore_ascii_case(tier));
        }
        let mut lift = Self { quarter, both: 0, rose: 0, fell: 0 };
        for pair in earned.into_values() {
            let [Some(before), Some(now)] = pair else { continue };
            lift.both += 1;
            // The best tier stands first.
            lift.rose += u32::from(now < before);
            lift.fell += u32::from(now > before);
        }
        (lift.both > 0).then_some(lift)
    }
}

/// The cells of a coverage map by how many partners are in them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Cells {
    /// Nobody sells this line there.
    pub white_space: usize,
    /// One partner does: should it leave, nobody is.
    pub alone: usize,
    /// Several do, and meet at the same customers.
    pub overlap: usize,
}

impl Coverage {
    /// Whoever sells a line in some country of a region covers it there.
    pub fn of<'a>(program: &Program, partners: impl IntoIterator<Item = &'a Partner>) -> Self {
        let products = program.products.clone();
        let none = || vec![0_u32; products.len()];
        let mut regions: Vec<(Text, Vec<u32>)> = program.regions.keys().map(|name| (name.clone(), none())).collect();
        for partner in partners.into_iter().filter(|partner| partner.profile.status == PartnerStatus::Active) {
            for ((_, counts), countries) in regions.iter_mut().zip(program.regions.values()) {
                for (count, line) in counts.iter_mut().zip(&products) {
                    let covers = countries.iter().any(|country| partner.profile.covers(Some(*country), line, ""));
                    *count += u32::from(covers);
                }
            }
        }
        Self { products, regions }
    }

    /// How many cells nobody covers, one partner alone, and several.
    pub fn cells(&self) -> Cells {
        let mut cells = Cells::default();
        for count in self.regions.iter().flat_map(|(_, counts)| counts) {
            match count {
                0 => cells.white_space += 1,
                1 => cells.alone += 1,
                _ => cells.overlap += 1,
            }
        }
        cells
    }

    pub fn most(&self) -> u32 {
        self.regions.iter().flat_map(|(_, counts)| counts).copied().max().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{day::local_date, partner::Certification, program, time::Span};
    use proptest::prelude::*;

    #[test]
    fn the_cells_of_a_map_are_told_apart_by_how_many_are_in_them() {
        let map = Coverage {
            products: vec!["Switching".into(), "Video".into()],
            regions: vec![("DACH".into(), vec![3, 0]), ("Iberia".into(), vec![1, 2]), ("Nordics".into(), vec![0, 0])],
        };
        assert_eq!(map.cells(), Cells { white_space: 3, alone: 1, overlap: 2 });
        assert_eq!(Coverage::default().cells(), Cells::default());
    }

    #[test]
    fn a_lift_compares_the_last_audits_of_two_quarters() {
        let (first, second) = (Quarter { year: 2025, number: 4 }, Quarter { year: 2026, number: 1 });
        let rules = program::parse("program", program::DEMO).unwrap().tier_rules();
        let names: Vec<&str> = rules.lines.iter().map(|line| line.tier.as_str()).collect();
        let [best, better, low] = [names[0], names[1], names[2]];
        let of = |audits: &[(i64, Quarter, &str)]| {
            Lift::of(second, audits.iter().map(|(id, quarter, tier)| (PartnerId(*id), *quarter, *tier)), &rules)
        };
        let audits = [
            (1, first, low),
            (2, first, best),
            (3, first, better),
            (4, first, low),
            (1, second, better),
            (2, second, better),
            (3, second, low),
        ];
        assert_eq!(of(&audits), Some(Lift { quarter: second, both: 3, rose: 1, fell: 2 }), "nobody audited the fourth again");
        let restated: Vec<_> = audits.into_iter().chain([(3, second, better), (2, first, low)]).collect();
        assert_eq!(of(&restated), Some(Lift { quarter: second, both: 3, rose: 2, fell: 0 }), "the last of a quarter counts");
        assert_eq!(of(&audits[..4]), None);
    }

    proptest! {
        /// One definition by instants, which a database compares, and by days, which people count.
        #[test]
        fn what_ends_soon_or_has_ended_lately_is_counted_by_its_last_day(hours in 0_i64..20_000, minutes in -300_000_i64..300_000) {
            for zone in [Tz::Europe__Berlin, Tz::America__Los_Angeles, Tz::UTC] {
                let now = Instant::from_micros(1_772_442_000_000_000).plus(Span::hours(hours));
                let until = now.plus(Span::minutes(minutes));
                let last = Certification { name: Text::default(), until: Some(until) }.last_day(zone).unwrap();
                let left = last.signed_duration_since(local_date(now, zone)).num_days();
                prop_assert_eq!(expiry(now, zone).contains(&until), (-ENDED_DAYS..=CERTIFICATE_DAYS).contains(&left), "{} {}", until, now);
            }
        }
    }
}
