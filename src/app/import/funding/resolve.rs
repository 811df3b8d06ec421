//! What a file calls a fund, a partner, a request or an operator, found in ours.

use crate::{
    app::{
        App, ClaimDraft, Command, DraftSource, Failure, RequestDraft,
        import::{
            decode::{ClaimRecord, Decoder, PastRecord, RequestRecord},
            mapping::Mapping,
            partners::Partners,
            source::{Reject, Row},
        },
    },
    domain::{
        id::{FundId, OperatorId, RequestId},
        mdf::{
            CostShare,
            claim::{Content, Invoice},
            request::{Plan, Request},
        },
        money::Money,
        nearest::nearest,
        problem::quoted,
        program::Program,
        search,
        text::Text,
        time::Instant,
    },
};
use chrono::NaiveDate;
use futures::future::BoxFuture;
use std::{collections::HashMap, sync::Arc};

/// A row whose words were found, before its request was looked up.
pub struct Ready {
    pub line: u64,
    pub key: Text,
    pub what: What,
    pub past: Option<Story>,
}

pub enum What {
    Request(Box<RequestDraft>),
    Claim(Box<ClaimRecord>, Wanted),
}

/// The request that a claim names.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Wanted {
    Number(RequestId),
    Key(Text),
}

/// What a row makes.
#[derive(Debug, Clone)]
pub enum Drafted {
    Request(RequestDraft),
    Claim(ClaimDraft),
}

