//! The loop that the tiers close: order lines are imported, an audit proposes a promotion, a person approves it on the screen, and
//! the next lead goes where it could not go before.

use super::Terminal;
use crate::cli::Home;
use chrono::{Datelike as _, Days, NaiveDate};

/// A registered partner may hold one open lead, a gold one forty. Gold asks for a million in twelve months. It names no product
/// lines, so that no line is of an unknown one.
const PROGRAM: &str = r#"
[program]
name = "The loop"
zone = "UTC"
calendar = "always"

[calendars.always]
zone = "UTC"
hours = { mon-sun = ["00:00-24:00"] }

[regions]
DACH = ["DE"]

[tiers.gold]
rank = 1
lead_weight = 1
capacity = 40
revenue = 1_000_000

[tiers.registered]
rank = 2
lead_weight = 1
capacity = 1

[scorecard]
effective = "at_once"
"#;

/// The quarter that ended last, as a command names it, and a day in it.
fn last_quarter(today: NaiveDate) -> (String, NaiveDate) {
    let first = NaiveDate::from_ymd_opt(today.year(), today.month0() / 3 * 3 + 1, 1).expect("a day");
    let last = first.checked_sub_days(Days::new(1)).expect("a day before");
    (format!("{}-Q{}", last.year(), last.month0() / 3 + 1), last.checked_sub_days(Days::new(20)).expect("a day in it"))
}

fn lead(home: &Home, company: &str) {
    let file = format!("{company}.csv");
    let row = format!("{company},{company} GmbH,DE,Ann Lee,office@{}.example,yes,Fair", company.to_lowercase());
    home.write(&file, &format!("Id,Company,Country,Name,Email,Consent,Source\n{row}\n"));
    assert!(home.run(&["import", "leads", &file]).ok().contains("created 1"));
    home.run(&["engine", "--once"]).ok();
}

/// Whether the lead of a company has the partner.
fn is_placed(home: &Home, company: &str) -> bool {
    let screen = home.run(&["print", "leads", "--filter", company, "--size", "140x20"]).ok();
    assert!(screen.contains(company), "{screen}");
    screen.contains("Nordlicht")
}

#[tokio::test(flavor = "multi_thread")]
async fn from_order_lines_to_a_promotion_that_changes_where_the_next_lead_goes() {
    let home = Home::new();
    home.write("partners.csv", "Code,Name,Kind,Status,Tier,Country\nNORD,Nordlicht Systeme,reseller,active,registered,DE\n");
    home.run(&["import", "partners", "partners.csv"]).ok();
    home.write("program.toml", PROGRAM);
    home.run(&["program", "apply", "program.toml"]).ok();
    lead(&home, "Alpha");
    assert!(is_placed(&home, "Alpha"), "the first lead fits");
    lead(&home, "Beta");
    assert!(!is_placed(&home, "Beta"), "a registered partner holds one");

    let (quarter, day) = last_quarter(chrono::Utc::now().date_naive());
    let lines = format!(
        "Id,Partner,Product Line,Day,Amount,Currency\n1,NORD,Switching,{day},600000.00,EUR\n2,NORD,Switching,{day},400000.00,EUR\n"
    );
    home.write("pos.csv", &lines);
    assert_eq!(home.run(&["import", "sales", "pos.csv"]).ok(), "read 2 = recorded 2 + in correction 0 + rejected 0\n");
    let audited = home.run(&["tier", "evaluate", "--quarter", &quarter]).ok();
    assert!(audited.contains("registered, earned gold: promote"), "{audited}");

    let mut console = Terminal::open(&home, &["--room", "tiers", "--queue", "promotions"]);
    console.shows("gold proposed");
    console.keys("a");
    console.shows("gold instead of registered from ");
    console.keys("y");
    // It is in force at once: the engine of the console sees to it.
    console.shows("Promotions 0");
    console.keys("q");
    console.ends_well();
    let shown = home.run(&["tier", "show", "NORD"]).ok();
    assert!(shown.starts_with("Nordlicht Systeme (NORD): gold\n"), "{shown}");

    home.run(&["engine", "--once"]).ok();
    assert!(is_placed(&home, "Beta"), "what waited is placed");
    lead(&home, "Gamma");
    assert!(is_placed(&home, "Gamma"), "and so is the next");
    home.run(&["audit", "verify"]).ok();
}
