//! Partners and accounts from a file: recorded by their code, changed where they differ. These lists are short, so a file
//! is read whole before anything is written; parents come before their children, whatever their order in the file.

use super::{
    Job, Pass,
    decode::Record,
    mapping::Kind,
    reader,
    report::{Counts, ImportError, Report},
};
use crate::{
    app::{App, Command},
    domain::{
        account::AccountProfile,
        id::OperatorId,
        partner::{Partner, Profile},
        text::Text,
    },
};
use futures::future::BoxFuture;
use std::collections::{BTreeMap, HashMap, HashSet};

/// Records a transaction.
const BATCH_ROWS: usize = 1_000;

/// Takes the partners or accounts of a file in, or says what that would bring.
pub fn import(app: &App, actor: OperatorId, job: Job, pass: Pass) -> BoxFuture<'_, Result<Report, ImportError>> {
    Box::pin(async move {
        let kind = job.mapping.kind;
        let (job, mut report) = job.begin(pass);
        let mut batches = reader::batches(job, BATCH_ROWS, |_, _, record| Ok(record));
        let (mut partners, mut accounts) = (Vec::new(), Vec::new());
        while let Some(batch) = batches.next(&mut report).await? {
            for record in batch {
                match record {
                    Record::Partner(record) => partners.push((record.profile, record.parent)),
                    Record::Account(record) => accounts.push((record.profile, record.parent)),
                    Record::Lead(_) | Record::Deal(_) | Record::Sale(_) | Record::Request(_) | Record::Claim(_) | Record::Contact(_) => {}
                }
            }
        }
        let counts = match kind {
            Kind::Account => record::<AccountProfile>(app, actor, accounts, pass, &mut report.warnings).await?,
            _ => record::<Profile>(app, actor, partners, pass, &mut report.warnings).await?,
        };
        report.counts.add(&counts);
        Ok(report)
    })
}

/// Partners whose status the file says otherwise, by code.
#[derive(Debug, Default)]
struct Settled {
    /// The desk has decided it.
    kept: Vec<Text>,
    /// They are shut out from now on, and have leads or registrations that are open.
    busy: Vec<Text>,
}

/// How many codes a warning names.
const CODES_TOLD: usize = 5;

impl Settled {
    fn warnings(&self) -> Vec<String> {
        let told = |codes: &[Text]| {
            let first: Vec<&str> = codes.iter().take(CODES_TOLD).map(Text::as_str).collect();
            let more = codes.len().saturating_sub(CODES_TOLD);
            let more = if more == 0 { String::new() } else { format!(" and {more} more") };
            format!(
                "{} ({}{more})",
                if codes.len() == 1 { "1 partner".to_owned() } else { format!("{} partners", codes.len()) },
                first.join(", ")
            )
        };
        let kept = (!self.kept.is_empty())
            .then(|| format!("the status of {} was decided at the desk and stays, whatever the file says", told(&self.kept)));
        let busy = (!self.busy.is_empty()).then(|| {
            format!(
                "{} are suspended or gone by this file and have open leads or registrations, which stay as they are: \
                 `pilothouse partner suspend` or `offboard` moves and holds them",
                told(&self.busy)
            )
        });
        kept.into_iter().chain(busy).collect()
    }
}

/// A record that is known by a code and may belong to another.
trait Coded: Clone + PartialEq + Send + 'static {
    type Id: Copy + Send;
    const WORD: &'static str;
    fn code(&self) -> &Text;
    fn belongs(&mut self, to: Option<Self::Id>);
    fn command(batch: Vec<Self>) -> Command;
    /// The records as they are taken over: what was decided here stays.
    async fn settled(_app: &App, records: Vec<Self>, _settled: &mut Settled) -> Result<Vec<Self>, ImportError> {
        Ok(records)
    }
    /// What the database holds under these codes.
    async fn known(app: &App, codes: &[Text]) -> Result<Vec<(Self::Id, Self)>, ImportError>;
}

impl Coded for Profile {
    type Id = crate::domain::id::PartnerId;
    const WORD: &'static str = "partner";

    fn code(&self) -> &Text {
        &self.code
    }

    fn belongs(&mut self, to: Option<Self::Id>) {
        self.parent = to;
    }

    fn command(batch: Vec<Self>) -> Command {
        Command::Partners(batch)
    }

    async fn settled(app: &App, records: Vec<Self>, settled: &mut Settled) -> Result<Vec<Self>, ImportError> {
        let mut session = app.db().read().await?;
        let known: HashMap<Text, Partner> =
            session.partners().await?.into_iter().map(|partner| (partner.profile.code.clone(), partner)).collect();
        let mut out = Vec::with_capacity(records.len());
        for record in records {
            let Some(partner) = known.get(&record.code).filter(|partner| partner.profile.status != record.status) else {
                out.push(record);
                continue;
            };
            if partner.is_decided() {
                settled.kept.push(record.code.clone());
            } else if partner.profile.is_active() && record.status.is_shut_out() {
                let has_work = !session.leads_at(partner.id).await?.is_empty() || !session.deals_open_of(partner.id).await?.is_empty();
                settled.busy.extend(has_work.then(|| record.code.clone()));
            }
            out.push(partner.restated(&record));
        }
        Ok(out)
    }

