//! Use cases through the public door, each test on both databases.

mod flow;
mod house;
mod import;
mod news;
mod race;
pub mod replay;

use crate::support::databases::{Fresh, START};
use pilothouse::{
    app::{App, Command, Item, LeadTarget, Outcome, lead::receive::prepare},
    domain::{
        id::{LeadId, OperatorId},
        lead::{Consent, ConsentBasis, Intake, Lead, LeadCommand, Person},
        partner::{Area, Certification, PartnerKind, PartnerStatus, Profile},
        program,
        text::Text,
        time::{Instant, Span},
    },
};

pub const ENGINE: OperatorId = OperatorId(1);
pub const ANNA: OperatorId = OperatorId(2);
pub const BEN: OperatorId = OperatorId(3);

pub fn text(text: &str) -> Text {
    Text::clean(text)
}

/// A settled house: Anna (admin) and Ben (triager), the demo program, three partners in Germany and one in France.
pub struct House {
    pub app: App,
}

impl House {
    pub async fn settled(fresh: &Fresh) -> Self {
        let house = Self { app: App::new(fresh.db.clone()) };
        house.run(ENGINE, Command::FirstOperator { name: text("anna"), login: None }).await;
        let roles = pilothouse::domain::actor::Roles(vec![pilothouse::domain::actor::Role::Triager]);
        house.run(ANNA, Command::Operator(pilothouse::app::OperatorSpec { name: text("ben"), login: None, roles, active: true })).await;
        house.run(ANNA, Command::Program { toml: program::DEMO.to_owned(), note: text("first") }).await;
        let partners = vec![
            partner("NORD", "Nordlicht Systeme", "gold", "DE"),
            partner("SUED", "Südwind IT", "silver", "DE"),
            partner("WEST", "Westfalen Daten", "registered", "DE"),
            partner("PARIS", "Lumière Réseaux", "gold", "FR"),
        ];
        house.run(ANNA, Command::Partners(partners)).await;
        house
    }

    pub async fn run(&self, actor: OperatorId, command: Command) -> Outcome {
        self.app.execute(actor, self.app.request(command)).await.expect("the command is carried out")
    }

    pub fn now(&self) -> Instant {
        self.app.now()
    }

    pub fn pass(&self, span: Span) {
        self.app.db().options().clock.set(self.now().plus(span));
    }

    pub async fn receive(&self, intakes: Vec<Intake>) -> Vec<Lead> {
        let rules = self.app.rules().await.expect("rules");
        let policy = rules.program().matching.policy();
        let arriving = intakes.into_iter().map(|intake| prepare(intake, &policy)).collect();
        let outcome = self.run(ANNA, Command::Receive(arriving)).await;
        outcome.items.into_iter().map(|item| *item.result.expect("a receipt is not refused").lead).collect()
    }

    pub async fn lead(&self, id: LeadId) -> Lead {
        self.app.db().read().await.expect("a session").leads(&[id]).await.expect("a lead").remove(0)
    }

    /// One verb on one lead; the refusal as its sentence.
    pub async fn verb(&self, actor: OperatorId, id: LeadId, command: LeadCommand) -> Result<Lead, String> {
        let request = self.app.request(Command::Leads { targets: vec![LeadTarget::from(id)], command });
        match self.app.execute(actor, request).await {
            Ok(mut outcome) => {
                let Item { result, .. } = outcome.items.remove(0);
                result.map(|done| *done.lead).map_err(|refusal| refusal.to_string())
            }
            Err(failure) => Err(failure.to_string()),
        }
    }
}

pub fn partner(code: &str, name: &str, tier: &str, country: &str) -> Profile {
    Profile {
        code: text(code),
        name: text(name),
        kind: PartnerKind::Reseller,
        status: PartnerStatus::Active,
        tier: text(tier),
        country: country.parse().ok(),
        capacity: 50,
        areas: vec![Area { countries: country.parse().into_iter().collect(), ..Area::default() }],
        certifications: vec![Certification { name: text("security-specialist"), until: None }],
        ..Profile::default()
    }
}

/// A lead from Germany with consent; `n` makes it a company of its own.
pub fn intake(n: usize, company: &str) -> Intake {
    Intake {
        source: text("website"),
        source_key: text(&format!("web-{n}")),
        company: text(company),
        country: "DE".parse().ok(),
        score: 50,
        consent: Consent { basis: ConsentBasis::OptIn, text_version: text("2026-01"), at: Some(START) },
        person: Person { name: text(&format!("Person {n}")), email: text(&format!("p{n}@firm{n}.example")), ..Person::default() },
        ..Intake::default()
    }
}