/// What happened to a record where it comes from, in order.
#[derive(Debug, Clone, PartialEq)]
pub struct Story {
    pub submitted_at: Instant,
    pub decided: Option<Decided>,
    pub paid: Option<Paid>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Decided {
    pub at: Instant,
    pub by: OperatorId,
    pub verdict: Verdict,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Verdict {
    /// So much of it, or all.
    Approved(Option<Money>),
    Rejected,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Paid {
    pub at: Instant,
    pub by: OperatorId,
    pub amount: Option<Money>,
    pub reference: Text,
}

/// Everything of ours that a file's words are compared with, as it was when the import began.
pub struct Resolver {
    partners: Partners,
    funds: HashMap<String, Option<FundId>>,
    people: Vec<(Text, OperatorId)>,
    program: Arc<Program>,
    now: Instant,
}

impl Resolver {
    pub fn new(app: &App) -> BoxFuture<'_, Result<Self, Failure>> {
        Box::pin(async move {
            let rules = app.rules().await?;
            let mut funds: HashMap<String, Option<FundId>> = HashMap::new();
            let mut session = app.db().read().await?;
            // Of all times: what is told of the past asked funds that are over.
            for line in session.fund_lines(NaiveDate::default()).await? {
                let fund = &line.fund;
                let (id, terms) = (fund.id, &fund.terms);
                for called in [id.to_string(), terms.source_key.to_string(), terms.name.to_string()] {
                    // Whoever writes a name that two funds have is asked for the number.
                    let slug = search::slug(&called);
                    funds.entry(slug).and_modify(|one| *one = one.filter(|one| *one == id)).or_insert(Some(id));
                }
            }
            let people = session.operators().await?.into_iter().map(|one| (one.name, one.id)).collect();
            let policy = rules.program().matching.policy();
            Ok(Self { partners: Partners::of(&rules, &policy), funds, people, program: Arc::clone(rules.program()), now: app.now() })
        })
    }

    pub fn request(&self, decoder: &Decoder, row: &Row, record: RequestRecord) -> Result<Ready, Reject> {
        let partner = self.partners.find(&record.partner).map_err(|why| decoder.reject(row, "partner", why))?;
        let fund = self.fund(&record.fund).map_err(|why| decoder.reject(row, "fund", why))?;
        let category = self.category(&record.category);
        let share = self.program.mdf.most_share(&category);
        let past = self.story(decoder, row, &record.id, &record.past)?;
        let key = key(decoder.mapping(), &record.id);
        let plan = Plan {
            source_key: key.clone(),
            title: record.title,
            category,
            country: record.country,
            starts_on: record.starts_on,
            ends_on: record.ends_on,
            cost: record.cost.unwrap_or_else(|| whole(record.asked, share)),
            share,
            asked: record.asked,
        };
        let submit = record.submit || past.is_some();
        let what = What::Request(Box::new(RequestDraft { fund, partner, plan, submit }));
        Ok(Ready { line: row.line, key, what, past })
    }

    pub fn claim(&self, decoder: &Decoder, row: &Row, record: ClaimRecord) -> Result<Ready, Reject> {
        let past = self.story(decoder, row, &record.id, &record.past)?;
        let mapping = decoder.mapping();
        let wanted = record.request.trim().parse().map_or_else(|_| Wanted::Key(key(mapping, &record.request)), Wanted::Number);
        let key = key(mapping, &record.id);
        Ok(Ready { line: row.line, key, what: What::Claim(Box::new(record), wanted), past })
    }

    fn fund(&self, written: &Text) -> Result<FundId, String> {
        match self.funds.get(&search::slug(written)) {
            Some(Some(id)) => Ok(*id),
            Some(None) => Err(format!("{} is the name of more than one fund; write its number", quoted(written))),
            None => {
                let near = nearest(&search::slug(written), self.funds.keys().map(String::as_str)).map(str::to_owned);
                let hint = near.map_or_else(|| "open the funds first".to_owned(), |near| format!("did you mean {near}?"));
                Err(format!("there is no fund {}; {hint}", quoted(written)))
            }
        }
    }

    /// As the program writes it; as it stands where the program has no such category.
    fn category(&self, written: &Text) -> Text {
        let squeezed = search::squeezed(written);
        let ours = self.program.mdf.categories.iter().find(|ours| search::squeezed(&ours.name) == squeezed);
        ours.map_or_else(|| written.clone(), |ours| ours.name.clone())
    }

    fn operator(&self, written: &Text, field: &str, when: &str) -> Result<OperatorId, String> {
        if written.is_empty() {
            return Err(format!("`{field}` is missing: {when} needs the operator who did it"));
        }
        let wanted = written.to_lowercase();
        let known = self.people.iter().find(|(name, _)| name.to_lowercase() == wanted);
        known.map(|(_, id)| *id).ok_or_else(|| {
            format!(
                "{} is no operator; for somebody who has left: pilothouse operator add NAME --role approver --inactive",
                quoted(written)
            )
        })
    }

    /// What happened, in order and not in the future.
    fn story(&self, decoder: &Decoder, row: &Row, id: &Text, past: &PastRecord) -> Result<Option<Story>, Reject> {
        let reject = |field: &str, why: String| decoder.reject(row, field, why);
        let decided = match (past.approved_at, past.rejected_at) {
            (Some(_), Some(_)) => {
                return Err(reject("rejected_at", "it was approved and rejected; the last decision counts, so leave the other out".into()));
            }
            (Some(at), None) => Some(("approved_at", at, Verdict::Approved(past.approved))),
            (None, Some(at)) => Some(("rejected_at", at, Verdict::Rejected)),
            (None, None) => None,
        };
        let Some(submitted_at) = past.submitted_at.or(decided.map(|(_, at, _)| at)) else {
            return match past.paid_at {
                Some(_) => Err(reject("paid_at", "it was paid and never approved".into())),
                None => Ok(None),
            };
        };
        let mut last = ("submitted_at", submitted_at);
        for (field, at) in [decided.map(|(field, at, _)| (field, at)), past.paid_at.map(|at| ("paid_at", at))].into_iter().flatten() {
            if at < last.1 {
                return Err(reject(field, format!("`{field}` lies before `{}`", last.0)));
            }
            last = (field, at);
        }
        if last.1 > self.now {
            return Err(reject(last.0, format!("`{}` lies in the future", last.0)));
        }
        let decided = match decided {
            Some((field, at, verdict)) => {
                let by = self.operator(&past.decided_by, "decided_by", field).map_err(|why| reject("decided_by", why))?;
                Some(Decided { at, by, verdict })
            }
            None => None,
        };
        let paid = match past.paid_at {
            Some(_) if !matches!(decided, Some(Decided { verdict: Verdict::Approved(_), .. })) => {
                return Err(reject("paid_at", "it was paid and never approved".into()));
            }
            Some(at) => {
                let by = self.operator(&past.paid_by, "paid_by", "paid_at").map_err(|why| reject("paid_by", why))?;
                let reference = if past.reference.is_empty() { id.clone() } else { past.reference.clone() };
                Some(Paid { at, by, amount: past.paid, reference })
            }
            None => None,
        };
        Ok(Some(Story { submitted_at, decided, paid }))
    }
}

impl Ready {
    /// What the row makes; a claim on one of these requests.
    pub fn drafted(&self, requests: &HashMap<Wanted, Request>) -> Result<Drafted, String> {
        match &self.what {
            What::Request(draft) => Ok(Drafted::Request((**draft).clone())),
            What::Claim(record, wanted) => {
                let request = requests.get(wanted).ok_or_else(|| format!("there is no {wanted}; import its request first"))?;
                Ok(Drafted::Claim(ClaimDraft { request: request.id, content: content(&self.key, record, request), submit: self.submits() }))
            }
        }
    }

    pub fn submits(&self) -> bool {
        match &self.what {
            What::Request(draft) => draft.submit,
            What::Claim(record, _) => record.submit || self.past.is_some(),
        }
    }
}

impl std::fmt::Display for Wanted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Number(id) => write!(f, "request {id}"),
            Self::Key(key) => write!(f, "request with the key {key}"),
        }
    }
}

