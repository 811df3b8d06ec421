//! The list of the tier desk: one row a partner, and one an order line that waits, with all that queues, orders and filters compare.

use super::certificate;
use crate::{
    domain::{
        filter::{Context, Filter, Op},
        id::{CorrectionId, PartnerId, StandingId},
        partner::Partner,
        pos::Correction,
        search,
        tier::{
            Outcome, Score,
            board::LastFound,
            desk::{DeskId, DeskLine, WaitingLine},
            fields::{Field, Flag, Tiers},
            queue::{Kpis, Queue, SOON, Sort, TierLine},
            standing::{Proposal, Standing},
        },
    },
    store::{
        Session, Sql, Tx,
        columns::{NOT_DUE, due_key, searched},
        error::Result,
        filter::{Column, Columns, Known, always, between, interval, marked, mine, perhaps},
        page::{Listing, Order, name_in},
        sql::Arg,
    },
};
use std::collections::HashMap;

const INSERT: (&str, usize) = (
    "insert into tier_line (id, updated_at, name_words, code, tier_code, status, kind, country, outcome, earned_code, score_key, \
     proposal, promotes, plan_due_at, falls_at, is_near, owner, due_key, search)",
    19,
);
/// What the partner itself states.
const PARTNER_SET: &str = "on conflict (id) do update set updated_at = excluded.updated_at, name_words = excluded.name_words, \
    code = excluded.code, tier_code = excluded.tier_code, status = excluded.status, kind = excluded.kind, country = excluded.country, \
    search = excluded.search";
/// How it stands.
const STANDING_SET: &str = "on conflict (id) do update set updated_at = excluded.updated_at, outcome = excluded.outcome, \
    earned_code = excluded.earned_code, score_key = excluded.score_key, proposal = excluded.proposal, promotes = excluded.promotes, \
    plan_due_at = excluded.plan_due_at, falls_at = excluded.falls_at, is_near = excluded.is_near, owner = excluded.owner, \
    due_key = excluded.due_key";
/// A line that waits has nothing of a partner but its name; `reason` came with the fourteenth migration, and partners before it.
const INSERT_WAITING: (&str, usize) = (
    "insert into tier_line (id, updated_at, name_words, code, tier_code, status, kind, outcome, earned_code, score_key, proposal, promotes, \
     is_near, due_key, search, reason)",
    16,
);
const WAITING_SET: &str = "on conflict (id) do update set updated_at = excluded.updated_at, name_words = excluded.name_words, \
    code = excluded.code, search = excluded.search, reason = excluded.reason";
const ALL_STANDINGS: &str = "select id from tier_standing order by id";
/// Those in the program, as the board counts them; [`Profile::is_audited`] as SQL.
const BY_TIER: &str = "select tier_code, count(*) from tier_line where id > 0 and status in ('active', 'suspended') and kind <> 'direct' \
    group by tier_code";
const LAST_FOUND: &str = "select tier_code, earned_code, outcome, score_key, is_near from tier_line \
    where id > 0 and status in ('active', 'suspended') and kind <> 'direct'";
const FIGURES: &str = "select cast(coalesce(sum(case when outcome <> '' then 1 else 0 end), 0) as bigint), \
    cast(coalesce(sum(case when outcome <> '' and earned_code = tier_code then 1 else 0 end), 0) as bigint), \
    cast(coalesce(sum(case when proposal in ('proposed', 'deferred') then 1 else 0 end), 0) as bigint) from tier_line \
    where status in ('active', 'suspended') and kind <> 'direct'";
const WAITING: &str = "select count(*) from correction where state = 'open'";
const PARTNERS: &str = "select coalesce(max(id), 0) from tier_line where id > 0";
pub const STATEMENTS: &[&str] = &[ALL_STANDINGS, BY_TIER, LAST_FOUND, FIGURES, WAITING, PARTNERS];

/// How many rows are taken out at once.
const OVER_MAX: usize = 500;

/// What comes first.
const DUE: &str = "tier_line.due_key";
/// A score below every other.
const NO_SCORE: i64 = -1;

impl Columns for Tiers {
    const TABLE: &'static str = "tier_line";
    const SEARCH: &'static str = "tier_line.search";
    const WORDS: &'static [Field] = &[Field::Name];
    const COUNTRY: Field = Field::Country;

