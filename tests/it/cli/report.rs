//! Reports by the command line.

use super::Home;

const PARTNERS: &str = "Code,Name,Kind,Status,Tier,Country,Certifications\n\
    NORD,Nordlicht <b>Systeme</b>,reseller,active,gold,DE,security 2099-01-01\n\
    OST,Ostsee Netze,reseller,active,registered,DE,\n";

fn settled() -> Home {
    let home = Home::new();
    home.write("partners.csv", PARTNERS);
    home.run(&["import", "partners", "partners.csv"]).ok();
    home
}

#[test]
fn a_scorecard_goes_out_in_each_format() {
    let home = settled();
    let markdown = home.run(&["report", "scorecard", "--partner", "NORD"]).ok();
    assert!(markdown.starts_with("# Partner scorecard: Nordlicht \\<b\\>Systeme\\</b\\> (NORD)\n\nAs of 20"), "{markdown}");
    let html = home.run(&["report", "scorecard", "--partner", "P-1", "--format", "html"]).ok();
    assert!(html.starts_with("<!doctype html>") && html.contains("Nordlicht &lt;b&gt;Systeme"), "{html}");
    let csv = home.run(&["report", "scorecard", "--partner", "NORD", "--format", "csv"]).ok();
    assert!(csv.starts_with("report,on,section,table,row,figure,label,value,unit\n"), "{csv}");
    let json = home.run(&["report", "scorecard", "--partner", "NORD", "--format", "json", "--on", "2026-01-31"]).ok();
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!((&json["version"], &json["report"], &json["on"]), (&1.into(), &"scorecard".into(), &"2026-01-31".into()));
}

#[test]
fn a_report_is_written_whole_or_not_at_all() {
    let home = settled();
    let said = home.run(&["report", "scorecard", "--partner", "NORD", "--format", "html", "--output", "nord.html"]);
    assert_eq!(said.err(), "Partner scorecard: Nordlicht <b>Systeme</b> (NORD) in nord.html\n");
    said.ok();
    let page = std::fs::read_to_string(home.path().join("nord.html")).expect("it is there");
    assert!(page.ends_with("</html>\n"));
    let names =
        || std::fs::read_dir(home.path()).expect("a folder").filter(|entry| entry.as_ref().is_ok_and(|one| one.path().is_file())).count();
    assert_eq!(names(), 2, "nothing is left beside it");
    let said = home.run(&["report", "scorecard", "--partner", "NORD", "--output", "no/such/nord.md"]).failed(1);
    assert!(said.contains("no/such/nord.md can't be written: No such file"), "{said}");
    let said = home.run(&["report", "scorecard", "--partner", "NORD", "--output", "/dev/full"]).failed(1);
    assert!(said.contains("/dev/full can't be written: No space left"), "{said}");
    let out = home.run(&["report", "scorecard", "--partner", "NORD", "--output", "/dev/stdout"]).ok();
    assert!(out.starts_with("# Partner scorecard"), "{out}");
}

#[test]
fn a_review_and_the_tiers_go_out_too() {
    let home = settled();
    let review = home.run(&["report", "qbr", "--partner", "OST", "--on", "2026-03-31"]).ok();
    assert!(review.starts_with("# Quarterly business review: Ostsee Netze (OST)\n\nAs of 2026-03-31."), "{review}");
    let tiers = home.run(&["report", "tiers", "--format", "json"]).ok();
    let tiers: serde_json::Value = serde_json::from_str(&tiers).expect("JSON");
    assert_eq!(tiers["sections"]["summary"]["figures"]["partners"], 2);
    let one = home.run(&["report", "tiers", "--partner", "OST"]).failed(1);
    assert_eq!(one, "pilothouse: the tier report is about all partners; `pilothouse report scorecard --partner OST` is about one\n");
}

#[test]
fn mistakes_are_one_sentence() {
    let home = Home::new();
    let none = home.run(&["report", "scorecard"]).failed(1);
    assert_eq!(none, "pilothouse: there are no partners yet; `pilothouse import partners FILE` brings them in\n");
    let home = settled();
    let which = home.run(&["report", "scorecard"]).failed(1);
    assert_eq!(which, "pilothouse: say which of the 2 partners with --partner: NORD, OST\n");
    assert!(home.run(&["report", "scorecard", "--partner", "WEST"]).failed(1).contains("there is no partner \"WEST\""), "a partner");
    let future = home.run(&["report", "scorecard", "--partner", "OST", "--on", "2999-01-01"]).failed(1);
    assert!(future.contains("2999-01-01 lies in the future"), "{future}");
    let said = home.run(&["--as", "carla", "report", "scorecard", "--partner", "OST"]).failed(1);
    assert!(said.contains("there is no operator carla"), "who may not sign in reads nothing: {said}");
}