impl Drafted {
    /// The same, kept as a draft.
    pub fn unsubmitted(mut self) -> Self {
        match &mut self {
            Self::Request(draft) => draft.submit = false,
            Self::Claim(draft) => draft.submit = false,
        }
        self
    }

    pub const fn submits(&self) -> bool {
        match self {
            Self::Request(draft) => draft.submit,
            Self::Claim(draft) => draft.submit,
        }
    }
}

/// One command that makes all of these, of which a file has only one kind.
pub fn command(drafts: &[Drafted]) -> Command {
    let (mut requests, mut claims) = (Vec::new(), Vec::new());
    for draft in drafts {
        match draft {
            Drafted::Request(draft) => requests.push(draft.clone()),
            Drafted::Claim(draft) => claims.push(draft.clone()),
        }
    }
    if claims.is_empty() {
        Command::DraftRequests { drafts: requests, source: DraftSource::Import }
    } else {
        Command::DraftClaims { drafts: claims, source: DraftSource::Import }
    }
}

/// Identifies the record for good.
fn key(mapping: &Mapping, id: &Text) -> Text {
    let id = mapping.own(id.trim());
    Text::clean(&if mapping.id_is_key { id } else { format!("{}:{id}", mapping.system) })
}

/// The smallest cost of which `asked` is our full share.
fn whole(asked: Money, share: CostShare) -> Money {
    let (ours, all) = (i128::from(share.maker), i128::from(share.maker) + i128::from(share.partner) + i128::from(share.distributor));
    if ours == 0 {
        return asked;
    }
    let minor = (i128::from(asked.minor) * all + ours - 1) / ours;
    Money::new(i64::try_from(minor).unwrap_or(i64::MAX), asked.currency)
}

fn content(key: &Text, record: &ClaimRecord, request: &Request) -> Content {
    let plan = &request.plan;
    let cost = record.cost.unwrap_or_else(|| whole(record.asked, plan.share));
    let performed_to = record.performed_to.unwrap_or(plan.ends_on);
    let invoice = (!record.invoice.is_empty()).then(|| Invoice {
        number: record.invoice.clone(),
        vendor: record.vendor.clone(),
        dated: record.invoiced_on.unwrap_or(performed_to),
        amount: cost,
    });
    Content {
        source_key: key.clone(),
        performed_from: record.performed_from.unwrap_or(plan.starts_on),
        performed_to,
        invoices: invoice.into_iter().collect(),
        cost,
        asked: record.asked,
        documents: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cost_is_the_smallest_of_which_the_share_is_asked() {
        let eur = |minor| Money::new(minor, "EUR".parse().expect("a currency"));
        let thirds = CostShare { maker: 1, partner: 1, distributor: 1 };
        for (asked, share, cost) in
            [(5_000, CostShare::HALF, 10_000), (100, thirds, 300), (1, CostShare { maker: 75, partner: 25, distributor: 0 }, 2)]
        {
            assert_eq!(whole(eur(asked), share), eur(cost));
            let split = share.split(whole(eur(asked), share)).expect("a share");
            assert!(split.maker.minor >= asked, "{split:?}");
        }
    }
}