    fn column(field: Field) -> Column {
        match field {
            Field::Id => always("tier_line.id"),
            Field::Name => always("tier_line.name_words"),
            Field::Code => always("tier_line.code"),
            Field::Tier => always("tier_line.tier_code"),
            Field::Earned => always("tier_line.earned_code"),
            Field::Outcome => always("tier_line.outcome"),
            Field::Proposal => always("tier_line.proposal"),
            Field::Score => always("tier_line.score_key"),
            Field::Status => always("tier_line.status"),
            Field::Kind => always("tier_line.kind"),
            Field::Country => perhaps("tier_line.country"),
            Field::Owner => perhaps("tier_line.owner").operator_name(),
            Field::Falls => perhaps("tier_line.falls_at"),
            Field::Plan => perhaps("tier_line.plan_due_at"),
            Field::Reason => always("tier_line.reason"),
            Field::Updated => always("tier_line.updated_at"),
        }
    }

    fn special(sql: &mut Sql, term: &Filter<Tiers>, context: &Context<'_, Tiers>) -> bool {
        match term {
            Filter::Is(Flag::Mine) => mine(sql, "tier_line.owner", context),
            Filter::Is(Flag::Marked) => marked(sql, context),
            Filter::Is(Flag::Near) => drop(sql.push("tier_line.is_near = 1")),
            Filter::Is(Flag::Planned) => drop(sql.push("tier_line.plan_due_at is not null")),
            Filter::Is(Flag::Audited) => drop(sql.push("tier_line.outcome <> ''")),
            Filter::Has(Field::Score) => drop(sql.push("tier_line.score_key <> -1")),
            Filter::Has(Field::Outcome | Field::Earned) => drop(sql.push("tier_line.outcome <> ''")),
            Filter::Has(Field::Reason) => drop(sql.push("tier_line.reason <> ''")),
            Filter::Has(Field::Proposal) => drop(sql.push("tier_line.proposal <> ''")),
            Filter::Number { field: Field::Score, op, value } => whole_points(sql, *op, *value),
            Filter::Time { field: field @ (Field::Falls | Field::Plan), op, when } => {
                let column = if *field == Field::Falls { "tier_line.falls_at" } else { "tier_line.plan_due_at" };
                between(sql, column, Known::NotNull, interval::<Tiers>(*field, *op, *when, context));
            }
            _ => return false,
        }
        true
    }
}

/// Compares whole points, what is less than one cut off.
fn whole_points(sql: &mut Sql, op: Op, value: i64) {
    let (first, next) = (value.saturating_mul(100), value.saturating_add(1).saturating_mul(100));
    sql.push("(tier_line.score_key <> -1");
    match op {
        Op::Eq => sql.push(" and tier_line.score_key >= ").push_bind(first).push(" and tier_line.score_key < ").push_bind(next),
        Op::Lt => sql.push(" and tier_line.score_key < ").push_bind(first),
        Op::Le => sql.push(" and tier_line.score_key < ").push_bind(next),
        Op::Gt => sql.push(" and tier_line.score_key >= ").push_bind(next),
        Op::Ge => sql.push(" and tier_line.score_key >= ").push_bind(first),
    };
    sql.push(")");
}

impl Listing for Tiers {
    type Queue = Queue;
    type Sort = Sort;
    type Row = DeskLine;
    const EVERYTHING: Queue = Queue::All;
    /// Partners are numbered without gaps; lines that wait stand in a queue of their own.
    const TOTAL: Option<&'static str> = Some(PARTNERS);

    fn order(sort: Sort) -> Order {
        let (column, is_words, falls) = match sort {
            Sort::Due => (DUE, false, false),
            Sort::Score => ("tier_line.score_key", false, true),
            Sort::Name => ("tier_line.name_words", true, false),
            Sort::Changed => ("tier_line.updated_at", false, true),
        };
        Order { column, is_words, falls }
    }

    /// There are thousands of partners and not millions: every queue is a part of each order.
    fn is_indexed(_: Queue, _: Sort) -> bool {
        true
    }

    /// [`DeskLine::stands_in`] as SQL.
    fn queue(sql: &mut Sql, queue: Queue, context: &Context<'_, Tiers>) {
        let soon = context.now.plus(SOON);
        match queue {
            Queue::Promotions => sql.push("tier_line.proposal <> '' and tier_line.promotes = 1"),
            Queue::Demotions => sql.push("tier_line.proposal <> '' and tier_line.promotes = 0"),
            Queue::AtRisk => sql.push("(tier_line.outcome in ('at_risk', 'demote') or tier_line.plan_due_at is not null)"),
            Queue::RemediationDue => sql.push("tier_line.plan_due_at <= ").push_bind(soon),
            Queue::Expiring => certificate::expiring(sql, context),
            Queue::FallingSoon => sql.push("tier_line.falls_at <= ").push_bind(soon),
            Queue::Near => sql.push("tier_line.is_near = 1"),
            Queue::Corrections => sql.push("tier_line.id < 0"),
            Queue::All => sql.push("tier_line.id > 0"),
        };
    }

