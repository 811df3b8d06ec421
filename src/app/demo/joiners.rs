//! The demo's partners that come on board: one in each stage, some of them late.

use crate::{
    app::contact::NewContact,
    domain::{
        contact::{Card, ContactRole},
        country::Country,
        id::PartnerId,
        lead::{Consent, ConsentBasis},
        partner::{Certification, PartnerKind, PartnerStatus, Profile, Step},
        person::Person,
        text::Text,
        time::{Instant, Span},
    },
};

pub struct Joiner {
    code: &'static str,
    name: &'static str,
    kind: PartnerKind,
    seat: (&'static str, &'static str),
    /// How many days ago its onboarding began.
    pub days: i64,
    /// What people ticked, so many days after that, and what they wrote to it.
    pub ticks: &'static [(i64, Step, &'static str)],
    /// After so many days it held its first certificate, and somebody there was known.
    pub trained: Option<i64>,
    pub known: Option<(i64, &'static str, &'static str)>,
}

const SECURITY: &str = "Meridian Security Professional";

pub const ALL: [Joiner; 6] = [
    Joiner {
        code: "BALTIKUM",
        name: "Baltikum Tinklai UAB",
        kind: PartnerKind::SystemIntegrator,
        seat: ("LT", "Kaunas"),
        days: 97,
        ticks: &[(4, Step::Agreement, "signed on paper"), (12, Step::Compliance, ""), (20, Step::Access, "two people can sign in")],
        trained: Some(44),
        known: Some((9, "Rasa Vaitkute", "rasa.vaitkute@baltikum.example")),
    },
    Joiner {
        code: "MESETA",
        name: "Meseta Redes S.L.",
        kind: PartnerKind::Reseller,
        seat: ("ES", "Burgos"),
        days: 66,
        ticks: &[(6, Step::Agreement, ""), (15, Step::Compliance, "self-assessment, no findings")],
        trained: None,
        known: Some((30, "Ines Aragon", "ines@meseta.example")),
    },
    Joiner {
        code: "FJELLNETT",
        name: "Fjellnett AS",
        kind: PartnerKind::Var,
        seat: ("NO", "Bergen"),
        days: 41,
        ticks: &[(3, Step::Agreement, ""), (19, Step::Access, "")],
        trained: None,
        known: None,
    },
    Joiner {
        code: "WATERKANT",
        name: "Waterkant Systeme GmbH",
        kind: PartnerKind::Var,
        seat: ("DE", "Flensburg"),
        days: 25,
        ticks: &[(2, Step::Agreement, "signed on paper"), (8, Step::Compliance, ""), (16, Step::Access, "")],
        trained: Some(21),
        known: Some((5, "Hinnerk Brodersen", "h.brodersen@waterkant.example")),
    },
    Joiner {
        code: "SORRENTO",
        name: "Sorrento Reti S.r.l.",
        kind: PartnerKind::Reseller,
        seat: ("IT", "Salerno"),
        days: 18,
        ticks: &[(11, Step::Agreement, "")],
        trained: None,
        known: None,
    },
    Joiner {
        code: "CHILTERN",
        name: "Chiltern Cloud Ltd",
        kind: PartnerKind::Msp,
        seat: ("GB", "Aylesbury"),
        days: 3,
        ticks: &[],
        trained: None,
        known: None,
    },
];

impl Joiner {
    pub fn code(&self) -> Text {
        Text::clean(self.code)
    }

    /// As its source states it; with its certificate from the day on which it holds it.
    pub fn profile(&self, certified: Option<Instant>) -> Profile {
        let until = |at: Instant| Some(at.plus(Span::hours(24 * 365)));
        let certification = certified.map(|at| Certification { name: Text::clean(SECURITY), until: until(at) });
        Profile {
            code: self.code(),
            name: Text::clean(self.name),
            kind: self.kind,
            status: PartnerStatus::Onboarding,
            tier: Text::clean("registered"),
            country: self.seat.0.parse::<Country>().ok(),
            city: Text::clean(self.seat.1),
            certifications: certification.into_iter().collect(),
            ..Profile::default()
        }
    }
}

/// Somebody at a partner, who agreed to be written to.
pub fn somebody(partner: PartnerId, name: &str, email: &str, at: Instant) -> NewContact {
    let person = Person { name: Text::clean(name), email: Text::clean(email), ..Person::default() };
    let consent = Consent { basis: ConsentBasis::OptIn, at: Some(at), ..Consent::default() };
    NewContact { partner, card: Card { role: ContactRole::Owner, person }, consent, despite: false }
}
