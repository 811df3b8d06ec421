//! What activities are called, and what is written about them.

/// Title, category, cost in whole euros from and to. `{}` is the partner's city.
pub type Activity = (&'static str, &'static str, i64, i64);

pub const ACTIVITIES: [Activity; 14] = [
    ("Breakfast for IT leads in {}", "Event", 2_400, 7_000),
    ("Roadshow around {}, four stops", "Event", 12_000, 38_000),
    ("Customer evening in {}", "Event", 5_000, 14_000),
    ("Stand at the {} business fair", "Trade fair", 9_000, 46_000),
    ("Webinar: zero trust in small offices", "Webinar", 1_800, 4_000),
    ("Webinar series on Wi-Fi 7", "Webinar", 3_200, 8_800),
    ("Search advertising, three months", "Digital advertising", 4_000, 16_000),
    ("Videos with two reference customers", "Digital advertising", 6_000, 20_000),
    ("Four pages in the {} trade magazine", "Print advertising", 3_600, 9_600),
    ("Letters to 2,000 sites around {}", "Direct mail", 2_600, 6_400),
    ("Hands-on day for switch admins in {}", "Training", 2_000, 5_600),
    ("Certification week in {}", "Training", 8_000, 24_000),
    ("Launch of the 9000 series in {}", "Launch", 6_000, 30_000),
    ("Demo van at five customers", "Event", 4_400, 12_800),
];

pub const VENDORS: [&str; 8] = [
    "Kessel Messebau GmbH",
    "Bright Signal Media Ltd",
    "Hotel am Hafen",
    "Atelier Prunelle",
    "Papierwerk Druck KG",
    "North Quay Events",
    "Lumen Film AB",
    "Corner Office Catering",
];

pub const QUESTIONS: [&str; 4] = [
    "Which of the two quotes is the one that was signed?",
    "The photos show the hall, and not the stand: please send one with our logo in it.",
    "The invoice names another city. Is it for this event?",
    "How many of the invited were customers of ours?",
];

pub const DOUBTS: [&str; 3] = [
    "The photo is from last year's fair: the old logo is on the wall.",
    "The vendor has the partner's own address.",
    "Nobody at the venue remembers the event.",
];

pub const NOTES: [&str; 4] = [
    "Spoke with the partner's marketing: the hall is booked, the invoice comes at the end of the month.",
    "Ask for the list of attendees next time.",
    "Good value: 40 new contacts came out of the last one.",
    "The finance desk would like the receipts as one file.",
];
