//! A small channel that tests work in: its people, its partners, and the verbs that they use.

use super::databases::Fresh;
use pilothouse::{
    app::{App, Command, Item, LeadTarget, OperatorSpec, Outcome, lead::receive::prepare},
    domain::{
        actor::{Role, Roles},
        id::{LeadId, OperatorId},
        lead::{Intake, Lead, LeadCommand},
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

/// People at work on a database, through the public door.
pub struct House {
    pub app: App,
}

impl House {
    /// Anna (admin) and Ben (triager), the demo program, three partners in Germany and one in France.
    pub async fn settled(fresh: &Fresh) -> Self {
        let partners = vec![
            partner("NORD", "Nordlicht Systeme", "gold", "DE"),
            partner("SUED", "Südwind IT", "silver", "DE"),
            partner("WEST", "Westfalen Daten", "registered", "DE"),
            partner("PARIS", "Lumière Réseaux", "gold", "FR"),
        ];
        Self::settle(App::new(fresh.db.clone()), ["anna", "ben"], partners).await
    }

    /// An admin and a triager of these names, the demo program and these partners in an empty database.
    pub async fn settle(app: App, [anna, ben]: [&str; 2], partners: Vec<Profile>) -> Self {
        let house = Self { app };
        house.run(ENGINE, Command::FirstOperator { name: text(anna), login: None }).await;
        let roles = Roles(vec![Role::Triager]);
        house.run(ANNA, Command::Operator(OperatorSpec { name: text(ben), login: None, roles, active: true })).await;
        house.run(ANNA, Command::Program { toml: program::DEMO.to_owned(), note: text("first") }).await;
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

    pub async fn sweep(&self) {
        self.run(ENGINE, Command::Sweep { limit: 1_000 }).await;
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
