//! Texts that mean harm, brought in by the front door and looked at from every side.

use super::{Terminal, settled_home};
use std::fmt::Write as _;

/// What no cell may ever say to the terminal.
const SEQUENCES: [&str; 20] = [
    "\x1b]0;pwned\x07",
    "\x1b]52;c;cHduZWQ=\x07",
    "\x1b]8;;https://pwned.example\x1b\\",
    "\x1bPpwned\x1b\\",
    "\x1b_pwned\x1b\\",
    "\x1b[31;7mpwned",
    "\x1b[2Jpwned",
    "\x1b[999;999Hpwned",
    "\x1b[6n\x1b[cpwned",
    "\x1bcpwned",
    "\u{9b}31mpwned",
    "\u{9d}0;pwned\u{9c}",
    "\u{90}pwned\u{9c}",
    "\u{202e}pwned",
    "\u{2066}pwned\u{2069}",
    "\u{200f}pwned",
    "\u{202d}pwned\u{202c}",
    "\u{5}pwned\u{7}\u{8}",
    "pwned\u{7f}",
    "\u{e0041}pwned",
];

/// What is allowed, and has to keep its cells.
const AWKWARD: [&str; 9] = [
    "株式会社東京ネットワークソリューションズ横浜支店",
    "👩‍👩‍👧‍👦🏳️‍🌈 Family & Co 🇩🇪🇯🇵",
    "Z̷̢̛͙a̴̡͎͝l̶̰͐g̵̨͝o̸̧͠ GmbH",
    "مؤسسة الخليج للتجارة",
    "first line\nsecond line\r\nthird\tcolumn",
    "=cmd|'/c calc'!A1",
    "+1-2@SUM(A1:A9)",
    "e\u{301}\u{301}\u{301}cole ﷽﷽ \u{1100}\u{1161}\u{11a8} क्षि",
    "\u{feff}zero\u{200b}width\u{200d}joined\u{ad}soft",
];

fn hostile(n: usize) -> String {
    match n % 3 {
        0 => format!("{}{n}", SEQUENCES[n / 3 % SEQUENCES.len()]),
        1 => format!("{} {n}", AWKWARD[n / 3 % AWKWARD.len()]),
        _ => format!("{n} {}{}", AWKWARD[n % AWKWARD.len()].repeat(1 + n % 3), SEQUENCES[n % SEQUENCES.len()]),
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

fn leads() -> String {
    let mut list = String::from("Id,Company,Country,City,Name,Email,Consent,Product,Notes\n");
    for n in 0..200 {
        let text = quoted(&hostile(n));
        let note = quoted(&hostile(n).repeat(10));
        let country = ["DE", "GB"][n % 2];
        let _ = writeln!(list, "{n},{text},{country},{text},{text},p{n}@firm{n}.example,yes,Switching,{note}");
    }
    list
}

fn partners() -> String {
    let mut list = String::from("Code,Name,Kind,Status,Tier,Country,City,Capacity,Countries\n");
    for n in 0..20 {
        let _ = writeln!(list, "P{n},{},Reseller,Active,gold,DE,{},50,DE", quoted(&hostile(n)), quoted(&hostile(n + 1)));
    }
    list
}

#[tokio::test(flavor = "multi_thread")]
async fn no_text_speaks_to_the_terminal_and_every_row_keeps_its_columns() {
    let home = settled_home().await;
    home.write("partners.csv", &partners());
    home.write("leads.csv", &leads());
    home.run(&["--as", "Anna Berg", "import", "partners", "partners.csv"]).ok();
    let imported = home.run(&["--as", "Anna Berg", "import", "leads", "leads.csv"]);
    let told = imported.err();
    assert!(imported.ok().contains("read 200 = created 200"), "{told}");

    let mut console = Terminal::open(&home, &["--as", "Anna Berg"]);
    console.until("the table", |console| rows(console).len() > 20);
    console.keys("7]");
    for page in 0..8 {
        console.until("a full page", |console| rows(console).len() > 20);
        columns_are_kept(&console);
        let top = rows(&console)[0].clone();
        // The story of the lead beside the table, its sections one by one.
        if page % 2 == 0 {
            console.keys("\r");
            console.shows("Customer");
            columns_are_kept(&console);
            console.keys("T");
            console.shows("Timeline");
            columns_are_kept(&console);
            console.keys("\x1b");
            console.until("the story closes", |console| !console.text().contains("─ L-") && rows(console).len() > 20);
        }
        console.keys("\x06");
        if page < 5 {
            console.until("the next page", |console| rows(console).first().is_some_and(|row| *row != top));
        }
    }
    console.keys("q");
    console.ends_well();
    nothing_hostile(&console.bytes());
}

/// The ids of the rows that are on the screen.
fn rows(console: &Terminal) -> Vec<String> {
    let id = |line: &str| line.split_whitespace().take(2).find(|word| word.starts_with("L-")).map(ToOwned::to_owned);
    console.text().lines().skip(4).filter_map(id).collect()
}

/// The column DUE begins in the same cell of each row, with one of its marks or with how long the lead waits.
#[track_caller]
fn columns_are_kept(console: &Terminal) {
    let seen = console.seen.lock().expect("nobody panics with it");
    let screen = seen.0.screen();
    let (height, width) = screen.size();
    let cell = |row, column| screen.cell(row, column).map(|cell| cell.contents().to_owned()).unwrap_or_default();
    let line = |row: u16| -> String {
        (0..width).map(|column| cell(row, column)).map(|text| if text.is_empty() { " ".to_owned() } else { text }).collect()
    };
    let head = (0..height).find(|row| line(*row).contains("COMPANY")).expect("a table has a head");
    let due = (0..width - 2).find(|column| cell(head, *column) == "D" && cell(head, column + 1) == "U" && cell(head, column + 2) == "E");
    let due = due.expect("the table has a column DUE");
    for row in head + 1..height - 1 {
        let whole = line(row);
        if !whole.trim_start_matches(['›', ' ']).starts_with("L-") {
            continue;
        }
        let (before, mark) = (cell(row, due - 1), cell(row, due));
        assert!(before.trim().is_empty(), "DUE begins with a gap before it: {whole}");
        let is_waiting = (due..due + 5).map(|column| cell(row, column)).eq(["w", "a", "i", "t", "s"]);
        let is_marked = ["–", "●", "◕", "◑", "◔", "○", "!", "‖"].contains(&mark.as_str());
        assert!(is_marked || is_waiting, "`{mark}` begins DUE: {whole}");
    }
}

/// Every harmful sequence, and every control and direction character on its own, stayed out of the stream.
fn nothing_hostile(bytes: &[u8]) {
    let has = |needle: &[u8]| bytes.windows(needle.len()).any(|window| window == needle);
    for sequence in SEQUENCES {
        assert!(!has(sequence.as_bytes()), "{sequence:?} reached the terminal");
    }
    let controls = (0x80..=0x9f).filter_map(char::from_u32);
    let directions = "\u{200e}\u{200f}\u{202a}\u{202b}\u{202c}\u{202d}\u{202e}\u{2066}\u{2067}\u{2068}\u{2069}".chars();
    for character in controls.chain(directions) {
        assert!(!has(character.to_string().as_bytes()), "{character:?} reached the terminal");
    }
    for byte in [0x00, 0x7f] {
        assert!(!bytes.contains(&byte), "{byte:#04x} reached the terminal");
    }
    assert!(has(b"pwned"), "the texts were on the screen");
}
