//! Our own point-of-sale lines from a file: who sold what, when and for how much. Each is recorded, known already, or waits for
//! a person; only a row that is no line at all is rejected.

use super::{
    Job, Pass,
    decode::{Decoder, Record, SaleRecord},
    door::Door,
    reader,
    report::{Counts, ImportError, REJECTS_TOLD_MAX, RESTATED_TOLD_MAX, Report, Restates},
    source::Row,
};
use crate::{
    app::{
        App, Command, Rules,
        pos::{Incoming, Judge, Known, LinesDone},
        tier::evaluate::last_quarter,
    },
    domain::{
        day::local_date,
        id::{CorrectionId, OperatorId, PartnerId},
        money::Currency,
        pos::Entry,
        text::Text,
        tier::{Quarter, evaluation::AuditKind, rules::Audits},
    },
};
use chrono::NaiveDate;
use futures::future::BoxFuture;
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

/// Lines a transaction. Other writers wait for the length of one, about a tenth of a second.
pub const BATCH_ROWS: usize = 4_096;

/// Records the lines of a file, or says what that would bring.
pub fn import<'a>(
    app: &'a App,
    actor: OperatorId,
    job: Job,
    pass: Pass,
    progress: &'a mut (dyn FnMut(&Counts) + Send),
) -> BoxFuture<'a, Result<Report, ImportError>> {
    Box::pin(async move {
        let rules = app.rules().await?;
        let program = rules.program();
        let file = job.path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
        let mut desk = Desk {
            judge: app.judge().await?,
            keys: Keys::default(),
            file: Arc::new(Text::clean(&file)),
            today: local_date(app.now(), program.zone),
            currency: program.currency,
        };
        let door = Door::of(app, pass).await?;
        let (job, mut report) = job.begin(pass);
        let prepare = move |decoder: &Decoder, row: &Row, record| match record {
            Record::Sale(sale) => Ok(desk.incoming(decoder, row, *sale)),
            _ => Err(row.reject(None, "is not a sale")),
        };
        let mut restated = BTreeSet::new();
        let mut batches = reader::batches(job, BATCH_ROWS, prepare);
        while let Some(batch) = batches.next(&mut report).await? {
            if !batch.is_empty() {
                let done = door.execute(app, actor, Command::Sales(batch)).await?.lines;
                restated.extend(done.restates.iter().copied());
                count(&mut report, *done, pass);
            }
            progress(&report.counts);
        }
        report.restates = restates(&restated, &rules, app.today().await?);
        Ok(report)
    })
}

/// Whose audits are out of date by late lines, quarter by quarter, the latest first.
fn restates(restated: &BTreeSet<(Quarter, PartnerId)>, rules: &Rules, today: NaiveDate) -> Vec<Restates> {
    let program = rules.program();
    let by_engine = (program.scorecard.audits == Audits::Quarterly).then(|| last_quarter(program, today).0);
    let mut by_quarter: BTreeMap<Quarter, Vec<PartnerId>> = BTreeMap::new();
    for (quarter, partner) in restated {
        by_quarter.entry(*quarter).or_default().push(*partner);
    }
    let name = |id: &PartnerId| rules.directory().get(*id).map_or_else(|| id.to_string(), |one| one.profile.name.to_string());
    let told = |(quarter, partners): (Quarter, Vec<PartnerId>)| Restates {
        quarter: AuditKind::Quarter(quarter).code(),
        partners: partners.iter().take(RESTATED_TOLD_MAX).map(name).collect(),
        more: partners.len().saturating_sub(RESTATED_TOLD_MAX),
        by_engine: by_engine == Some(quarter),
    };
    by_quarter.into_iter().rev().map(told).collect()
}

fn count(report: &mut Report, done: LinesDone, pass: Pass) {
    report.counts.created += done.recorded as u64;
    report.counts.changed += done.restated as u64;
    report.counts.known += done.known as u64;
    report.counts.waiting += done.waiting.len() as u64;
    report.late += done.late as u64;
    let room = REJECTS_TOLD_MAX.saturating_sub(report.waiting.len());
    // What is only planned has no number yet.
    let waits = |(id, told): (CorrectionId, String)| if pass == Pass::Plan { told } else { format!("{id}, {told}") };
    report.waiting.extend(done.waiting.into_iter().take(room).map(waits));
}

/// Makes incoming lines of rows, on the reading thread.
struct Desk {
    judge: Judge,
    keys: Keys,
    file: Arc<Text>,
    today: NaiveDate,
    currency: Currency,
}

impl Desk {
    fn incoming(&mut self, decoder: &Decoder, row: &Row, sale: SaleRecord) -> Incoming {
        let SaleRecord { id, entry } = sale;
        let mapping = decoder.mapping();
        let known = self.judge.known(&entry);
        let (key, queue_key) = self.keys.of(decoder, &known, &id, &entry);
        let returns = (!entry.returns.is_empty()).then(|| Text::clean(&format!("{}:{}", mapping.system, mapping.own(&entry.returns))));
        let (line, troubles) = known.judged(&key, &entry, self.today, mapping.period);
        // What only shows among other lines, or by the rate of the day, may keep these waiting as well.
        let is_simple = troubles.is_empty() && line.is_some_and(|line| !line.is_return() && line.amount.currency == self.currency);
        let cells = if is_simple { Vec::new() } else { decoder.named_cells(row) };
        Incoming { key, queue_key, returns, entry, known, file: Arc::clone(&self.file), line: row.line, cells, period: mapping.period }
    }
}

/// Makes the keys of lines. Lines without an identifier are known by their content and by how many like it came before in
/// the file: two equal sales on one day are two sales, and the same file again brings neither.
#[derive(Default)]
struct Keys(HashMap<String, u32>);

impl Keys {
    /// The key of the line, and the one that it waits under.
    fn of(&mut self, decoder: &Decoder, known: &Known, id: &Text, entry: &Entry) -> (Text, Text) {
        let mapping = decoder.mapping();
        let partner = match &known.partner {
            Ok(partner) => partner.to_string(),
            Err(_) => entry.partner.to_string(),
        };
        if !id.is_empty() {
            let own = mapping.own(id);
            let id = if mapping.id_per_partner { format!("{partner}/{own}") } else { own };
            let key = Text::clean(&format!("{}:{id}", mapping.system));
            return (key.clone(), key);
        }
        let stated = entry.stated();
        let amount = entry.amount.value().map_or_else(|| stated.amount.to_string(), |amount| amount.to_string());
        let customer = &entry.customer;
        let content = [&*partner, &customer.name, &customer.city, &entry.product, &stated.day, &amount].join("\u{1f}");
        let key = self.counted(mapping.system.as_str(), &content);
        // Whoever the partner turns out to be, the row is the same.
        let written = crate::domain::pos::Field::ALL.map(|field| stated.get(field).as_str()).join("\u{1f}");
        let queue_key = self.counted(mapping.system.as_str(), &format!("waits\u{1f}{written}"));
        (key, queue_key)
    }

    fn counted(&mut self, system: &str, content: &str) -> Text {
        let hash = blake3::hash(content.as_bytes()).to_hex()[..32].to_owned();
        let before = self.0.entry(hash.clone()).or_default();
        *before += 1;
        Text::clean(&format!("{system}:{hash}-{before}"))
    }
}
