//! What the decisions of one command look at beside the records that they change: rates, limits, what else is known of
//! the same papers and the same partners.

use super::draft::MdfDraft;
use crate::{
    app::{Failure, Scene},
    domain::{
        actor::Permission,
        day::{end_of_day, local_date, start_of_day},
        event::Entity,
        fx::Rates,
        id::{ClaimId, OperatorId, PartnerId, RequestId},
        mdf::{
            approval::Authority,
            check::Known,
            claim::{self, Claim, Content, PaperKey},
            fund::Fund,
            request::{self, Request},
        },
        money::Money,
        partner::Partner,
        time::Instant,
    },
    store::{Unit, unit::mdf::Near},
};
use chrono::{Days, NaiveDate};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Read once for all items of a command.
pub(in crate::app) struct Facts {
    rates: Rates,
    authority: Authority,
    /// What holds a paper, by its key; and what a partner does about the same time.
    holders: HashMap<PaperKey, Vec<Entity>>,
    near: HashMap<Near, Vec<Entity>>,
    /// All of them.
    known: BTreeMap<Entity, Known>,
    /// Claims under suspicion that this command does not change.
    suspect: Vec<Claim>,
}

impl Facts {
    /// With what `operators` may approve.
    pub async fn load<U: Unit>(unit: &mut U, scene: Scene<'_>, operators: &[OperatorId]) -> Result<Self, Failure> {
        let authority = authority(unit, operators).await?;
        let program = scene.rules.program();
        let today = local_date(scene.now, program.zone);
        let rates = unit.rates(today, program.mdf.rate_max_age_days).await?;
        Ok(Self { rates, authority, holders: HashMap::new(), near: HashMap::new(), known: BTreeMap::new(), suspect: Vec::new() })
    }

    /// The same with claims of these partners that are under suspicion, apart from those that are loaded to be changed.
    pub async fn load_suspect<U: Unit>(&mut self, unit: &mut U, partners: &[PartnerId]) -> Result<(), Failure> {
        let ids = unit.claims_suspect(partners).await?;
        if !ids.is_empty() {
            self.suspect = unit.claims_seen(&ids).await?;
        }
        Ok(())
    }

