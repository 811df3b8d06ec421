//! The first minute: an empty database.

use super::Terminal;
use crate::cli::Home;

#[test]
fn an_empty_database_says_what_to_do() {
    let home = Home::new();
    let mut console = Terminal::open(&home, &[]);
    console.shows("Welcome to Pilothouse");
    console.shows("pilothouse import leads FILE.csv --dry-run");
    // From another terminal, as the screen says; the lead appears by itself.
    home.write("leads.csv", "Id,Company,Country,Name,Email,Consent\n1,Harbour Lights Ltd,GB,Ann Lee,ann@harbour.example,yes\n");
    home.run(&["import", "leads", "leads.csv"]).ok();
    console.shows("Harbour Lights Ltd");
    console.keys("q");
    console.ends_well();
}
