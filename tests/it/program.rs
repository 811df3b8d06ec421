//! The channel program: the demo program, what it answers, what differs between two.

use pilothouse::domain::{
    problem::Problem,
    program::{self, Change, DEMO, Program, SlaKind},
    text::Text,
    time::Span,
};
use std::time::Instant;

fn demo() -> Program {
    program::parse("program.toml", DEMO).unwrap_or_else(|problems| panic!("{}", sentences(&problems)))
}

fn sentences(problems: &[Problem]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_demo_program_is_right() {
    let program = demo();
    assert_eq!(program.tiers.iter().map(|tier| tier.name.as_str()).collect::<Vec<_>>(), ["platinum", "gold", "silver", "registered"]);
    assert_eq!(program.calendars.len(), 12);
    assert_eq!(program.routing.territories.len(), 11);
    assert_eq!(program.partner_references.len(), 8);
    assert_eq!(program.mdf.categories.len(), 8);
    assert_eq!(program.mdf.most_share("launch").to_string(), "100/0");
}

#[test]
fn accept_times_follow_tier_and_score() {
    let program = demo();
    let hours = |tier, score| program.accept_sla(tier, score);
    assert_eq!(hours("platinum", 80), Span::hours(2));
    assert_eq!(hours("platinum", 79), Span::hours(6));
    assert_eq!(hours("gold", 100), Span::hours(3));
    assert_eq!(hours("silver", 80), Span::hours(4));
    assert_eq!(hours("silver", 79), Span::hours(8));
    assert_eq!(hours("registered", 79), Span::hours(12), "the tier's factor applies to the general time");
    assert_eq!(hours("registered", 80), Span::hours(6), "and to a row that names no tier");
    assert_eq!(hours("a tier of an older version", 0), Span::hours(8));
}

#[test]
fn the_calendar_is_the_partners_own_then_the_countrys_then_the_programs() {
    let program = demo();
    let name = |country: Option<&str>, own| program.calendar_for(country.map(|c| c.parse().unwrap()), own).calendar.name.to_string();
    assert_eq!(name(Some("DE"), Some("always")), "always");
    assert_eq!(name(Some("DE"), Some("no longer there")), "germany");
    assert_eq!(name(Some("DE"), None), "germany");
    assert_eq!(name(Some("FR"), None), "emea");
    assert_eq!(name(None, None), "emea");
}

#[test]
fn a_business_day_is_the_mean_of_the_open_weekdays() {
    let program = demo();
    // Four days of 8 h 15 min and one of 7 h 15 min.
    assert_eq!(program.qualify_sla(&program.calendars["emea"]), Span::minutes(4 * 495 + 435));
    assert_eq!(program.qualify_sla(&program.calendars["always"]), Span::hours(5 * 24));
    assert_eq!(program.warn(SlaKind::Qualify), [75, 90]);
}

#[test]
fn regions_and_consent_are_looked_up_by_country() {
    let program = demo();
    let country = |code: &str| code.parse().unwrap();
    assert_eq!(program.region_of(country("LI")).map(Text::as_str), Some("DACH"));
    assert_eq!(program.region_of(country("AQ")), None);
    assert!(program.requires_consent(country("CA")));
    assert!(!program.requires_consent(country("US")));
}

#[test]
fn partners_are_named_with_their_place_in_the_text() {
    let program = demo();
    let reference = &program.partner_references[1];
    let line = DEMO.lines().position(|line| line == "partner = \"ALPENNETZ\"").unwrap() + 1;
    let sentence = format!("my.toml:{line}:11: there is no partner \"ALPENNETZ\"; partners are named by their code");
    assert_eq!(reference.unknown("my.toml").to_string(), sentence);
}

fn changed(from: &str, to: &str) -> Vec<String> {
    assert!(DEMO.contains(from), "the demo program has no {from:?}");
    let after = program::parse("program.toml", &DEMO.replacen(from, to, 1)).unwrap_or_else(|problems| panic!("{}", sentences(&problems)));
    let show = |change: Change| {
        let side = |value: Option<String>| value.unwrap_or_else(|| "-".into());
        format!("{}: {} -> {}", change.path, side(change.before), side(change.after))
    };
    program::diff(&demo(), &after).into_iter().map(show).collect()
}

#[test]
fn a_program_does_not_differ_from_itself() {
    assert!(program::diff(&demo(), &demo()).is_empty());
    assert!(changed("# --- Tiers", "# a comment").is_empty());
    assert!(changed("max_offers = 3\n", "").is_empty(), "a default is as good as a statement");
}

#[test]
fn differences_name_the_path_and_both_values() {
    assert_eq!(changed("link = 0.9\n", "link = 0.915\n"), ["matching.link: 0.9 -> 0.915"]);
    assert_eq!(
        changed("score_min = 80\nhours = 2\n", "score_min = 80\nhours = 2.5\n"),
        ["sla.accept.when platinum from score 80: 2 hours -> 2.5 hours"]
    );
    assert_eq!(changed("phone_same = 0.5", "phone_same = 0.45"), ["matching.weights.phone_same: 0.5 -> 0.45"]);
    assert_eq!(changed("holidays = [\"JP\"]\n", ""), ["calendars.japan.holidays: JP -> -"]);
    assert_eq!(changed("partner = \"HANSA\"", "partner = \"ALPENNETZ\""), ["routing.named_account Kestrel Rail: HANSA -> ALPENNETZ"]);
}

#[test]
fn a_rule_put_first_does_not_change_the_others() {
    let first = "[[routing.territory]]\nname = \"DACH public sector\"";
    let more = "[[routing.territory]]\nname = \"Liechtenstein\"\ncountries = [\"LI\"]\nproducts = [\"Video\"]\n\n";
    let changes = changed(first, &format!("{more}{first}"));
    assert_eq!(changes.len(), 3, "{changes:#?}");
    assert!(changes[0].starts_with("routing.territory: DACH public sector, DACH,"), "{changes:#?}");
    assert_eq!(
        changes[1..],
        ["routing.territory Liechtenstein.countries: - -> LI", "routing.territory Liechtenstein.products: - -> Video"]
    );
}

fn problems(text: &str) -> Vec<Problem> {
    program::parse("program.toml", text).expect_err("the document is wrong")
}

#[test]
fn a_document_too_large_is_refused_unread() {
    let text = "#".repeat((1 << 20) + 1);
    assert_eq!(sentences(&problems(&text)), "program.toml:1:1: the document has 1048577 bytes; at most 1048576 are read");
}

#[test]
fn nesting_without_end_neither_overflows_nor_hangs() {
    for (open, close) in [("[", "]"), ("{a=", "}"), ("[{a=[", "]}]")] {
        let deep = 1 << 18;
        assert!(!problems(&format!("a = {}1{}", open.repeat(deep / open.len()), close.repeat(deep / open.len()))).is_empty());
        assert!(!problems(&format!("a = {}", open.repeat(deep))).is_empty());
    }
    assert!(!problems(&format!("{}a = 1", "a.".repeat(1 << 18))).is_empty());
    assert!(!problems(&format!("[{}a]", "a.".repeat(1 << 18))).is_empty());
}

/// A quarter of a megabyte of rows, names and mistakes. Two seconds on an idle machine; comparing each with each would
/// take many minutes on any.
#[test]
fn a_document_full_of_mistakes_is_read_in_seconds() {
    type Row = fn(usize) -> String;
    let documents: [(&str, Row, &str); 8] = [
        ("", |index| format!("k{index} = 1\n"), ""),
        ("", |index| format!("[tiers.t{index}]\nrank = 1\nlead_weight = 1\n"), ""),
        ("", |index| format!("[calendars.c{index}]\nzone = \"Europe/Berln{index}\"\n"), ""),
        ("", |index| format!("[[routing.territory]]\nname = \"t{index}\"\ncountries = [\"DE\"]\nproducts = [\"p{index}\"]\n"), ""),
        ("", |index| format!("[[routing.named_account]]\naccount = \"a{index}\"\npartner = \"p\"\n"), ""),
        ("", |index| format!("[regions.r{index}]\n"), ""),
        ("[products]\nlines = [", |index| format!("\"p{index}\","), "]"),
        ("[consent]\nrequired = [", |_| "\"DE\",".into(), "]"),
    ];
    let started = Instant::now();
    for (head, row, tail) in documents {
        let mut text = head.to_owned();
        for row in (0..).map(row) {
            if text.len() + row.len() + tail.len() > 1 << 18 {
                break;
            }
            text += &row;
        }
        let begun = Instant::now();
        let found = problems(&(text + tail)).len();
        println!("{found} problems in a document of {} in {:?}", row(7).replace('\n', " "), begun.elapsed());
    }
    assert!(started.elapsed().as_secs() < 120, "{:?}", started.elapsed());
}

#[test]
fn every_cut_of_the_demo_program_is_read_without_a_panic() {
    for end in (0..DEMO.len()).step_by(97).filter(|end| DEMO.is_char_boundary(*end)) {
        let _ = program::parse("program.toml", &DEMO[..end]);
    }
}