    /// Where certificates end, what comes first is their end.
    fn sorted_by(sql: &mut Sql, (queue, order): (Queue, Order), context: &Context<'_, Tiers>) {
        if queue == Queue::Expiring && order.column == DUE {
            certificate::first_end(sql, context);
        } else {
            sql.push(order.column);
        }
    }

    fn is_range(_: &Filter<Tiers>) -> bool {
        false
    }

    async fn rows(session: &mut Session, ids: &[DeskId]) -> Result<Vec<(DeskId, DeskLine)>> {
        let partners: Vec<PartnerId> = ids.iter().filter_map(|id| id.partner()).collect();
        let waiting: Vec<CorrectionId> = ids.iter().filter_map(|id| id.line()).collect();
        let mut found: HashMap<DeskId, DeskLine> = HashMap::with_capacity(ids.len());
        if !partners.is_empty() {
            let lines = session.tier_lines(&partners).await?;
            found.extend(lines.into_iter().map(|line| (line.id.into(), DeskLine::Partner(line))));
        }
        if !waiting.is_empty() {
            let lines = session.waiting_lines(&waiting).await?;
            found.extend(lines.into_iter().map(|line| (line.correction.id.into(), DeskLine::Waiting(Box::new(line)))));
        }
        Ok(ids.iter().filter_map(|id| Some((*id, found.remove(id)?))).collect())
    }
}

impl Session {
    /// The lines of these partners, in their order.
    pub async fn tier_lines(&mut self, ids: &[PartnerId]) -> Result<Vec<TierLine>> {
        let session = self;
        let partners: HashMap<PartnerId, Partner> = session.partners_of(ids).await?.into_iter().map(|one| (one.id, one)).collect();
        let standings: Vec<StandingId> = session.standings_of(ids).await?.into_iter().flatten().collect();
        let standings = session.standings(&standings).await?;
        let owners = standings.iter().filter_map(|one| one.plan.as_ref()?.owner).collect();
        let owners = session.operator_names(owners).await?;
        let mut standings: HashMap<PartnerId, Standing> = standings.into_iter().map(|one| (one.partner, one)).collect();
        let line = |id: &PartnerId| Some(TierLine::of(partners.get(id)?, standings.remove(id), name_in(&owners)));
        Ok(ids.iter().filter_map(line).collect())
    }

    /// These order lines, whether they still wait or not, with the names of our partners.
    pub async fn waiting_lines(&mut self, ids: &[CorrectionId]) -> Result<Vec<WaitingLine>> {
        let corrections = self.corrections(ids).await?;
        let names = self.partner_names(corrections.iter().filter_map(|one| one.partner).collect()).await?;
        Ok(corrections.into_iter().map(|one| WaitingLine::of(one, name_in(&names))).collect())
    }
}

/// The row of a partner of which nothing is known at the desk, or of a standing whose partner is there already.
fn row(id: PartnerId, partner: Option<&Partner>, standing: Option<&Standing>) -> [Arg; INSERT.1] {
    let profile = partner.map(|one| &one.profile);
    let latest = standing.and_then(|one| one.latest.as_ref());
    let judged = standing.and_then(Standing::judged);
    let proposal = standing.and_then(|one| one.proposal.as_ref());
    let plan = standing.and_then(|one| one.plan.as_ref());
    let country = profile.and_then(|one| one.country);
    let words = profile.map_or_else(String::new, |one| {
        let mut words = search::words(&one.name);
        search::words_into(&mut words, &one.code);
        search::words_into(&mut words, &one.city);
        words
    });
    let updated_at = standing.map(|one| one.updated_at).or(partner.map(|one| one.updated_at));
    [
        id.into(),
        updated_at.into(),
        profile.map_or_else(String::new, |one| search::words(&one.name)).into(),
        profile.map_or_else(String::new, |one| search::slug(&one.code)).into(),
        profile.map_or_else(String::new, |one| search::slug(&one.tier)).into(),
        profile.map_or("", |one| one.status.name()).into(),
        profile.map_or("", |one| one.kind.name()).into(),
        country.map(|country| country.code().to_owned()).into(),
        judged.map_or("", |one| one.outcome.name()).into(),
        judged.map_or_else(String::new, |one| search::slug(&one.computed)).into(),
        latest.and_then(|one| one.score).map_or(NO_SCORE, |score| score.0).into(),
        proposal.map_or("", Proposal::state_name).into(),
        proposal.is_some_and(|one| one.promotes).into(),
        plan.map(|one| one.due).into(),
        standing.and_then(Standing::falls_at).into(),
        latest.is_some_and(|one| one.is_near).into(),
        plan.and_then(|one| one.owner).into(),
        standing.and_then(Standing::due).map_or(NOT_DUE.saturating_add(id.0), |due| due_key(Some(due), due)).into(),
        searched(words, country).into(),
    ]
}

