use super::{
    evaluate::{Gate, History, Outcome, PlanSeen, evaluate},
    facts::{Booked, Certificate, Facts, Revenue, Share},
    rules::{
        Acquisition, Band, Card, Composite, Criterion, Effective, Entitlements, Gates, Group, Light, Lights, Line, Measure, Missing, Rule,
        Rules, Score, WHOLE,
    },
    score,
    way::way_up,
    what_if::what_if,
};
use crate::domain::{day::end_of_day, id::PartnerId, money::Currency, partner::Certification, text::Text, time::Span};
use chrono::NaiveDate;
use chrono_tz::Tz;
use proptest::prelude::*;
use rust_decimal::Decimal;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn dec(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn eur() -> Currency {
    "EUR".parse().unwrap()
}

fn linear(criterion: Criterion, weight: u32, target: &str) -> Rule {
    Rule { criterion, weight: weight * 100, measure: Measure::Linear { target: dec(target) }, group: criterion.group() }
}

fn card(criteria: Vec<Rule>) -> Card {
    Card {
        currency: eur(),
        criteria,
        composite: Composite::Sum,
        missing: Missing::Share,
        cap: true,
        lights: Lights::default(),
        fiscal_year_starts: 1,
        acquisition: Acquisition::FromDay,
        remediation_days: 90,
        effective: Effective::NextQuarter,
        audits: super::rules::Audits::OnDemand,
        rate_max_age_days: 7,
        product_lines: ["Switching", "Wireless"].map(Text::clean).to_vec(),
    }
}

fn line(tier: &str, gates: Option<(i64, u32)>, composite: Option<i64>, percent: i64) -> Line {
    let gates = Gates {
        revenue: gates.map(|(major, _)| major * 100),
        certifications: gates.map(|(_, count)| count),
        composite: composite.map(|points| Score(points * 100)),
    };
    let gives = Entitlements { rebate_percent: Decimal::from(percent), mdf_percent: Decimal::ONE, ..Entitlements::default() };
    Line { tier: Text::clean(tier), gates, gives }
}

/// The default gates of DOMAIN.md, and a score.
fn rules(composite: Option<i64>) -> Rules {
    Rules {
        lines: vec![
            line("platinum", Some((10_000_000, 3)), composite, 5),
            line("gold", Some((5_000_000, 2)), composite, 3),
            line("silver", Some((1_000_000, 1)), None, 1),
            line("registered", None, None, 0),
        ],
        card: card(vec![linear(Criterion::Revenue, 60, "10000000"), linear(Criterion::Training, 40, "100")]),
    }
}

fn facts(major: i64, certificates: usize) -> Facts {
    let revenue = Revenue { now: major * 100, ..Revenue::default() };
    let certificate = |no| Certificate { name: Text::clean(&format!("C{no}")), last_day: None };
    let none = Facts::none(PartnerId(1), day("2026-03-31"));
    Facts { revenue: Some(revenue), certificates: (0..certificates).map(certificate).collect(), training: Some(dec("80")), ..none }
}

fn audited(facts: &Facts, stored: &str) -> super::Scorecard {
    evaluate(facts, &rules(None), stored, &History::default())
}

/// The scorecard of DOMAIN.md: weights 30/20/20/15/15.
fn vector(cap: bool) -> (Facts, Rules) {
    let criteria = vec![
        linear(Criterion::Growth, 30, "20"),
        linear(Criterion::Training, 20, "100"),
        linear(Criterion::Registrations, 20, "50"),
        linear(Criterion::FundUse, 15, "90"),
        linear(Criterion::Compliance, 15, "100"),
    ];
    let facts = Facts {
        revenue: Some(Revenue { now: 11_800, before: 10_000, ..Revenue::default() }),
        training: Some(dec("95")),
        registrations: Some(60),
        funds: Some(Share { part: 80, whole: 100 }),
        compliance: Some(dec("100")),
        ..Facts::none(PartnerId(1), day("2026-03-31"))
    };
    (facts, Rules { card: Card { cap, ..card(criteria) }, ..rules(None) })
}

#[test]
fn the_scorecard_of_the_trade_scores_as_stated() {
    for (cap, points) in [(true, "94.33"), (false, "98.33")] {
        let (facts, rules) = vector(cap);
        let card = evaluate(&facts, &rules, "registered", &History::default());
        assert_eq!(card.composite.map(|score| score.to_string()).as_deref(), Some(points), "capped: {cap}");
    }
    let (facts, rules) = vector(true);
    let card = evaluate(&facts, &rules, "gold", &History::default());
    let said: Vec<String> = card.criteria.iter().map(|one| format!("{}: {}", one.criterion.doc(), one.why(card.currency))).collect();
    assert_eq!(
        said,
        [
            "revenue growth: 18 % of 20 %, attained to 90.00 %; weight 30, brings 27.00",
            "training: 95 % of 100 %, attained to 95.00 %; weight 20, brings 19.00",
            "deal registrations: 60 of 50, attained to 120.00 %; weight 20, brings 20.00; more than the target counts as the target",
            "fund utilisation: 80 % of 90 %, attained to 88.89 %; weight 15, brings 13.33",
            "compliance: 100 % of 100 %, attained to 100.00 %; weight 15, brings 15.00",
        ]
    );
    assert_eq!(rules.card.criteria.iter().map(|rule| rule.weight).sum::<u32>(), WHOLE);
}

#[test]
fn revenue_is_told_as_money() {
    let said = |value: &str, code: &str| score::shown(Criterion::Revenue, dec(value), code.parse().unwrap());
    assert_eq!([said("6000000", "EUR"), said("-0.5", "KWD"), said("1234567", "JPY")], ["EUR 6,000,000.00", "KWD -0.500", "JPY 1,234,567"]);
    assert_eq!(score::shown(Criterion::Growth, dec("18.456"), Currency::euro()), "18.46 %");
}

#[test]
fn lights_change_just_above_their_boundaries() {
    let light = |text: &str| Lights::default().of(dec(text));
    assert_eq!(["120", "95.01", "95.0", "90.01", "90.0", "80.01", "80.0", "0"].map(light), {
        use Light::{Ahead, Green, Red, Yellow};
        [Ahead, Ahead, Green, Green, Yellow, Yellow, Red, Red]
    });
}

#[test]
fn exactly_on_a_line_is_above_it() {
    for (major, certificates, tier) in [
        (10_000_000, 3, "platinum"),
        (10_000_000, 2, "gold"),
        (5_000_000, 2, "gold"),
        (5_000_000, 1, "silver"),
        (1_000_000, 1, "silver"),
        (1_000_000, 0, "registered"),
        (0, 9, "registered"),
    ] {
        assert_eq!(audited(&facts(major, certificates), "registered").computed.as_str(), tier, "{major} and {certificates}");
    }
    let mut short = facts(5_000_000, 2);
    short.revenue.as_mut().unwrap().now -= 1;
    let card = audited(&short, "gold");
    assert_eq!((card.computed.as_str(), card.outcome), ("silver", Outcome::AtRisk), "one cent short");
    assert_eq!(
        card.gated("gold", Gate::Revenue).unwrap().sentence(card.currency),
        "revenue of twelve months: EUR 4,999,999.99, needs EUR 5,000,000.00, EUR 0.01 short"
    );
    assert_eq!(card.standing().unwrap().gates[0].margin(), Some(399_999_999), "above the line of silver");
}

#[test]
fn the_score_is_compared_as_it_is_shown() {
    let card = |training: &str| {
        let facts = Facts { training: Some(dec(training)), ..facts(10_000_000, 3) };
        evaluate(&facts, &rules(Some(90)), "registered", &History::default())
    };
    // 60 points of revenue, and 40 % of training: 75 gives 90.00 exactly.
    for (training, score, tier) in [("75", 9_000, "platinum"), ("74.9875", 9_000, "platinum"), ("74.98", 8_999, "silver")] {
        let card = card(training);
        assert_eq!((card.composite, card.computed.as_str()), (Some(Score(score)), tier), "{training}");
    }
}

#[test]
fn a_certificate_counts_if_it_outlives_the_audit_day() {
    let zone = Tz::Europe__Amsterdam;
    let audit = day("2026-03-31");
    let end = end_of_day(audit, zone);
    let held = |until| Certification { name: Text::clean("Security"), until: Some(until) };
    let hour = Span::from_micros(3_600_000_000);
    let midnight = end.plus(Span::from_micros(1));
    for (until, counts) in
        [(midnight, true), (end, false), (midnight.plus(Span::from_micros(-hour.micros())), false), (midnight.plus(hour), true)]
    {
        assert_eq!(Certificate::on(&held(until), audit, zone).is_some(), counts, "until {until}");
    }
    let one = Certificate::on(&held(midnight), audit, zone).unwrap();
    assert_eq!(one.last_day, Some(audit), "valid on the audit day, and on no later one");
    let facts = Facts { certificates: vec![one.clone(), one], ..facts(1_000_000, 0) }.settled();
    let card = audited(&facts, "silver");
    assert_eq!(card.computed.as_str(), "silver", "the same certificate twice is one");
    assert_eq!(card.falls_told(audit).unwrap(), "tomorrow if nothing is added: 2026-04-01 by certifications (Security ends)");
}

#[test]
fn an_acquired_partner_counts_from_the_day_or_as_a_whole() {
    let sale = |on: &str, minor, acquired: Option<&str>| Booked {
        on: day(on),
        product: Text::clean("Switching"),
        minor,
        acquired_on: acquired.map(day),
    };
    let lines = [
        sale("2025-04-01", 100, None),
        sale("2025-12-31", 7, Some("2026-01-01")),
        sale("2026-01-01", 30, Some("2026-01-01")),
        sale("2025-03-31", 9, None),
        sale("2025-03-31", 5, Some("2026-01-01")),
        sale("2026-04-01", 1_000, None),
        sale("2024-03-31", 1_000, None),
    ];
    for (acquisition, now, before) in [(Acquisition::FromDay, 130, 9), (Acquisition::WholePeriod, 137, 14)] {
        let revenue = Revenue::of(lines.clone(), day("2026-03-31"), acquisition, eur()).unwrap();
        assert_eq!((revenue.now, revenue.before), (now, before), "{acquisition:?}");
    }
    let too_much = [sale("2026-01-01", i64::MAX, None), sale("2026-01-02", 1, None)];
    assert!(Revenue::of(too_much, day("2026-03-31"), Acquisition::FromDay, eur()).is_err());
}

#[test]
fn sales_leave_the_window_a_year_later() {
    let sold = |on: &str, minor| Booked { on: day(on), product: Text::default(), minor, acquired_on: None };
    let lines = [sold("2025-06-15", 60_000_000), sold("2026-02-01", 50_000_000)];
    let revenue = Revenue::of(lines, day("2026-03-31"), Acquisition::FromDay, eur()).unwrap();
    assert_eq!([revenue.left_on(day("2026-06-14")), revenue.left_on(day("2026-06-15"))], [110_000_000, 50_000_000]);
    let card = audited(&Facts { revenue: Some(revenue), ..facts(0, 1) }, "silver");
    for (today, told) in [
        ("2026-03-31", "in 76 days if nothing is added"),
        ("2026-06-14", "tomorrow if nothing is added"),
        ("2026-06-15", "today if nothing was added"),
        ("2026-06-16", "yesterday if nothing was added"),
        ("2026-07-15", "30 days ago if nothing was added"),
    ] {
        assert_eq!(card.falls_told(day(today)).unwrap(), format!("{told}: 2026-06-15 by revenue of twelve months"));
    }
    assert_eq!(card.falls.unwrap().gate, Gate::Revenue);
    for (on, gone) in [("2024-02-29", "2025-02-28"), ("2023-02-28", "2024-02-29"), ("2025-02-28", "2026-02-28")] {
        let revenue = Revenue { now: 1, by_day: vec![(crate::domain::day::day_number(day(on)), 1)], ..Revenue::default() };
        assert_eq!(revenue.leaves_on().next(), Some(day(gone)), "{on}");
        assert_eq!([revenue.left_on(day(gone).pred_opt().unwrap()), revenue.left_on(day(gone))], [1, 0], "{on}");
    }
}

#[test]
fn what_is_not_known_is_not_zero() {
    let unknown = Facts { training: None, ..facts(5_000_000, 2) };
    let composite = |missing| {
        let rules = Rules { card: Card { missing, ..rules(None).card }, ..rules(None) };
        evaluate(&unknown, &rules, "gold", &History::default())
    };
    assert_eq!(composite(Missing::Share).composite, Some(Score(5_000)), "revenue alone: half of its target");
    assert_eq!(composite(Missing::Zero).composite, Some(Score(3_000)));
    assert!(composite(Missing::Share).criteria[1].why(Currency::euro()).contains("left out and the others share its weight"));
    assert!(composite(Missing::Zero).criteria[1].why(Currency::euro()).contains("counts as no points"));
    let card = audited(&Facts { revenue: None, ..facts(0, 2) }, "gold");
    assert_eq!((card.outcome, card.computed.as_str()), (Outcome::Stay, "gold"), "nobody fails by what is not known");
    assert_eq!(card.why(), "no gate of gold is known to be closed");
    let card = audited(&Facts { revenue: None, ..facts(0, 1) }, "gold");
    assert_eq!(card.outcome, Outcome::AtRisk, "a certificate short is known");
    let none = Facts::none(PartnerId(1), day("2026-03-31"));
    let empty = Rules { card: card.clone_card(Vec::new()), ..rules(None) };
    assert_eq!(evaluate(&none, &empty, "registered", &History::default()).composite, None);
    assert_eq!(Revenue { now: 5, before: 0, ..Revenue::default() }.growth(), None, "no growth over nothing");
}

impl super::Scorecard {
    fn clone_card(&self, criteria: Vec<Rule>) -> Card {
        Card { currency: self.currency, ..card(criteria) }
    }
}

#[test]
fn a_tier_is_lost_after_two_failed_audits_with_a_plan_between() {
    let poor = facts(1, 0);
    let plan = |opened: &str, due: &str| Some(PlanSeen { opened_on: day(opened), due_on: day(due) });
    let outcome = |audits: &[(&str, bool)], plan| {
        let audits = audits.iter().map(|(on, failed)| (day(on), *failed)).collect();
        evaluate(&poor, &rules(None), "gold", &History { audits, plan }).outcome
    };
    assert_eq!(outcome(&[], None), Outcome::AtRisk, "the first");
    assert_eq!(outcome(&[("2025-12-31", true)], None), Outcome::AtRisk, "no plan was opened");
    assert_eq!(outcome(&[("2025-12-31", true)], plan("2025-12-31", "2026-03-31")), Outcome::Demote, "due on the audit day");
    assert_eq!(outcome(&[("2025-12-31", true)], plan("2026-01-02", "2026-04-02")), Outcome::AtRisk, "its time is not over");
    assert_eq!(outcome(&[("2025-12-31", false), ("2025-09-30", true)], plan("2025-10-01", "2025-12-30")), Outcome::AtRisk);
    assert_eq!(outcome(&[("2025-09-30", true), ("2025-12-31", true)], plan("2025-10-01", "2025-12-30")), Outcome::Demote);
    assert_eq!(outcome(&[("2026-03-31", true)], plan("2025-10-01", "2025-12-30")), Outcome::AtRisk, "the same audit is not another");
    assert_eq!(audited(&facts(6_000_000, 2), "silver").outcome, Outcome::Promote);
    assert_eq!(audited(&facts(6_000_000, 2), "silver").above().unwrap().tier.as_str(), "platinum");
}

#[test]
fn the_mean_of_groups_is_geometric() {
    let criteria =
        vec![linear(Criterion::Revenue, 50, "100"), linear(Criterion::Training, 30, "100"), linear(Criterion::Compliance, 20, "100")];
    let rules = Rules { card: Card { composite: Composite::Geometric, ..card(criteria) }, ..rules(None) };
    let facts = Facts { training: Some(dec("80")), compliance: Some(dec("70")), ..facts(90, 0) };
    let found = evaluate(&facts, &rules, "silver", &History::default());
    assert_eq!(found.composite, Some(Score(8_262)));
    assert_eq!(found.groups, [(Group::Performance, Score(9_000)), (Group::Potential, Score(8_000)), (Group::Fit, Score(7_000))]);
    let nothing = Facts { compliance: Some(Decimal::ZERO), ..facts };
    assert_eq!(evaluate(&nothing, &rules, "silver", &History::default()).composite, Some(Score(0)));
}

#[test]
fn bands_give_the_points_of_the_highest_reached() {
    let band = |from: &str, points: &str| Band { from: dec(from), points: dec(points) };
    let measure = Measure::Bands(vec![band("10", "40"), band("20", "70"), band("30", "100")]);
    let rule = Rule { criterion: Criterion::Training, weight: WHOLE, measure, group: Group::Potential };
    let rules = Rules { card: card(vec![rule]), ..rules(None) };
    for (training, points) in [("9.99", 0), ("10", 4_000), ("19", 4_000), ("20", 7_000), ("30", 10_000), ("99", 10_000)] {
        let facts = Facts { training: Some(dec(training)), ..Facts::none(PartnerId(1), day("2026-03-31")) };
        assert_eq!(score::composite(&facts.values(&rules), &rules.card), Some(Score(points)), "{training}");
    }
}

#[test]
fn the_cheapest_way_up_begins_with_the_gates() {
    let steps = |facts: &Facts, rules: &Rules, tier: &str| {
        let way = way_up(facts, rules, tier).unwrap();
        (way.arrives(), way.steps.iter().map(ToString::to_string).collect::<Vec<_>>())
    };
    assert_eq!(
        steps(&facts(4_000_000, 1), &rules(None), "gold"),
        (true, vec!["EUR 1000000.00 more revenue (a gate)".replace("1000000", "1,000,000"), "certifications from 1 to 2 (a gate)".into()])
    );
    assert_eq!(steps(&facts(5_000_000, 2), &rules(None), "gold"), (true, vec![]));
    // 30 points of revenue and 32 of training; 70 are asked: revenue brings most, 0.6 for each percent of its target.
    let (arrives, said) = steps(&facts(5_000_000, 2), &rules(Some(70)), "gold");
    assert_eq!((arrives, said), (true, vec!["EUR 1,332,500.00 more revenue (for the score)".to_owned()]));
    let (arrives, said) = steps(&facts(5_000_000, 2), &rules(Some(101)), "gold");
    assert!(!arrives, "{said:?}");
    let way = way_up(&facts(4_000_000, 1), &rules(Some(70)), "gold").unwrap();
    assert!(way.arrives() && way.score >= Some(Score(7_000)), "{way:?}");
}

#[test]
fn other_rules_move_partners_and_cost() {
    let all: Vec<Facts> = [(10_000_000, 3), (6_000_000, 2), (500_000, 0)]
        .iter()
        .zip(1..)
        .map(|((major, certificates), id)| Facts { partner: PartnerId(id), ..facts(*major, *certificates) })
        .collect();
    let mut after = rules(None);
    after.lines[0].gates.revenue = Some(600_000_000);
    after.lines[0].gates.certifications = Some(2);
    let found = what_if(&all, &rules(None), &after);
    assert_eq!((found.promoted.len(), found.demoted.len()), (1, 0));
    assert_eq!((found.promoted[0].partner, found.promoted[0].to.as_str()), (PartnerId(2), "platinum"));
    // 6 % of 10 million, 4 % and then 6 % of 6 million, 1 % of half a million.
    assert_eq!((found.cost_before.to_string(), found.cost_after.to_string()), ("EUR 845,000.00".into(), "EUR 965,000.00".into()));
    assert_eq!(found.tiers.iter().map(|(_, old, new)| (*old, *new)).collect::<Vec<_>>(), [(1, 2), (1, 0), (0, 0), (1, 1)]);
    let back = what_if(&all, &after, &rules(None));
    assert_eq!((back.promoted.len(), back.demoted.len(), back.cost_after), (0, 1, found.cost_before));
}

fn any_facts() -> impl Strategy<Value = Facts> {
    let percent = || prop::option::of((0_i64..=120).prop_map(Decimal::from));
    let lines = prop::collection::vec((0_i64..900, 0_usize..3, -50_000_i64..900_000_000), 0..12);
    (lines, 0_usize..5, percent(), percent(), prop::option::of(0_u32..80), prop::option::of(0_i64..100)).prop_map(
        |(lines, certificates, training, satisfaction, registrations, accepted)| {
            let audit = day("2026-03-31");
            let sales = lines.into_iter().map(|(back, product, minor)| Booked {
                on: audit - chrono::Days::new(back.unsigned_abs()),
                product: Text::clean(["Switching", "Wireless", ""][product]),
                minor,
                acquired_on: None,
            });
            let revenue = Revenue::of(sales, audit, Acquisition::FromDay, eur()).unwrap();
            let accepted = accepted.map(|part| Share { part, whole: 100 });
            Facts { revenue: Some(revenue), training, satisfaction, registrations, accepted, ..facts(0, certificates) }
        },
    )
}

fn any_rules() -> impl Strategy<Value = Rules> {
    (any::<bool>(), any::<bool>(), any::<bool>(), 1_u32..25).prop_map(|(geometric, zero, cap, weight)| {
        let criteria = vec![
            linear(Criterion::Revenue, 75 - weight, "5000000"),
            linear(Criterion::Growth, weight, "20"),
            linear(Criterion::ProductMix, 5, "100"),
            linear(Criterion::Training, 10, "100"),
            linear(Criterion::Satisfaction, 10, "90"),
        ];
        let composite = if geometric { Composite::Geometric } else { Composite::Sum };
        let missing = if zero { Missing::Zero } else { Missing::Share };
        Rules { card: Card { composite, missing, cap, ..card(criteria) }, ..rules(Some(60)) }
    })
}

/// By hand: of gold's EUR 5,000,000 are EUR 200,000 a twenty-fifth; of platinum's three certificates one is a third.
#[test]
fn a_line_that_is_near_says_by_which_gate_and_how_near() {
    let near = |major, certificates| {
        let card = evaluate(&facts(major, certificates), &rules(None), "silver", &History::default());
        let told = |line: super::evaluate::NearLine| (line.tier.to_string(), line.gate.gate, line.gate.apart(), line.gate.gap().is_some());
        card.near_lines(10).into_iter().map(told).collect::<Vec<_>>()
    };
    let line = |tier: &str, gate, tenths, is_short| vec![(tier.to_owned(), gate, Some(tenths), is_short)];
    assert_eq!(near(4_800_000, 2), line("gold", Gate::Revenue, 40, true));
    assert_eq!(near(9_500_000, 3), line("platinum", Gate::Revenue, 50, true));
    assert_eq!(near(9_500_000, 2), line("gold", Gate::Certifications, 0, false), "platinum lacks a third of its certificates");
    assert_eq!(near(5_333_000, 4), line("gold", Gate::Revenue, 67, false), "6.66 percent, rounded");
    assert_eq!(near(2_000_000, 2), vec![]);
}

proptest! {
    #[test]
    fn the_order_of_facts_makes_no_difference(one in any_facts(), rules in any_rules(), turn in 0_usize..5) {
        let mut other = one.clone();
        other.certificates.rotate_left(turn % one.certificates.len().max(1));
        if let Some(revenue) = &mut other.revenue {
            revenue.by_day.reverse();
            revenue.by_product.iter_mut().for_each(|lines| lines.reverse());
        }
        let (one, other) = (one.settled(), other.settled());
        prop_assert_eq!(one.hash(), other.hash());
        let history = History::default();
        prop_assert_eq!(evaluate(&one, &rules, "gold", &history), evaluate(&other, &rules, "gold", &history));
    }

    #[test]
    fn sales_add_up_in_any_order(mut sales in prop::collection::vec((0_u64..800, -900_i64..900), 0..30)) {
        let sum = |sales: &[(u64, i64)]| {
            let audit = day("2026-03-31");
            let booked = sales.iter().map(|(back, minor)| Booked {
                on: audit - chrono::Days::new(*back), product: Text::default(), minor: *minor, acquired_on: None,
            });
            Revenue::of(booked.collect::<Vec<_>>(), audit, Acquisition::FromDay, eur()).unwrap()
        };
        let forwards = sum(&sales);
        sales.sort_unstable();
        prop_assert_eq!(forwards, sum(&sales));
    }

    #[test]
    fn more_revenue_never_lowers_a_score(one in any_facts(), rules in any_rules(), more in 0_i64..900_000_000, product in 0_usize..2) {
        let mut richer = one.clone();
        let revenue = richer.revenue.as_mut().unwrap();
        revenue.now += more;
        let name = Text::clean(["Switching", "Wireless"][product]);
        let products = revenue.by_product.as_mut().unwrap();
        match products.iter_mut().find(|(known, _)| *known == name) {
            Some((_, minor)) => *minor += more,
            None => products.push((name, more)),
        }
        let score = |facts: &Facts| score::composite(&facts.values(&rules), &rules.card);
        prop_assert!(score(&richer) >= score(&one));
        let place = |facts: &Facts| rules.place(&evaluate(facts, &rules, "registered", &History::default()).computed);
        prop_assert!(place(&richer) <= place(&one), "nor a tier");
    }

    #[test]
    fn a_way_that_arrives_earns_the_tier(one in any_facts(), rules in any_rules()) {
        for line in &rules.lines {
            let way = way_up(&one, &rules, &line.tier).unwrap();
            for step in &way.steps {
                prop_assert!(step.from.is_none_or(|from| from < step.to), "{}", step);
            }
            let card = evaluate(&one, &rules, "registered", &History::default());
            if rules.place(&card.computed) <= rules.place(&line.tier) && line.gates.composite.is_some() {
                let passes = card.lines[rules.place(&line.tier)].is_passed();
                prop_assert_eq!(passes, way.steps.is_empty());
            }
        }
    }

    #[test]
    fn what_if_earns_what_an_audit_does(all in prop::collection::vec(any_facts(), 1..6), before in any_rules(), after in any_rules()) {
        let all: Vec<Facts> = all.into_iter().zip(1..).map(|(one, id)| Facts { partner: PartnerId(id), ..one }).collect();
        let found = what_if(&all, &before, &after);
        for one in &all {
            let earned = |rules: &Rules| rules.place(&evaluate(one, rules, "registered", &History::default()).computed);
            let (old, new) = (earned(&before), earned(&after));
            prop_assert_eq!(found.promoted.iter().any(|moved| moved.partner == one.partner), new < old);
            prop_assert_eq!(found.demoted.iter().any(|moved| moved.partner == one.partner), new > old);
        }
    }
}
