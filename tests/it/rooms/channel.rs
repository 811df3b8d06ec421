//! A small channel in the middle of a working day, made through the use cases: every queue holds something.

pub use crate::support::house::{ANNA, BEN, text};

use crate::support::house::{House, partner};
use pilothouse::{
    app::{App, Command, LeadTarget},
    domain::{
        actor::{Actor, Role, Roles},
        id::{LeadId, OperatorId, PartnerId},
        lead::{Consent, ConsentBasis, DeclineReason, Intake, Lead, LeadCommand, PauseReason, Person, Severity},
        partner::{PartnerStatus, Profile},
        time::{Instant, Span},
    },
};

pub fn anna() -> Actor {
    Actor { id: ANNA, name: text("Anna Berg"), roles: Roles(vec![Role::Admin]) }
}

const PARTNERS: [(&str, &str, &str, &str, u32, PartnerStatus); 9] = [
    ("NORD", "Nordlicht Systeme", "gold", "DE", 40, PartnerStatus::Active),
    ("SUED", "Südwind IT", "silver", "DE", 12, PartnerStatus::Active),
    ("WEST", "Westfalen Daten", "registered", "DE", 2, PartnerStatus::Active),
    ("ALTE", "Alte Schule Netzwerke", "silver", "DE", 10, PartnerStatus::Suspended),
    ("PARIS", "Lumière Réseaux", "gold", "FR", 40, PartnerStatus::Active),
    ("DUTCH", "Delta Waterweg ICT", "platinum", "NL", 40, PartnerStatus::Active),
    ("BRIT", "Thames Valley Networks", "gold", "GB", 40, PartnerStatus::Active),
    ("IBER", "Iberia Conecta", "silver", "ES", 40, PartnerStatus::Active),
    ("TOKYO", "東京ネットワーク", "gold", "JP", 40, PartnerStatus::Active),
];

/// (company, person, country, city, product, vertical, score, opted in)
type Line = (&'static str, &'static str, &'static str, &'static str, &'static str, &'static str, u8, bool);

const LEADS: [Line; 34] = [
    ("Brauhaus Lindner GmbH", "Petra Lindner", "DE", "Bamberg", "Wireless", "Hospitality", 72, true),
    ("Klinikum Isartal", "Dr. Jonas Reiter", "DE", "München", "Firewall", "Health", 91, true),
    ("Stadtwerke Emden", "Okka Janssen", "DE", "Emden", "Switching", "Public sector", 64, true),
    ("Falkner Maschinenbau AG", "Uwe Falkner", "DE", "Ulm", "Switching", "Manufacturing", 55, true),
    ("Hotel Drei Mohren", "Sabine Abt", "DE", "Augsburg", "Wireless", "Hospitality", 38, true),
    ("Banque Régionale du Rhône", "Hélène Marchand", "FR", "Lyon", "Firewall", "Finance", 88, true),
    ("Lycée Jean Moulin", "Marc Petit", "FR", "Rennes", "Wireless", "Education", 47, true),
    ("Ateliers Brossard SA", "Chloé Brossard", "FR", "Nantes", "Switching", "Manufacturing", 61, true),
    ("Van den Berg Logistiek", "Ruud van den Berg", "NL", "Rotterdam", "Video", "Retail", 69, true),
    ("Gemeente Zutphen", "Ineke Bos", "NL", "Zutphen", "Managed services", "Public sector", 77, true),
    ("Harrow & Lyle Solicitors", "Imogen Lyle", "GB", "London", "Firewall", "Finance", 83, true),
    ("Pembroke Dairy Ltd", "Owen Rees", "GB", "Haverfordwest", "Switching", "Manufacturing", 41, true),
    ("St. Brigid's School", "Maeve Nolan", "GB", "Belfast", "Wireless", "Education", 58, true),
    ("Clínica Santa Elena", "Lucía Ferrer", "ES", "Valencia", "Video", "Health", 74, true),
    ("Aceites del Sur S.L.", "Tomás Vidal", "ES", "Jaén", "Switching", "Manufacturing", 35, true),
    ("株式会社みどり商事", "佐藤 健", "JP", "大阪", "Wireless", "Retail", 66, true),
    ("Osaka Precision K.K.", "Aiko Mori", "JP", "大阪", "Switching", "Manufacturing", 79, true),
    ("Fjord Seafood AS", "Kari Lund", "NO", "Bergen", "Wireless", "Retail", 52, true),
    ("Meridian Bay Hotels", "Luis Ortega", "MX", "Cancún", "Wireless", "Hospitality", 71, true),
    ("Praxis Dr. Vogel", "Hanna Vogel", "DE", "Kiel", "Firewall", "Health", 44, false),
    ("Kanzlei Brandt & Partner", "Lena Brandt", "DE", "Köln", "Firewall", "Finance", 81, false),
    ("Boulangerie Martin", "Paul Martin", "FR", "Tours", "Wireless", "Retail", 29, false),
    ("Klinikum Isartal gGmbH", "J. Reiter", "DE", "München", "Firewall", "Health", 86, true),
    ("Falkner Maschinen", "U. Falkner", "DE", "Ulm", "Switching", "Manufacturing", 50, true),
    ("Autohaus Krämer KG", "Stefan Krämer", "DE", "Fulda", "Video", "Retail", 63, true),
    ("Weingut Sonnenhang", "Ute Beck", "DE", "Worms", "Wireless", "Hospitality", 36, true),
    ("TH Ostwestfalen", "Prof. Elif Kaya", "DE", "Lemgo", "Switching", "Education", 90, true),
    ("Spedition Hellmann", "Jörg Hellmann", "DE", "Kassel", "Managed services", "Retail", 57, true),
    ("Möbelhaus Ahrens", "Dirk Ahrens", "DE", "Celle", "Wireless", "Retail", 48, true),
    ("Musée des Beaux-Arts", "Inès Caron", "FR", "Dijon", "Video", "Public sector", 60, true),
    ("De Witte Molen B.V.", "Sanne de Wit", "NL", "Leiden", "Wireless", "Hospitality", 54, true),
    ("Northgate Hospital Trust", "Priya Nair", "GB", "Leeds", "Managed services", "Health", 93, true),
    ("Galerías Montesol", "Nuria Campos", "ES", "Málaga", "Video", "Retail", 46, true),
    ("Evil\u{202e}Corp\u{1b}[31m Ltd", "Mallory", "GB", "Nowhere", "Firewall", "Finance", 12, true),
];

