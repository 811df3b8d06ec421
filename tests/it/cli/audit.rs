//! What happened, told by the command line.

use super::Home;
use std::io::BufRead as _;

/// A home with two operators, a partner and two leads of which one has a hostile name.
fn home() -> Home {
    let home = Home::new();
    home.run(&["operator", "add", "ben", "--role", "triager"]).ok();
    home.write("partners.csv", "Code,Name,Tier,Country\nNORD,Nordlicht Netze,registered,GB\n");
    home.run(&["import", "partners", "partners.csv"]).ok();
    home.write("partners.csv", "Code,Name,Tier,Country,City\nNORD,Nordlicht Netze,gold,GB,Hull\n");
    home.run(&["import", "partners", "partners.csv"]).ok();
    let row = |id: &str, company: &str| format!("{id},{company},GB,Ann Lee,ann{id}@harbour{id}.example,yes,Fair\n");
    let head = "Id,Company,Country,Name,Email,Consent,Source\n";
    home.write("leads.csv", &format!("{head}{}{}", row("1", "Harbour Lights Ltd"), row("2", "\u{202e}Evil\u{1b}[2J Quay")));
    home.run(&["--as", "ben", "import", "leads", "leads.csv"]).ok();
    assert!(home.run(&["--as", "ben", "operator", "add", "dora", "--role", "viewer"]).failed(1).contains("may not"), "a denial");
    home
}

/// The lines without their time and number, which differ from run to run.
fn told(printed: &str) -> Vec<String> {
    let one = |line: &str| {
        let (time, rest) = line.split_at(20);
        assert!(time.ends_with('Z') && time.starts_with("20"), "{line}");
        let (rest, seq) = rest.trim_start().rsplit_once("  #").expect("a number at the end");
        assert!(seq.parse::<u32>().is_ok(), "{line}");
        rest.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    printed.lines().map(one).collect()
}

#[test]
fn each_event_is_told_in_a_line() {
    let home = home();
    let printed = home.run(&["audit", "show", "--until", "2100-01-01"]).ok();
    let lines = told(&printed);
    assert_eq!(
        lines[0], "ben O-3 tried to record an operator, and was refused: ben may not manage operators: it needs admin, and holds triager",
        "{printed}"
    );
    assert!(lines.contains(&"anna P-1 Nordlicht Netze changed: city nothing -> Hull, tier registered -> gold".to_owned()), "{printed}");
    assert!(lines.contains(&"anna P-1 recorded: Nordlicht Netze (NORD)".to_owned()), "{printed}");
    assert!(lines.contains(&"anna O-3 ben (triager)".to_owned()), "{printed}");
    assert!(lines.iter().any(|line| line.starts_with("ben L-1 received from Fair")), "{printed}");
    assert!(!printed.contains('\u{1b}') && !printed.contains('\u{202e}'), "{printed}");
    assert!(!printed.contains("Ann Lee"), "what is personal is only told when it is asked for");
    assert!(home.run(&["audit", "show", "L-1", "--personal"]).ok().contains(": Ann Lee, ann1@harbour1.example  #"), "personal");
}

#[test]
fn events_are_chosen_by_record_actor_time_and_kind() {
    let home = home();
    let count = |arguments: &[&str]| home.run(&[&["audit", "show"], arguments].concat()).ok().lines().count();
    let all = count(&[]);
    assert_eq!(count(&["P-1"]), 2);
    assert_eq!(count(&["--actor", "BEN"]) + count(&["--actor", "anna"]) + count(&["--actor", "engine"]), all, "whatever the capitals");
    assert_eq!(count(&["--actor", "O-3"]), count(&["--actor", "ben"]));
    assert_eq!(count(&["--since", "1h"]), all);
    assert_eq!(count(&["--until", "1h"]), 0);
    assert_eq!(count(&["--since", "2100-01-01"]), 0);
    assert_eq!(count(&["--kind", "partner."]), 2);
    assert_eq!(count(&["--limit", "3"]), 3);
    let json = home.run(&["audit", "show", "P-1", "--json"]).ok();
    let list: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!((&list[0]["actor_name"], &list[0]["kind"], &list[0]["entity"]), (&"anna".into(), &"partner.changed".into(), &"P-1".into()));
    assert_eq!(list[0]["body"]["profile"]["tier"], "gold");
    assert_eq!(home.run(&["audit", "show", "--actor", "bne"]).failed(1), "pilothouse: there is no operator bne; did you mean ben?\n");
    assert!(home.run(&["audit", "show", "--since", "soon"]).failed(1).contains("`soon` is no time: write 2026-11-20"), "a time");
}

#[test]
fn what_happens_is_followed() {
    let home = home();
    let mut child = home
        .command(&["audit", "show", "--follow", "--kind", "operator", "--limit", "1", "--json"])
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut lines = std::io::BufReader::new(child.stdout.take().expect("a pipe")).lines();
    let mut next = || -> serde_json::Value { serde_json::from_str(&lines.next().expect("a line").expect("UTF-8")).expect("JSON") };
    assert_eq!(next()["body"]["name"], "ben", "what was, first");
    home.run(&["operator", "add", "carla", "--role", "viewer"]).ok();
    home.run(&["operator", "add", "dora", "--role", "viewer"]).ok();
    assert_eq!(next()["body"]["name"], "carla");
    assert_eq!(next()["told"], "dora (viewer)");
    child.kill().expect("it runs");
    child.wait().expect("it ends");
}