/// The row of a line that waits: who waits longest stands first. It is found by all that its source says.
fn waiting_row(one: &Correction) -> [Arg; INSERT_WAITING.1] {
    let stated = &one.stated;
    let mut words = search::words(&stated.partner);
    for text in [&stated.product, &stated.product_line, &stated.customer, &one.line_key, &one.source.file] {
        search::words_into(&mut words, text);
    }
    [
        DeskId::Line(one.id).into(),
        one.updated_at.into(),
        search::words(&stated.partner).into(),
        search::slug(&stated.partner).into(),
        "".into(),
        "".into(),
        "".into(),
        "".into(),
        "".into(),
        NO_SCORE.into(),
        "".into(),
        false.into(),
        false.into(),
        due_key(Some(one.raised_at), one.raised_at).into(),
        words.into(),
        one.reason().into(),
    ]
}

impl Session {
    /// How many partners each tier has, how many are audited and correctly tiered, and how many changes wait.
    pub async fn tier_kpis(&mut self) -> Result<Kpis> {
        let mut tiers: Vec<(String, i64)> = self.all(Sql::new(BY_TIER)).await?;
        tiers.sort();
        let (audited, correct, proposed): (i64, i64, i64) = self.one(Sql::new(FIGURES)).await?;
        let (waiting,): (i64,) = self.one(Sql::new(WAITING)).await?;
        let count = |n: i64| n.unsigned_abs();
        let tiers = tiers.into_iter().map(|(tier, n)| (crate::domain::text::Text::clean(&tier), count(n))).collect();
        Ok(Kpis { tiers, audited: count(audited), correct: count(correct), proposed: count(proposed), waiting: count(waiting) })
    }
}

impl Session {
    /// How all partners that are audited stood at the end of their last audits.
    pub async fn tiers_last_found(&mut self) -> Result<Vec<LastFound>> {
        let rows = self.all::<(String, String, String, i64, i64)>(Sql::new(LAST_FOUND)).await?;
        let found = |(tier, earned, outcome, score, near): (String, String, String, i64, i64)| LastFound {
            tier,
            earned,
            outcome: Outcome::from_name(&outcome),
            score: (score != NO_SCORE).then_some(Score(score)),
            is_near: near == 1,
        };
        Ok(rows.into_iter().map(found).collect())
    }
}

impl Tx {
    /// Writes what partners state into the list.
    pub(in crate::store) async fn tier_lines_of_partners(&mut self, partners: &[Partner]) -> Result<()> {
        let rows = partners.iter().map(|partner| row(partner.id, Some(partner), None));
        self.execute_each(Sql::bulk(INSERT.0, INSERT.1, rows, PARTNER_SET)).await?;
        Ok(())
    }

    /// Writes how partners stand into the list.
    pub(super) async fn tier_lines_of_standings(&mut self, standings: &[&Standing]) -> Result<()> {
        let rows = standings.iter().map(|standing| row(standing.partner, None, Some(standing)));
        self.execute_each(Sql::bulk(INSERT.0, INSERT.1, rows, STANDING_SET)).await?;
        Ok(())
    }

    /// Writes order lines that wait into the list, and takes those out that wait no longer.
    pub(in crate::store) async fn tier_lines_of_corrections(
        &mut self,
        corrections: impl Iterator<Item = &Correction> + Send,
    ) -> Result<()> {
        let (open, over): (Vec<&Correction>, Vec<&Correction>) = corrections.partition(|one| one.is_open());
        self.execute_each(Sql::bulk(INSERT_WAITING.0, INSERT_WAITING.1, open.into_iter().map(waiting_row), WAITING_SET)).await?;
        for part in over.chunks(OVER_MAX) {
            let mut sql = Sql::new("delete from tier_line where id in ");
            sql.push_list(part.iter().map(|one| DeskId::Line(one.id)));
            self.execute(sql).await?;
        }
        Ok(())
    }

    /// Makes the list of what was there before it.
    pub(in crate::store) async fn tier_lines_begin(&mut self) -> Result<()> {
        let partners = self.partners().await?;
        self.tier_lines_of_partners(&partners).await?;
        let ids: Vec<StandingId> = self.all::<(i64,)>(Sql::new(ALL_STANDINGS)).await?.into_iter().map(|(id,)| StandingId(id)).collect();
        let standings = Session::standings(self, &ids).await?;
        self.tier_lines_of_standings(&standings.iter().collect::<Vec<_>>()).await
    }
}
