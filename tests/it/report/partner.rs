//! Reports on one partner, gathered from all rooms of both databases.

use super::{day, formats::agree, written};
use crate::{
    app::{
        ANNA, BEN, ENGINE, House,
        deal::{CARL, details, eur, registering},
        intake,
        tier::{NORD, OST, SUED, audit_of, house},
    },
    support::databases::on_both,
};
use pilothouse::{
    app::{Command, OperatorSpec, Target, report::Format},
    domain::{
        actor::{Role, Roles},
        deal::DealCommand,
        id::LeadId,
        lead::{DeclineReason, LeadCommand},
        partner::StatusCommand,
        report::{AuditSeen, Figure, PartnerSeen, Report, TierSeen, TiersSeen, scorecard::scorecard, tiers::tiers},
        text::Text,
        tier::{Gate, Quarter, evaluate::Fall, standing::StandingCommand},
        time::Span,
    },
};
use std::sync::{Arc, Mutex};

pub fn shown(report: &Report, section: &str, fact: &str) -> String {
    report.fact(section, fact).unwrap_or_else(|| panic!("{section}.{fact}")).shown()
}

pub fn rows(report: &Report, section: &str, table: &str) -> Vec<Vec<String>> {
    let table = report.table(section, table).unwrap_or_else(|| panic!("{section}.{table}"));
    table.rows.iter().map(|row| row.iter().map(Figure::shown).collect()).collect()
}

