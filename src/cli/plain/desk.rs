//! What the plain mode needs to know of a desk: its news, and how its records and events are told.

use crate::{
    app::{App, Failure, view::Viewer},
    domain::{filter::Filter, id::AuditSeq, page::Count, search, text::Text, time::Instant, told::Names},
    store::unit::Past,
    tui::{console::Supply, furniture::Tab as _},
};
use chrono_tz::Tz;
use serde_json::Value;
use std::{collections::BTreeSet, future::Future};

/// One line, in words and as JSON.
pub struct Line {
    pub text: String,
    pub json: Value,
}

/// A desk that can be followed.
pub trait Desk: Supply {
    /// Events with all that is needed to tell them.
    type News: Send + Sync;
    /// What the customer's name is called in JSON.
    const WHO: &'static str;

    fn news(app: &App, since: AuditSeq) -> impl Future<Output = Result<Self::News, Failure>>;
    fn happened(news: &Self::News) -> &[Past];
    fn mentioned(news: &Self::News) -> &Names;
    /// The records that the news are about.
    fn touched(news: &Self::News) -> Vec<Self::Id>;
    /// Those that one event is about.
    fn about(past: &Past, news: &Self::News) -> Vec<Self::Id>;
    /// Which of them stand in the queue and pass the filter now.
    fn among(
        app: &App,
        ids: &[Self::Id],
        queue: Self::Queue,
        filter: &Filter<Self::Filters>,
        viewer: &Viewer<Self::Id>,
    ) -> impl Future<Output = Result<BTreeSet<Self::Id>, Failure>>;

    /// A line of the queue.
    fn line(row: &Self::Row, now: Instant, zone: Tz) -> Line;
    /// Who the customer is.
    fn who(record: Self::Id, news: &Self::News) -> Text;
    /// `Lead 12 Acme GmbH`: a reader would spell `L-12`.
    fn spoken_name(record: Self::Id, who: &Text) -> String;
    /// An event of this desk with whoever did it; nothing for any other. The text of a note stays out: these lines may end
    /// up in a log.
    fn spoken(past: &Past, news: &Self::News, actor: &Text) -> Option<String>;
}

/// The queue of a name.
pub fn queue<T: Desk>(name: &str) -> Result<T::Queue, String> {
    let wanted = search::slug(name);
    T::Queue::ALL.iter().copied().find(|queue| search::slug(queue.title()) == wanted).ok_or_else(|| {
        let names: Vec<_> = T::Queue::ALL.iter().map(|queue| search::slug(queue.title())).collect();
        format!("`{name}` is no queue of {}; the queues are {}", T::TITLE.to_lowercase(), names.join(", "))
    })
}

pub fn many(count: Count) -> String {
    if count.at_least { format!("more than {}", count.n) } else { count.n.to_string() }
}

/// `overdue for acceptance since 12:00, by 2h`; `due 14:00, in 3h`.
pub fn due(due: Instant, purpose: &str, now: Instant, zone: Tz) -> String {
    let moment = crate::tui::furniture::words::moment(due, now, zone);
    if due < now {
        format!("overdue{purpose} since {moment}, by {}", now.since(due).to_words_in_minutes())
    } else {
        format!("due{purpose} {moment}, in {}", due.since(now).to_words_in_minutes())
    }
}
