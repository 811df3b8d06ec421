//! Which of our accounts the end customer of a registration is: the lead desk's matcher on the directory of accounts.

use crate::{
    app::{App, Failure},
    domain::{
        account::Account,
        deal::{AccountLink, Details, conflict::features},
        id::AccountId,
        matching::{self, Band, Features, Index, MatchingPolicy, Record, Score, score},
        search,
    },
};
use futures::future::BoxFuture;
use std::collections::{BTreeMap, BTreeSet};

/// The directory of accounts, ready to be searched. Made once for a whole import.
pub struct Customers {
    accounts: BTreeMap<AccountId, Account>,
    features: BTreeMap<AccountId, Features>,
    index: Index<AccountId>,
    policy: MatchingPolicy,
}

/// Where an end customer belongs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CustomerMatch {
    Link(AccountLink),
    /// Somebody has to look; the most alike first.
    Review(Vec<AccountLink>),
    New,
}

/// An account that the customer resembles, with the parts of the score.
#[derive(Debug, Clone)]
pub struct CustomerChoice {
    pub link: AccountLink,
    pub account: Account,
    pub score: Score,
    pub band: Band,
}

/// An account of the directory, with the score where the customer resembles it.
#[derive(Debug, Clone)]
pub struct AccountChoice {
    pub link: AccountLink,
    pub account: Account,
    pub score: Option<Score>,
}

/// How many accounts that are alike are offered to choose from.
const CHOICES_MAX: usize = 12;

impl Customers {
    pub fn of(accounts: impl IntoIterator<Item = Account>, policy: &MatchingPolicy) -> Self {
        let mut customers = Self { accounts: BTreeMap::new(), features: BTreeMap::new(), index: Index::default(), policy: policy.clone() };
        for account in accounts {
            let features = account_features(&account, policy);
            customers.index.insert(account.id, &matching::keys(&features));
            customers.features.insert(account.id, features);
            customers.accounts.insert(account.id, account);
        }
        customers
    }

    /// The account with the topmost of its parents; a circle of parents ends where it began.
    pub fn link(&self, account: AccountId) -> Option<AccountLink> {
        let (mut family, mut seen) = (account, BTreeSet::from([account]));
        let mut at = self.accounts.get(&account)?;
        while let Some(parent) = at.profile.parent.filter(|parent| seen.insert(*parent)).and_then(|parent| self.accounts.get(&parent)) {
            family = parent.id;
            at = parent;
        }
        Some(AccountLink { account, family })
    }

    /// The accounts that the customer resembles, the most alike first.
    pub fn choices(&self, details: &Details) -> Vec<CustomerChoice> {
        let own = features(details, &self.policy);
        let alike = self.index.candidates(&matching::keys(&own)).into_iter().filter_map(|id| {
            let score = score(&own, self.features.get(&id)?, &self.policy.weights);
            let band = score.band(&self.policy);
            let (link, account) = (self.link(id)?, self.accounts.get(&id)?.clone());
            (band != Band::New).then_some(CustomerChoice { link, account, score, band })
        });
        let mut choices: Vec<CustomerChoice> = alike.collect();
        choices.sort_by_key(|one| (std::cmp::Reverse(one.score.total_bp), one.link.account));
        choices.truncate(CHOICES_MAX);
        choices
    }

    /// Every account: those that the customer resembles, the most alike first, then the others by name.
    pub fn all(&self, details: &Details) -> Vec<AccountChoice> {
        let alike = self.choices(details).into_iter();
        let mut all: Vec<AccountChoice> =
            alike.map(|CustomerChoice { link, account, score, .. }| AccountChoice { link, account, score: Some(score) }).collect();
        let known: BTreeSet<AccountId> = all.iter().map(|one| one.link.account).collect();
        let mut others: Vec<&Account> = self.accounts.values().filter(|account| !known.contains(&account.id)).collect();
        others.sort_by_cached_key(|account| (search::words(&account.profile.name), account.id));
        let choice = |account: &Account| Some(AccountChoice { link: self.link(account.id)?, account: account.clone(), score: None });
        all.extend(others.into_iter().filter_map(choice));
        all
    }

    /// Where the customer belongs. Two accounts that are equally alike are nobody's choice but a person's, unless one alone
    /// is written as the customer is. So is a name that says too little to be linked by its likeness ("Y Corporation"): two
    /// leads of that name may be two companies, but the directory has one.
    pub fn find(&self, details: &Details) -> CustomerMatch {
        let choices = self.choices(details);
        let Some(best) = choices.first() else { return CustomerMatch::New };
        let rivals = choices.iter().filter(|one| one.band == Band::Link && one.score.total_bp == best.score.total_bp).count();
        if best.band == Band::Link && rivals == 1 {
            return CustomerMatch::Link(best.link);
        }
        let mut named = choices.iter().filter(|one| is_written_alike(details, &one.account));
        if let (Some(one), None) = (named.next(), named.next()) {
            return CustomerMatch::Link(one.link);
        }
        CustomerMatch::Review(choices.iter().map(|one| one.link).collect())
    }
}

/// The same name with its legal form, but for case and punctuation, in no other country, and at no other address.
fn is_written_alike(details: &Details, account: &Account) -> bool {
    let (customer, profile) = (&details.customer, &account.profile);
    let contradicts = |a: &str, b: &str| !a.is_empty() && !b.is_empty() && search::slug(a) != search::slug(b);
    let is_elsewhere = customer.country.is_some() && profile.country.is_some() && customer.country != profile.country;
    let name = search::slug(&customer.name);
    !name.is_empty()
        && name == search::slug(&profile.name)
        && !is_elsewhere
        && !contradicts(&customer.city, &profile.city)
        && !contradicts(&customer.postal_code, &profile.postal_code)
}

fn account_features(account: &Account, policy: &MatchingPolicy) -> Features {
    let profile = &account.profile;
    let record = Record {
        name: &profile.name,
        country: profile.country.as_ref().map_or("", |country| country.code()),
        website: &profile.website,
        postal: &profile.postal_code,
        city: &profile.city,
        ..Record::default()
    };
    Features::of(&record, policy)
}

impl App {
    /// The directory of accounts as it is now, for a whole import.
    pub fn customers(&self) -> BoxFuture<'_, Result<Customers, Failure>> {
        Box::pin(async move {
            let rules = self.rules().await?;
            let accounts = self.db().read().await?.accounts().await?;
            Ok(Customers::of(accounts, &rules.program().matching.policy()))
        })
    }

    /// The accounts that the customer of a registration resembles, the most alike first.
    pub fn deal_customers<'a>(&'a self, details: &'a Details) -> BoxFuture<'a, Result<Vec<CustomerChoice>, Failure>> {
        Box::pin(async move { Ok(self.customers().await?.choices(details)) })
    }

    /// All accounts to choose the customer of a registration from, those that it resembles first.
    pub fn deal_accounts<'a>(&'a self, details: &'a Details) -> BoxFuture<'a, Result<Vec<AccountChoice>, Failure>> {
        Box::pin(async move { Ok(self.customers().await?.all(details)) })
    }
}
