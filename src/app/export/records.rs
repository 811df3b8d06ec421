//! The records of a room out, page by page.

use super::{Format, Writer};
use crate::{
    app::{App, Failure},
    domain::{
        filter::{Context, Filter},
        page::{From, PageRequest},
        text::Text,
    },
    store::{Listing, Session},
};
use serde_json::Value;
use std::{
    collections::HashMap,
    io::{self, Write},
};

/// Records read at a time.
const PAGE_ROWS: u32 = 1_000;

#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    #[error(transparent)]
    Failure(#[from] Failure),
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl std::convert::From<crate::store::Error> for ExportError {
    fn from(error: crate::store::Error) -> Self {
        Self::Failure(error.into())
    }
}

/// A room whose records can be exported.
pub trait Exported: Listing {
    const COLUMNS: &'static [&'static str];
    /// The order in which the newest stands first.
    const NEWEST: Self::Sort;
    type Record;

    /// The records in the order asked for.
    fn read(session: &mut Session, ids: &[Self::Id]) -> impl Future<Output = Result<Vec<Self::Record>, Failure>> + Send;
    /// In the order of the columns.
    fn cells(record: &Self::Record, names: &Names) -> Vec<Value>;
}

/// The records that pass a filter, newest first, all as they stood at one moment. Says how many there were.
pub async fn records<L: Exported, W: Write>(
    app: &App,
    filter: Option<&Filter<L>>,
    context: &Context<'_, L>,
    format: Format,
    out: W,
) -> Result<u64, ExportError> {
    let mut writer = Writer::new(out, format, L::COLUMNS)?;
    let mut session = app.db().snapshot().await?;
    let names = Names::read(&mut session).await?;
    let mut from = From::Start;
    loop {
        let request = PageRequest {
            queue: L::EVERYTHING,
            filter: filter.cloned(),
            sort: L::NEWEST,
            me: context.me,
            now: context.now,
            from,
            limit: PAGE_ROWS,
        };
        let page = session.page(&request, context).await?;
        let ids: Vec<L::Id> = page.rows.iter().map(|(cursor, _)| cursor.id).collect();
        for record in L::read(&mut session, &ids).await? {
            writer.row(&L::cells(&record, &names))?;
        }
        match page.rows.last() {
            Some((cursor, _)) if page.more_after => from = From::After(cursor.clone()),
            _ => return Ok(writer.finish()?),
        }
    }
}

/// The names that a record refers to by number.
pub struct Names {
    pub partners: HashMap<i64, Text>,
    /// Of partners too.
    pub codes: HashMap<i64, Text>,
    pub operators: HashMap<i64, Text>,
}

impl Names {
    pub async fn read(session: &mut Session) -> Result<Self, ExportError> {
        let all = session.partners().await?;
        let codes = all.iter().map(|partner| (partner.id.0, partner.profile.code.clone())).collect();
        let partners = all.into_iter().map(|partner| (partner.id.0, partner.profile.name)).collect();
        let operators = session.operators().await?.into_iter().map(|operator| (operator.id.0, operator.name)).collect();
        Ok(Self { partners, codes, operators })
    }
}