/// Nordlicht at work: two leads accepted after two and four hours, one of them qualified, one declined; three registrations,
/// of which one is won and one lost; a failed audit, and a plan at 40 %.
pub async fn busy(house: &House) {
    let roles = Roles(vec![Role::ChannelManager]);
    house.run(ANNA, Command::Operator(OperatorSpec { name: Text::clean("carl"), login: None, roles, active: true })).await;
    let leads = house.receive((1..=3).map(|n| intake(n, ["Adler Pumpen", "Birke Bau", "Cedar Works"][n - 1])).collect()).await;
    let ids: Vec<LeadId> = leads.iter().map(|lead| lead.id).collect();
    let mut offers = Vec::new();
    for id in &ids {
        let lead = house.lead(*id).await;
        let own = lead.open_offer().filter(|offer| offer.partner == NORD).map(|offer| offer.no);
        offers.push(match own {
            Some(offer) => offer,
            None => house.verb(ANNA, *id, LeadCommand::Assign { partner: NORD }).await.unwrap().open_offer().unwrap().no,
        });
    }
    house.pass(Span::hours(2));
    house.verb(BEN, ids[0], LeadCommand::Accept { offer: offers[0] }).await.unwrap();
    let reason = DeclineReason::NoCapacity;
    house.verb(BEN, ids[2], LeadCommand::Decline { offer: offers[2], reason }).await.unwrap();
    house.pass(Span::hours(2));
    house.verb(BEN, ids[1], LeadCommand::Accept { offer: offers[1] }).await.unwrap();
    house.verb(BEN, ids[0], LeadCommand::Touch).await.unwrap();
    house.verb(BEN, ids[0], LeadCommand::Qualify).await.unwrap();
    let customers = ["Dorn Stahl", "Esche Papier", "Föhre Glas"];
    for (n, customer) in customers.iter().enumerate() {
        house.run(BEN, Command::Register(vec![registering(1, details(&format!("crm/{n}"), customer))])).await;
    }
    for id in 1..=3 {
        house.on_deal(CARL, id, DealCommand::Approve).await.unwrap();
    }
    house.on_deal(CARL, 1, DealCommand::Win { on: day("2026-03-02"), value: Some(eur("41000")) }).await.unwrap();
    house.on_deal(CARL, 2, DealCommand::Lose { reason: pilothouse::domain::deal::LossReason::Price }).await.unwrap();
    house.run(ANNA, audit_of(&[NORD])).await;
    let command = StandingCommand::Advance { percent: 40, text: Text::clean("first engineer booked") };
    house.run(ANNA, Command::Tiers { targets: vec![Target { id: NORD, seen: None }], command }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scorecard_gathers_what_every_room_knows() {
    let before: Mutex<Option<String>> = Mutex::new(None);
    on_both(|fresh| {
        let before = &before;
        async move {
            let house = house(&fresh).await;
            busy(&house).await;
            let report = house.app.report_scorecard(NORD, day("2026-03-02")).await.unwrap();
            agree(&report);
            let fact = |section: &str, name: &str| shown(&report, section, name);
            assert_eq!(report.title.as_str(), "Nordlicht Systeme (NORD)");
            assert_eq!([fact("partner", "tier"), fact("partner", "earned"), fact("standing", "outcome")], ["gold", "silver", "at risk"]);
            // Revenue 6 of 10 million with weight 30, a certificate of the first band with 15, no registration with 10: 24 of 55.
            assert_eq!(fact("standing", "score"), "43.64");
            // Its one certificate is below the two of gold since the audit.
            assert_eq!([fact("standing", "days_to_demotion"), fact("standing", "next_tier")], ["-", "gold"]);
            assert_eq!([fact("leads", "offered"), fact("leads", "accepted"), fact("leads", "declined")], ["3", "2", "1"]);
            assert_eq!([fact("leads", "in_time"), fact("leads", "accept_speed"), fact("leads", "open")], ["66.7 %", "2h 00m", "1"]);
            assert_eq!([fact("deals", "submitted"), fact("deals", "approved"), fact("deals", "win_rate")], ["3", "3", "50.0 %"]);
            let row = |cells: &[&str]| cells.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>();
            assert_eq!(
                rows(&report, "conversion", "stages"),
                [
                    row(&["leads offered", "3", "-"]),
                    row(&["leads accepted", "2", "66.7 %"]),
                    row(&["leads qualified", "1", "50.0 %"]),
                    row(&["of these registered as deals", "0", "0.0 %"]),
                    row(&["registrations handed in", "3", "-"]),
                    row(&["registrations approved", "3", "100.0 %"]),
                    row(&["registrations won", "1", "33.3 %"]),
                ]
            );
            assert_eq!(
                rows(&report, "deals", "pipeline"),
                [
                    row(&["sourced by the partner", "1", "EUR 40,000.00", "1", "EUR 41,000.00", "0"]),
                    row(&["influenced: from a lead of ours", "0", "EUR 0.00", "0", "EUR 0.00", "0"]),
                ]
            );
            assert_eq!(rows(&report, "remediation", "progress"), [row(&["2026-03-02", "40 %", "first engineer booked", "anna"])]);
            assert_eq!([fact("remediation", "plan_done"), fact("remediation", "plan_days_left")], ["40 %", "90 days"]);
            assert_eq!(rows(&report, "history", "audits").len(), 2, "the quarter of the audit, and this one");
            let sold = rows(&report, "sales", "quarters");
            assert_eq!(sold[3], row(&["2025 Q4", "EUR 6,000,000.00", "-"]), "{}: nothing was sold the year before", fresh.name);
            assert_eq!(sold[4][..2], row(&["2026 Q1 so far", "EUR 0.00"]));
            let figures = house.app.partner_performance(NORD).await.unwrap();
            assert_eq!((figures.quarters[0].as_str(), figures.quarters[7].as_str()), ("2024 Q2", "2026 Q1 so far"));
            let trend = |name: &str| figures.trends.iter().find(|one| one.name == name).unwrap_or_else(|| panic!("{name}"));
            let last = |name: &str| trend(name).figures[7].shown();
            assert_eq!([last("leads offered"), last("accepted in time"), last("from offer to acceptance")], ["3", "66.7 %", "2h 00m"]);
            assert_eq!([last("registrations handed in"), last("win rate"), last("value of deals won")], ["3", "50.0 %", "EUR 41,000.00"]);
            let revenue: Vec<String> = trend("revenue").figures[5..].iter().map(Figure::shown).collect();
            assert_eq!(revenue, ["EUR 0.00", "EUR 6,000,000.00", "EUR 0.00"], "{}: by the quarter of its day", fresh.name);
            assert_eq!(trend("revenue").moved, Figure::Nothing, "on nothing there is no change in percent");
            let json = written(&report, Format::Json);
            let earlier = before.lock().unwrap().replace(json.clone());
            assert!(earlier.is_none_or(|earlier| earlier == json), "{}: both databases say the same", fresh.name);
            let future = house.app.report_scorecard(NORD, day("2026-03-03")).await.unwrap_err().to_string();
            assert_eq!(future, "2026-03-03 lies in the future");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_never_audited_is_scored_for_the_report_and_nothing_is_kept() {
    on_both(|fresh| async move {
        let house = house(&fresh).await;
        let before = fresh.db.read().await.unwrap().audit_head().await.unwrap();
        let report = house.app.report_scorecard(NORD, day("2025-12-31")).await.unwrap();
        agree(&report);
        assert_eq!((shown(&report, "standing", "score"), shown(&report, "partner", "earned")), ("43.64".into(), "silver".into()));
        assert!(report.section("partner").unwrap().notes[0].contains("Nobody has audited it yet"), "{}", fresh.name);
        assert!(rows(&report, "history", "audits").is_empty());
        assert_eq!(fresh.db.read().await.unwrap().audit_head().await.unwrap(), before);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_review_compares_quarters_and_says_what_was_decided_and_is_due() {
    on_both(|fresh| async move {
        let house = house(&fresh).await;
        busy(&house).await;
        let report = house.app.report_review(NORD, day("2026-03-02")).await.unwrap();
        agree(&report);
        let figures = rows(&report, "figures", "figures");
        let line = |name: &str| figures.iter().find(|row| row[0] == name).unwrap_or_else(|| panic!("{name}"))[1..].to_vec();
        // The quarter is not over: nothing is compared with whole ones.
        assert_eq!(line("revenue"), ["EUR 0.00", "EUR 6,000,000.00", "-", "EUR 0.00", "-"], "{}", fresh.name);
        assert_eq!(line("deals won"), ["1", "0", "-", "0", "-"]);
        assert_eq!(line("win rate"), ["50.0 %", "-", "-", "-", "-"]);
        assert_eq!(line("score of the last audit"), ["-", "43.64", "-", "-", "-"]);
        assert_eq!(line("from offer to acceptance"), ["2h 00m", "-", "-", "-", "-"]);
        assert_eq!(line("marketing funds paid")[0], "not known");
        let decided: Vec<String> = rows(&report, "decided", "decided").into_iter().map(|row| row[1..].join(": ")).collect();
        assert_eq!(
            decided,
            [
                "deal: D-1 Dorn Stahl approved: EUR 40,000.00",
                "deal: D-1 Dorn Stahl won: EUR 41,000.00",
                "deal: D-2 Esche Papier approved: EUR 40,000.00",
                "deal: D-2 Esche Papier lost: the price",
                "deal: D-3 Föhre Glas approved: EUR 40,000.00",
                "tier: audited as of 2025-12-31 (E-1): at risk",
                "tier: remediation plan to keep gold, until 2026-05-31",
            ]
        );
        let due = rows(&report, "due", "due");
        assert!(
            due.contains(&["2026-05-31", "tier", "the plan to keep gold ends, with a new audit"].map(str::to_owned).to_vec()),
            "{due:?}"
        );
        assert!(due.iter().any(|row| row[2] == "the protection of D-3 Föhre Glas ends"), "{due:?}");
        let open = rows(&report, "open", "open");
        assert_eq!(
            open.iter().map(|row| (row[0].as_str(), row[2].as_str())).collect::<Vec<_>>(),
            [("lead", "accepted"), ("deal", "approved")]
        );
        // The quarter before is over, and is compared with the one before it and with that of the year before.
        let over = house.app.report_review(NORD, day("2025-12-31")).await.unwrap();
        agree(&over);
        let revenue = rows(&over, "figures", "figures").remove(0);
        assert_eq!(revenue[1..], ["EUR 6,000,000.00", "EUR 0.00", "-", "EUR 0.00", "-"], "nothing can be said of nothing");
        assert_eq!(rows(&over, "decided", "decided"), Vec::<Vec<String>>::new());
        assert!(over.section("partner").unwrap().notes.is_empty());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tiers_are_counted_with_what_moved_and_who_is_near() {
    on_both(|fresh| async move {
        let house = house(&fresh).await;
        let none = house.app.report_tiers(day("2026-03-02")).await.unwrap();
        agree(&none);
        assert_eq!((shown(&none, "summary", "correct"), shown(&none, "summary", "at_risk")), ("not known".into(), "not known".into()));
        house.run(ANNA, audit_of(&[NORD, SUED, OST])).await;
        let command = || StandingCommand::Approve { on: Some(day("2026-03-02")) };
        house.run(ANNA, Command::Tiers { targets: vec![Target { id: OST, seen: None }], command: command() }).await;
        house.run(ENGINE, Command::SweepTiers { limit: 10 }).await;
        let report = house.app.report_tiers(day("2026-03-02")).await.unwrap();
        agree(&report);
        // Ostsee is silver since, as the audit found; Nordlicht holds gold and has earned silver, Südwind silver and registered.
        assert_eq!([shown(&report, "summary", "partners"), shown(&report, "summary", "audited")], ["5", "3"], "{}", fresh.name);
        assert_eq!(shown(&report, "summary", "correct"), "33.3 %");
        let tiers = rows(&report, "tiers", "tiers");
        let row = |tier: &str| tiers.iter().find(|row| row[0] == tier).unwrap()[1..].to_vec();
        // Two hold gold, of which one was audited; its 6 million cost 5 % in rebates and funds.
        assert_eq!(row("gold"), ["2", "2", "1", "0", "0", "0", "EUR 300,000.00", "1"]);
        // Südwind and now Ostsee: 6 million at 2.5 %, and nothing that Südwind sold.
        assert_eq!(row("silver"), ["2", "2", "1", "1", "0", "2", "EUR 150,000.00", "2"]);
        assert_eq!(row("registered"), ["1", "1", "1", "0", "1", "1", "not known", "0"]);
        assert_eq!(row("platinum"), ["0", "0", "0", "0", "0", "0", "EUR 0.00", "0"]);
        let titles: Vec<&str> = report.sections.iter().flat_map(|one| &one.tables).map(|table| table.caption.as_str()).collect();
        assert!(titles.contains(&"Just below a line above the tier that they have earned"), "{titles:?}");
        let by_tier = report.sections.iter().find(|one| one.id == "tiers").unwrap();
        assert!(by_tier.notes[0].contains("up to the day of the last audit (2025-12-31)"), "{:?}", by_tier.notes);
        let moving: Vec<String> = rows(&report, "moving", "moving").into_iter().map(|row| row[..4].join(" ")).collect();
        assert_eq!(
            moving,
            [
                "Ostsee Netze (OST) silver silver promote",
                "Nordlicht Systeme (NORD) gold silver at risk",
                "Südwind IT (SUED) silver registered at risk",
            ]
        );
        let lift = rows(&report, "lift", "lift");
        assert_eq!(lift[3], ["2025 Q4", "3", "0.0 %", "-", "-", "-"].map(str::to_owned), "none was correct on the day of the audit");
        house.app.report_tiers(day("2026-03-03")).await.unwrap_err();
    })
    .await;
}

/// A fall that is past is told as past, as the console tells it; who stood below the line at the audit falls no more.
#[test]
fn a_fall_is_counted_from_the_day_of_the_report() {
    let (facts, mut card) = *super::seen(true).unaudited.expect("it is scored");
    let mut told = |falls: &str, on: &str| {
        card.falls = Some(Fall { on: day(falls), gate: Gate::Certifications, ends: Vec::new() });
        let unaudited = Some(Box::new((facts.clone(), card.clone())));
        let report = scorecard(&PartnerSeen { on: day(on), today: day(on), unaudited, ..super::seen(true) });
        ["days_to_demotion", "falls_on"].map(|fact| shown(&report, "standing", fact))
    };
    assert_eq!(told("2026-04-20", "2026-04-19"), ["1 day", "2026-04-20"]);
    assert_eq!(told("2026-04-20", "2026-04-20"), ["0 days", "2026-04-20"]);
    assert_eq!(told("2026-04-20", "2026-06-09"), ["50 days ago if nothing was added", "2026-04-20"]);
    assert_eq!(told("2026-03-31", "2026-06-09"), ["-", "-"], "it stood below its line on the day of the audit");
}

/// Worked out by hand: two audits of quarters, by which one partner rose, one fell and one stayed.
#[test]
fn the_lift_is_better_less_worse_of_those_audited_twice() {
    let seen = super::seen(true);
    let audit = |quarter: u32, computed: &str| AuditSeen {
        day: day("2026-03-31"),
        quarter: Some(Quarter { year: 2025, number: quarter }),
        stored: Text::clean("silver"),
        computed: Text::clean(computed),
    };
    let partner = |audits: Vec<AuditSeen>| TierSeen { partner: seen.partner.clone(), latest: None, audits };
    let partners = vec![
        partner(vec![audit(4, "gold"), audit(3, "silver")]),
        partner(vec![audit(4, "platinum"), audit(3, "silver")]),
        partner(vec![audit(4, "registered"), audit(3, "silver")]),
        partner(vec![audit(4, "silver"), audit(3, "silver")]),
        partner(vec![audit(4, "silver")]),
    ];
    let report = tiers(&TiersSeen { on: seen.on, today: seen.on, program: Arc::clone(&seen.program), partners });
    agree(&report);
    let lift = rows(&report, "lift", "lift");
    assert_eq!(lift[3], ["2025 Q4", "5", "40.0 %", "2", "1", "25.0 %"].map(str::to_owned));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_review_tells_what_the_desk_decided_about_the_status() {
    on_both(|fresh| async move {
        let house = house(&fresh).await;
        let command = StatusCommand::Suspend { reason: Text::clean("invoices are open") };
        house.run(ANNA, Command::PartnerStatus { partners: vec![NORD], command }).await;
        let report = house.app.report_review(NORD, day("2026-03-02")).await.unwrap();
        let told = rows(&report, "decided", "decided");
        assert_eq!(told, [["2026-03-02", "partner", "suspended, no longer active: invoices are open"]], "{}", fresh.name);
    })
    .await;
}
