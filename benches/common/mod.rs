//! Invented leads and partners in any number, the same for a seed.

pub mod place;

use pilothouse::domain::{
    country::Country,
    lead::{Consent, ConsentBasis, Intake, Person},
    partner::{Area, Profile},
    text::Text,
    time::Instant,
};

/// SplitMix64: small, fast, and good enough for inventing names.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.roll() % n as u64).unwrap_or(0)
    }

    pub fn pick<'a, T: ?Sized>(&mut self, of: &[&'a T]) -> &'a T {
        of[self.below(of.len())]
    }
}

const SYLLABLES: &[&str] = &[
    "ba", "bel", "bor", "ca", "cor", "dan", "del", "dor", "fa", "fer", "fin", "gal", "gen", "hal", "hel", "in", "ka", "kel", "kor", "la",
    "len", "lin", "lor", "ma", "mel", "mer", "mon", "na", "nel", "nor", "or", "pal", "per", "por", "ra", "ren", "ril", "ros", "sal", "sel",
    "sen", "sol", "ta", "tel", "ter", "tor", "ul", "va", "ven", "vil", "vor", "wal", "wen", "xan", "yor", "zan", "zel", "zor",
];
const TRADES: &[&str] =
    &["Pumps", "Systems", "Valves", "Logistics", "Energy", "Controls", "Foods", "Textiles", "Medical", "Robotics", "Print", "Optics"];
const FIRST: &[&str] = &[
    "Anna", "Bert", "Chloé", "Daniel", "Elif", "Farid", "Giulia", "Hiro", "Ines", "Jonas", "Kasia", "Luís", "Maja", "Nils", "Olga", "Priya",
];
const FORMS: &[(&str, &str)] = &[
    ("US", "Inc"),
    ("US", "LLC"),
    ("DE", "GmbH"),
    ("FR", "SARL"),
    ("GB", "Ltd"),
    ("IT", "S.p.A."),
    ("ES", "S.L."),
    ("NL", "B.V."),
    ("SE", "AB"),
    ("PL", "Sp. z o.o."),
    ("JP", "K.K."),
    ("AU", "Pty Ltd"),
    ("BR", "Ltda"),
    ("CA", "Inc"),
    ("CH", "AG"),
    ("AT", "GmbH"),
];
pub const PRODUCTS: &[&str] = &["Compute", "Storage", "Network", "Security"];
const SOURCES: &[&str] = &["webinar", "trade-fair", "website", "salesforce"];

fn word(dice: &mut Dice, syllables: usize) -> String {
    let mut out = String::new();
    for _ in 0..syllables {
        out.push_str(dice.pick(SYLLABLES));
    }
    out[..1].to_uppercase() + &out[1..]
}

/// Lead number `n` of the stream `seed`. One in thirty repeats an earlier company in another spelling.
pub fn intake(seed: u64, n: u64) -> Intake {
    let mut here = Dice::new(seed ^ n.wrapping_mul(0xa076_1d64_78bd_642f));
    let repeats = n > 100 && here.below(30) == 0;
    let of = if repeats { here.roll() % n } else { n };
    let mut dice = Dice::new(seed ^ of.wrapping_mul(0xe703_7ed1_a0b4_28db));
    let (first, second) = (2 + dice.below(3), 2 + dice.below(3));
    let stem = format!("{} {}", word(&mut dice, first), word(&mut dice, second));
    let (country, form) = FORMS[dice.below(FORMS.len())];
    let trade = dice.pick(TRADES);
    let company = if repeats { format!("{} {trade}", stem.to_uppercase()) } else { format!("{stem} {trade} {form}") };
    let domain = format!("{}.example", stem.to_lowercase().replace(' ', "-"));
    let (first, last) = (here.pick(FIRST), word(&mut here, 2));
    let product = dice.pick(PRODUCTS);
    Intake {
        source: Text::clean(here.pick(SOURCES)),
        source_key: Text::clean(&format!("{seed}-{n}")),
        company: Text::clean(&company),
        country: country.parse::<Country>().ok(),
        city: Text::clean(&word(&mut dice, 2)),
        postal_code: Text::clean(&format!("{:05}", dice.below(99_999))),
        website: Text::clean(&domain),
        product: Text::clean(product),
        score: u8::try_from(here.below(101)).unwrap_or(0),
        consent: Consent {
            basis: ConsentBasis::OptIn,
            text_version: Text::clean("2026-01"),
            at: Some(Instant::from_micros(1_790_000_000_000_000)),
        },
        person: Person {
            name: Text::clean(&format!("{first} {last}")),
            email: Text::clean(&format!("{}.{}@{domain}", first.to_lowercase(), last.to_lowercase())),
            phone: Text::clean(&format!("+49 {:09}", here.below(999_999_999))),
            ..Person::default()
        },
        ..Intake::default()
    }
}

/// Partners over the countries of the leads, in four tiers.
pub fn partners(count: usize) -> Vec<Profile> {
    let mut dice = Dice::new(7);
    (0..count)
        .map(|i| Profile {
            code: Text::clean(&format!("B{i:05}")),
            name: Text::clean(&format!("{} Partners", word(&mut dice, 3))),
            tier: Text::clean(["platinum", "gold", "silver", "registered"][[0, 1, 1, 2, 2, 2, 3, 3, 3, 3][i % 10]]),
            country: FORMS[i % FORMS.len()].0.parse().ok(),
            capacity: 1_000_000,
            areas: vec![Area { countries: FORMS[i % FORMS.len()].0.parse().into_iter().collect(), ..Area::default() }],
            ..Profile::default()
        })
        .collect()
}