    async fn known(app: &App, codes: &[Text]) -> Result<Vec<(Self::Id, Self)>, ImportError> {
        let wanted: HashSet<&Text> = codes.iter().collect();
        let partners = app.db().read().await?.partners().await?;
        Ok(partners
            .into_iter()
            .filter(|partner| wanted.contains(&partner.profile.code))
            .map(|partner| (partner.id, partner.profile))
            .collect())
    }
}

impl Coded for AccountProfile {
    type Id = crate::domain::id::AccountId;
    const WORD: &'static str = "account";

    fn code(&self) -> &Text {
        &self.code
    }

    fn belongs(&mut self, to: Option<Self::Id>) {
        self.parent = to;
    }

    fn command(batch: Vec<Self>) -> Command {
        Command::Accounts(batch)
    }

    async fn known(app: &App, codes: &[Text]) -> Result<Vec<(Self::Id, Self)>, ImportError> {
        let accounts = app.db().read().await?.accounts_by_code(codes).await?;
        Ok(accounts.into_iter().flatten().map(|account| (account.id, account.profile)).collect())
    }
}

/// Records everything, parents first. A parent that is nowhere is told, and its child belongs to nobody.
async fn record<T: Coded>(
    app: &App,
    actor: OperatorId,
    rows: Vec<(T, Text)>,
    pass: Pass,
    warnings: &mut Vec<String>,
) -> Result<Counts, ImportError> {
    let mut counts = Counts::default();
    let codes: HashSet<Text> = rows.iter().map(|(record, _)| record.code().clone()).collect();
    let mut settled = Settled::default();
    let (mut ids, mut unknown): (HashMap<Text, T::Id>, BTreeMap<Text, u64>) = (HashMap::new(), BTreeMap::new());
    let mut waiting = rows;
    while !waiting.is_empty() {
        let pending: HashSet<Text> = waiting.iter().map(|(record, _)| record.code().clone()).collect();
        let (mut ready, mut later): (Vec<_>, Vec<_>) =
            waiting.into_iter().partition(|(record, parent)| parent.is_empty() || parent == record.code() || !pending.contains(parent));
        // A ring of parents: whoever is left belongs to nobody rather than to each other.
        if ready.is_empty() {
            warnings.push(format!("{} {}s name each other as parents in a ring; they were taken over without", later.len(), T::WORD));
            ready = later.drain(..).map(|(record, _)| (record, Text::default())).collect();
        }
        for batch in ready.chunks(BATCH_ROWS) {
            parents_found(app, batch, &mut ids).await?;
            let records: Vec<T> = batch
                .iter()
                .map(|(record, parent)| {
                    let mut record = record.clone();
                    let found = ids.get(parent).copied();
                    // In a plan the parents of this file have no number yet, and that is no mistake.
                    if !parent.is_empty() && found.is_none() && !codes.contains(parent) {
                        *unknown.entry(parent.clone()).or_default() += 1;
                    }
                    record.belongs(found);
                    record
                })
                .collect();
            let records = T::settled(app, records, &mut settled).await?;
            counts.add(&compared(app, &records).await?);
            if pass == Pass::Carry {
                app.execute(actor, app.request(T::command(records))).await?;
            }
        }
        waiting = later;
    }
    warnings.extend(settled.warnings());
    for (parent, children) in unknown {
        warnings
            .push(format!("there is no {} with the code `{parent}`; {children} that name it as parent were taken over without", T::WORD));
    }
    Ok(counts)
}

async fn parents_found<T: Coded>(app: &App, batch: &[(T, Text)], ids: &mut HashMap<Text, T::Id>) -> Result<(), ImportError> {
    let mut missing: Vec<Text> =
        batch.iter().map(|(_, parent)| parent).filter(|parent| !parent.is_empty() && !ids.contains_key(*parent)).cloned().collect();
    missing.sort_unstable();
    missing.dedup();
    if !missing.is_empty() {
        ids.extend(T::known(app, &missing).await?.into_iter().map(|(id, record)| (record.code().clone(), id)));
    }
    Ok(())
}

/// What recording these brings, compared with what is there. A code that comes twice is the same record changed.
async fn compared<T: Coded>(app: &App, records: &[T]) -> Result<Counts, ImportError> {
    let codes: Vec<Text> = records.iter().map(|record| record.code().clone()).collect();
    let known = T::known(app, &codes).await?;
    let mut current: HashMap<Text, T> = known.into_iter().map(|(_, record)| (record.code().clone(), record)).collect();
    let mut counts = Counts::default();
    for record in records {
        match current.insert(record.code().clone(), record.clone()) {
            None => counts.created += 1,
            Some(before) if before == *record => counts.known += 1,
            Some(_) => counts.changed += 1,
        }
    }
    Ok(counts)
}
