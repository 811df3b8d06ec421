//! Partners and accounts: recorded by their code; what is unchanged leaves no trace. The status of a partner is decided at the
//! desk, with what follows from it, and the steps of its onboarding.

pub mod past;
pub mod status;
pub mod steps;

use crate::{
    app::{Failure, Outcome, Scene},
    domain::{
        account::{Account, AccountEvent, AccountProfile},
        event::{Entity, Event},
        id::{AccountId, PartnerId},
        partner::{Partner, PartnerEvent, Profile},
        text::Text,
    },
    store::{Unit, unit::Changes},
};
use std::collections::HashMap;

pub async fn record<U: Unit>(unit: &mut U, scene: Scene<'_>, profiles: &[Profile]) -> Result<Outcome, Failure> {
    let mut known: HashMap<Text, Partner> =
        unit.partners().await?.into_iter().map(|partner| (partner.profile.code.clone(), partner)).collect();
    let mut number = unit.partner_number().await?;
    let mut changes = Changes::default();
    for profile in profiles {
        if profile.code.is_empty() {
            return Err(Failure::refused(format!("partner `{}` has no code", profile.name)));
        }
        let (partner, event) = if let Some(partner) = known.get(&profile.code) {
            // A status that the desk decided stays, whatever the source says.
            let profile = partner.restated(profile);
            if partner.profile == profile {
                continue;
            }
            let event = PartnerEvent::Changed { profile: Box::new(profile), before: Box::new(partner.profile.clone()) };
            let mut after = partner.clone();
            after.apply(&event, scene.now);
            (after, event)
        } else {
            number += 1;
            let event = PartnerEvent::Recorded { profile: Box::new(profile.clone()) };
            let Some(partner) = Partner::begin(PartnerId(number), &event, scene.now) else { continue };
            (partner, event)
        };
        changes.records.push(scene.record(Entity::Partner(partner.id), partner.version, Event::Partner(event)));
        known.insert(profile.code.clone(), partner.clone());
        changes.partners.push(partner);
    }
    let seq = scene.save(unit, changes).await?;
    Ok(Outcome { seq, ..Outcome::default() })
}

pub async fn record_accounts<U: Unit>(unit: &mut U, scene: Scene<'_>, profiles: &[AccountProfile]) -> Result<Outcome, Failure> {
    let codes: Vec<Text> = profiles.iter().map(|profile| profile.code.clone()).collect();
    let found = unit.accounts_by_code(&codes).await?;
    let mut known: HashMap<Text, Account> = found.into_iter().flatten().map(|account| (account.profile.code.clone(), account)).collect();
    let mut number = unit.account_number().await?;
    let mut changes = Changes::default();
    for profile in profiles {
        if profile.code.is_empty() {
            return Err(Failure::refused(format!("account `{}` has no code", profile.name)));
        }
        let (account, event) = match known.get(&profile.code) {
            Some(account) if account.profile == *profile => continue,
            Some(account) => {
                let event = AccountEvent::Changed { profile: Box::new(profile.clone()), before: Box::new(account.profile.clone()) };
                (Account { version: account.version + 1, updated_at: scene.now, profile: profile.clone(), ..account.clone() }, event)
            }
            None => {
                number += 1;
                let account = Account { id: AccountId(number), version: 1, updated_at: scene.now, profile: profile.clone() };
                (account, AccountEvent::Recorded { profile: Box::new(profile.clone()) })
            }
        };
        changes.records.push(scene.record(Entity::Account(account.id), account.version, Event::Account(event)));
        known.insert(profile.code.clone(), account.clone());
        changes.accounts.push(account);
    }
    let seq = scene.save(unit, changes).await?;
    Ok(Outcome { seq, ..Outcome::default() })
}