/// What comes in while somebody is at the desk.
pub const LATE: [Line; 3] = [
    ("Alpenblick Kliniken", "Vera Moser", "DE", "Rosenheim", "Wireless", "Health", 99, true),
    ("Port of Bristol", "Gwen Price", "GB", "Bristol", "Switching", "Public sector", 98, true),
    ("Teatro Lope", "Iker Sanz", "ES", "Sevilla", "Video", "Hospitality", 97, true),
];

/// The database with its people, its program, its partners and its leads.
pub struct Channel {
    house: House,
}

impl std::ops::Deref for Channel {
    type Target = House;

    fn deref(&self) -> &House {
        &self.house
    }
}

impl Channel {
    /// The one that a database holds already.
    pub const fn of(app: App) -> Self {
        Self { house: House { app } }
    }

    /// People, program and partners; no leads.
    pub async fn empty(app: App) -> Self {
        let profile = |(code, name, tier, country, capacity, status)| Profile { capacity, status, ..partner(code, name, tier, country) };
        let partners = PARTNERS.into_iter().map(profile).collect();
        Self { house: House::settle(app, ["Anna Berg", "Ben Okafor"], partners).await }
    }

    /// A working day: leads that came in over a week, worked on, with some about to be late and some late.
    pub async fn busy(app: App) -> Self {
        let channel = Self::empty(app).await;
        let noon = channel.app.now();
        // Wednesday a week ago, then Monday, yesterday after lunch, and this morning.
        channel.at(noon, -168);
        channel.receive(1, &LEADS[..8]).await;
        channel.at(noon, -166);
        channel.worked().await;
        channel.at(noon, -49);
        channel.receive(9, &LEADS[8..14]).await;
        channel.taken_up().await;
        channel.at(noon, -23);
        channel.receive(15, &LEADS[14..20]).await;
        channel.sweep().await;
        channel.at(noon, -20);
        channel.receive(21, &LEADS[20..26]).await;
        channel.at(noon, -3);
        channel.receive(27, &LEADS[26..]).await;
        channel.finished().await;
        channel.at(noon, 0);
        channel.sweep().await;
        channel
    }