    /// What else is known of the papers of these contents, and of their partners' claims about the same time.
    pub async fn load_known<U: Unit>(&mut self, unit: &mut U, scene: Scene<'_>, asked: &[Asked<'_>]) -> Result<(), Failure> {
        let keys: BTreeSet<_> = asked.iter().flat_map(|one| one.content.paper_keys()).collect();
        for (key, entity) in unit.papers(&keys.into_iter().collect::<Vec<_>>()).await? {
            self.holders.entry(key).or_default().push(entity);
        }
        let mut entities: BTreeSet<Entity> = self.holders.values().flatten().copied().collect();
        for one in asked {
            let near = one.near(scene);
            if self.near.contains_key(&near) {
                continue;
            }
            let found: Vec<Entity> = unit.claims_near(near).await?.into_iter().map(Entity::Claim).collect();
            entities.extend(&found);
            self.near.insert(near, found);
        }
        self.known = self.read(unit, scene, entities).await?;
        Ok(())
    }

    async fn read<U: Unit>(&self, unit: &mut U, scene: Scene<'_>, entities: BTreeSet<Entity>) -> Result<BTreeMap<Entity, Known>, Failure> {
        let claims: Vec<ClaimId> = entities.iter().filter_map(|one| if let Entity::Claim(id) = one { Some(*id) } else { None }).collect();
        let mut found = BTreeMap::new();
        if !claims.is_empty() {
            let claims = unit.claims_seen(&claims).await?;
            let requests: BTreeSet<RequestId> = claims.iter().map(|claim| claim.request).collect();
            let requests = unit.requests_seen(&requests.into_iter().collect::<Vec<_>>()).await?;
            let requests: HashMap<RequestId, Request> = requests.into_iter().map(|request| (request.id, request)).collect();
            for claim in &claims {
                let Some(request) = requests.get(&claim.request) else { continue };
                found.insert(Entity::Claim(claim.id), self.known_of(claim, request, scene));
            }
        }
        let deals: Vec<_> = entities.iter().filter_map(|one| if let Entity::Deal(id) = one { Some(*id) } else { None }).collect();
        if !deals.is_empty() {
            let deals = unit.deals_seen(&deals).await?;
            found.extend(deals.iter().map(|deal| (Entity::Deal(deal.id), Known::deal(deal))));
        }
        Ok(found)
    }

    fn known_of(&self, claim: &Claim, request: &Request, scene: Scene<'_>) -> Known {
        let zone = scene.rules.program().zone;
        let on = claim.desk.submitted_at.map(|at| local_date(at, zone));
        Known::claim(claim, request, self.in_fund_currency(claim, on, scene), on)
    }

    /// What a claim asks for in the currency of its fund; what is set aside for it where there is no rate.
    fn in_fund_currency(&self, claim: &Claim, on: Option<NaiveDate>, scene: Scene<'_>) -> Money {
        let (asked, to) = (claim.content.asked, claim.reserved.currency);
        if asked.currency == to {
            return asked;
        }
        let program = scene.rules.program();
        let on = on.unwrap_or_else(|| local_date(scene.now, program.zone));
        let rate = claim.rate.clone().filter(|rate| rate.from == asked.currency);
        let rate = rate.or_else(|| self.rates.pin(asked.currency, to, on, program.mdf.rate_max_age_days).ok());
        rate.and_then(|rate| rate.convert(asked).ok()).unwrap_or(claim.reserved)
    }

    /// What is known beside such a content: from the database, and of what the same command has begun.
    pub fn known(&self, asked: &Asked<'_>, draft: &MdfDraft<'_>) -> Vec<Known> {
        let keys = asked.content.paper_keys();
        let same_paper = keys.iter().filter_map(|key| self.holders.get(key)).flatten();
        let near = self.near.get(&asked.near(draft.scene)).into_iter().flatten();
        let beside: BTreeSet<Entity> = same_paper.chain(near).copied().collect();
        let mut known: Vec<Known> = beside.iter().filter_map(|entity| self.known.get(entity).cloned()).collect();
        for other in draft.begun() {
            let is_beside = other.partner == asked.partner || other.content.paper_keys().iter().any(|key| keys.contains(key));
            if let Some(request) = draft.request(other.request).filter(|_| is_beside) {
                known.push(self.known_of(other, request, draft.scene));
            }
        }
        known
    }

    /// The claims of a partner that are pending: as they are after the events so far, or else in the database.
    pub fn pending<'s>(&'s self, partner: PartnerId, draft: &'s MdfDraft<'_>) -> Vec<&'s Claim> {
        let seen = self.suspect.iter().filter(|claim| claim.partner == partner && draft.claim(claim.id).is_none());
        draft.claims_of(partner).chain(seen).filter(|claim| claim.state.is_pending()).collect()
    }

    pub fn of_request<'s>(&'s self, fund: &'s Fund, partner: &'s Partner) -> request::decide::Facts<'s> {
        request::decide::Facts { fund, partner, rates: &self.rates, authority: &self.authority }
    }

    pub fn of_claim<'s>(&'s self, at: At<'s>, known: &'s [Known], pending: &'s [&'s Claim]) -> claim::Facts<'s> {
        claim::Facts {
            fund: at.fund,
            request: at.request,
            partner: at.partner,
            rates: &self.rates,
            authority: &self.authority,
            known,
            pending,
        }
    }
}

/// What these operators may approve. Whoever left, or approves nothing any more, delegates nothing.
async fn authority<U: Unit>(unit: &mut U, operators: &[OperatorId]) -> Result<Authority, Failure> {
    if operators.is_empty() {
        return Ok(Authority::default());
    }
    let mut authority = unit.authority(operators).await?;
    if !authority.delegations.is_empty() {
        let all = unit.operators().await?;
        let may = |id| all.iter().any(|one| one.id == id && one.active && one.roles.allow(Permission::MdfDecide));
        authority.delegations.retain(|one| may(one.from));
    }
    Ok(authority)
}

/// Where a claim stands.
#[derive(Clone, Copy)]
pub(in crate::app) struct At<'a> {
    pub fund: &'a Fund,
    pub request: &'a Request,
    pub partner: &'a Partner,
}

/// A content that is checked: of a claim, or of one that is to be made.
#[derive(Clone, Copy)]
pub(in crate::app) struct Asked<'a> {
    pub partner: PartnerId,
    pub submitted_at: Option<Instant>,
    pub content: &'a Content,
}

impl Asked<'_> {
    /// Handed in within the window of splitting, or for an activity within that of similar ones.
    fn near(&self, scene: Scene<'_>) -> Near {
        let program = scene.rules.program();
        let (splitting, similar) = (Days::new(program.mdf.splitting_days.into()), Days::new(program.mdf.similar.days.into()));
        let earlier = |date: NaiveDate, days| date.checked_sub_days(days).unwrap_or(date);
        let later = |date: NaiveDate, days| date.checked_add_days(days).unwrap_or(date);
        let handed_in = local_date(self.submitted_at.unwrap_or(scene.now), program.zone);
        let (from, to) = (self.content.performed_from, self.content.performed_to);
        Near {
            partner: self.partner,
            submitted: (start_of_day(earlier(handed_in, splitting), program.zone), end_of_day(later(handed_in, splitting), program.zone)),
            performed: (earlier(from, similar), later(to, similar)),
        }
    }
}
