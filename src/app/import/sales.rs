//! Our own point-of-sale lines from a file: who sold what to whom. They decide who is the incumbent in a conflict, so each
//! has to belong to one of our accounts for certain.

use super::{
    Job, Pass,
    deals::Resolver,
    decode::{Decoder, Record, SaleRecord},
    door::Door,
    reader,
    report::{Counts, ImportError, Report},
    source::{Reject, Row},
};
use crate::{
    app::{App, Command, deal::customers::CustomerMatch},
    domain::{
        deal::{Details, SaleLine},
        id::{OperatorId, PartnerId},
        problem::quoted,
        text::Text,
    },
};
use std::collections::HashMap;

/// Lines a transaction.
const BATCH_ROWS: usize = 2_048;

/// Records the lines of a file, or says what that would bring.
pub async fn import(
    app: &App,
    actor: OperatorId,
    job: Job,
    pass: Pass,
    progress: &mut (dyn FnMut(&Counts) + Send),
) -> Result<Report, ImportError> {
    let resolver = Resolver::new(app.rules().await?, app.customers().await?, app.now());
    let door = Door::of(app, pass).await?;
    let (job, mut report) = job.begin(pass);
    let mut keys = Keys::default();
    let prepare = move |decoder: &Decoder, row: &Row, record| match record {
        Record::Sale(sale) => line(&resolver, &mut keys, decoder, row, &sale),
        _ => Err(row.reject(None, "is not a sale")),
    };
    let mut batches = reader::batches(job, BATCH_ROWS, prepare);
    while let Some(batch) = batches.next(&mut report).await? {
        let lines = batch.len() as u64;
        if lines > 0 {
            let outcome = door.execute(app, actor, Command::Sales(batch)).await?;
            let known = outcome.known as u64;
            report.counts.known += known;
            report.counts.created += lines.saturating_sub(known);
        }
        progress(&report.counts);
    }
    Ok(report)
}

fn line(resolver: &Resolver, keys: &mut Keys, decoder: &Decoder, row: &Row, sale: &SaleRecord) -> Result<SaleLine, Reject> {
    let partner = resolver.partner(decoder, row, &sale.partner)?;
    let details = Details { customer: sale.customer.clone(), ..Details::default() };
    let no_account = |why: &str| {
        let reason = format!("{} {why}, and a sale has to belong to one", quoted(&sale.customer.name));
        Err(decoder.reject(row, "customer", reason))
    };
    let customer = match resolver.customer(&details) {
        CustomerMatch::Link(link) => link,
        CustomerMatch::Review(_) => return no_account("resembles more than one account, or one too little"),
        CustomerMatch::New => return no_account("is none of our accounts"),
    };
    let source_key = keys.of(decoder, partner, sale);
    Ok(SaleLine { source_key, partner, customer, on: sale.on, amount: sale.amount })
}

/// Makes the keys of lines. Lines without an identifier are known by their content and by how many like it came before in
/// the file: two equal sales on one day are two sales, and the same file again brings neither.
#[derive(Default)]
struct Keys(HashMap<String, u32>);

impl Keys {
    fn of(&mut self, decoder: &Decoder, partner: PartnerId, sale: &SaleRecord) -> Text {
        let mapping = decoder.mapping();
        let partner = partner.to_string();
        if !sale.id.is_empty() {
            let own = mapping.own(&sale.id);
            let id = if mapping.id_per_partner { format!("{partner}/{own}") } else { own };
            return Text::clean(&format!("{}:{id}", mapping.system));
        }
        let customer = &sale.customer;
        let content =
            [&*partner, &customer.name, &customer.city, &sale.product, &sale.on.to_string(), &sale.amount.to_string()].join("\u{1f}");
        let hash = blake3::hash(content.as_bytes()).to_hex()[..32].to_owned();
        let before = self.0.entry(hash.clone()).or_default();
        *before += 1;
        Text::clean(&format!("{}:{hash}-{before}", mapping.system))
    }
}