    async fn worked(&self) {
        self.verb(ANNA, 1, LeadCommand::Accept { offer: 1 }).await;
        self.verb(ANNA, 1, LeadCommand::Touch).await;
        self.verb(BEN, 2, LeadCommand::Decline { offer: 1, reason: DeclineReason::NoCapacity }).await;
        self.verb(BEN, 2, LeadCommand::Accept { offer: 2 }).await;
        self.verb(ANNA, 2, LeadCommand::Take { desk: Some(ANNA) }).await;
        self.verb(ANNA, 2, LeadCommand::Note { text: text("Asks for a site survey before the offer ¶ call back after 14:00") }).await;
        self.verb(ANNA, 3, LeadCommand::Accept { offer: 1 }).await;
        self.verb(ANNA, 6, LeadCommand::Accept { offer: 1 }).await;
        self.verb(ANNA, 6, LeadCommand::Touch).await;
        self.verb(ANNA, 6, LeadCommand::Qualify).await;
        self.verb(ANNA, 7, LeadCommand::Accept { offer: 1 }).await;
        self.verb(ANNA, 7, LeadCommand::Touch).await;
        self.verb(ANNA, 8, LeadCommand::Accept { offer: 1 }).await;
    }

    async fn taken_up(&self) {
        self.verb(BEN, 9, LeadCommand::Accept { offer: 1 }).await;
        self.verb(BEN, 10, LeadCommand::Accept { offer: 1 }).await;
        self.verb(BEN, 11, LeadCommand::Accept { offer: 1 }).await;
        self.verb(ANNA, 13, LeadCommand::Accept { offer: 1 }).await;
    }

    async fn finished(&self) {
        self.verb(ANNA, 11, LeadCommand::Escalate { severity: Severity::Critical, reason: "a competitor is at the table".into() }).await;
        self.verb(ANNA, 27, LeadCommand::Take { desk: Some(ANNA) }).await;
        let pause = LeadCommand::Pause { reason: PauseReason::AwaitingCustomer, until: None };
        self.verb(ANNA, 32, pause).await;
        self.verb(BEN, 29, LeadCommand::Accept { offer: 1 }).await;
        self.verb(BEN, 30, LeadCommand::Decline { offer: 1, reason: DeclineReason::OutsideTerritory }).await;
        self.verb(ANNA, 31, LeadCommand::Accept { offer: 1 }).await;
    }

    /// Puts the clock `hours` beside `noon`.
    fn at(&self, noon: Instant, hours: i64) {
        self.app.db().options().clock.set(noon.plus(Span::hours(hours)));
    }

    pub async fn receive(&self, first: usize, lines: &[Line]) {
        self.house.receive((first..).zip(lines).map(|(n, line)| intake(n, line)).collect()).await;
    }

    /// One verb on one lead; a refusal is a story that did not need telling.
    pub async fn verb(&self, actor: OperatorId, lead: i64, command: LeadCommand) {
        let request = self.app.request(Command::Leads { targets: vec![LeadTarget::from(LeadId(lead))], command });
        self.app.execute(actor, request).await.expect("the command is answered");
    }

    pub async fn partner(&self, code: &str) -> Option<PartnerId> {
        self.app.rules().await.expect("rules").directory().by_code(code).map(|partner| partner.id)
    }

    pub async fn lead(&self, lead: i64) -> Lead {
        self.house.lead(LeadId(lead)).await
    }
}

fn intake(n: usize, line: &Line) -> Intake {
    let (company, person, country, city, product, vertical, score, opted_in) = *line;
    let domain: String = company.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase();
    let basis = if opted_in { ConsentBasis::OptIn } else { ConsentBasis::Unknown };
    Intake {
        source: text(["Web form", "Trade fair", "Webinar", "Referral"][n % 4]),
        source_key: text(&format!("web-{n}")),
        company: text(company),
        country: country.parse().ok(),
        city: text(city),
        website: text(&if domain.is_empty() { String::new() } else { format!("{domain}.example") }),
        product: text(product),
        vertical: text(vertical),
        score,
        consent: Consent { basis, text_version: text(if opted_in { "2026-01" } else { "" }), at: None },
        person: Person { name: text(person), email: text(&format!("p{n}@{domain}.example")), ..Person::default() },
        ..Intake::default()
    }
}
