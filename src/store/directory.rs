//! Partners, accounts, operators and programs: small tables, read whole or by their code.

use super::{
    Session, Sql, Tx,
    error::{Error, Result},
    sql::{Arg, args},
    unit::{Heads, OperatorRow, ProgramRow},
};
use crate::domain::{
    account::Account,
    actor::{Actor, Roles},
    event::Entity,
    id::{AccountId, CommandId, OperatorId, PartnerId, ProgramVersion},
    partner::Partner,
    search,
    text::Text,
    time::Instant,
};
use serde::{Serialize, de::DeserializeOwned};
use std::collections::{BTreeSet, HashMap, HashSet};

const HEADS: &str = "select (select coalesce(max(version), 0) from program), \
    (select coalesce(max(value), 0) from counter where name = 'partners changed')";
const PROGRAMS: &str = "select version, applied_at, actor, toml, note from program where version >= $1 order by version";
const PROGRAM_ADD: &str = "insert into program (version, applied_at, actor, toml, note) values ($1, $2, $3, $4, $5)";
const PARTNERS: &str = "select body from partner order by id";
const ACCOUNTS: &str = "select body from account order by id";
const OPERATORS: &str = "select id, version, name, login, roles, is_active from operator order by id";
const OPERATOR: &str = "select id, version, name, login, roles, is_active from operator where id = $1";
const COUNTER_ADD: &str = "insert into counter (name, value) values ($1, $2) \
    on conflict (name) do update set value = counter.value + excluded.value returning value";
const COUNTER_RAISE: &str = "insert into counter (name, value) values ($1, $2) on conflict (name) do update set value = excluded.value \
    where excluded.value > counter.value";
const DONE: &str = "select seq_last from command_done where command_id = $1";
const DONE_ADD: &str = "insert into command_done (command_id, seq_last) values ($1, $2)";
const SECRET: &str = "select key from secret where name = $1";
const SECRET_ADD: &str = "insert into secret (name, key) values ($1, $2) on conflict do nothing";
pub const STATEMENTS: &[&str] = &[
    HEADS,
    PROGRAMS,
    PROGRAM_ADD,
    PARTNERS,
    ACCOUNTS,
    OPERATORS,
    OPERATOR,
    COUNTER_ADD,
    COUNTER_RAISE,
    DONE,
    DONE_ADD,
    SECRET,
    SECRET_ADD,
];

const PARTNER_SET: &str = "on conflict (id) do update set version = excluded.version, updated_at = excluded.updated_at, \
    code = excluded.code, name = excluded.name, name_words = excluded.name_words, tier_code = excluded.tier_code, body = excluded.body \
    where partner.version < excluded.version";
const ACCOUNT_SET: &str = "on conflict (id) do update set version = excluded.version, updated_at = excluded.updated_at, \
    code = excluded.code, body = excluded.body where account.version < excluded.version";
const OPERATOR_SET: &str = "on conflict (id) do update set version = excluded.version, name = excluded.name, \
    name_words = excluded.name_words, login = excluded.login, roles = excluded.roles, is_active = excluded.is_active \
    where operator.version < excluded.version";

#[derive(sqlx::FromRow)]
struct OperatorColumns {
    id: i64,
    version: i64,
    name: String,
    login: Option<String>,
    roles: String,
    is_active: i64,
}

impl OperatorColumns {
    fn into_row(self) -> Result<OperatorRow> {
        Ok(OperatorRow {
            id: OperatorId(self.id),
            version: self.version,
            name: Text::clean(&self.name),
            login: self.login.as_deref().map(Text::clean),
            roles: from_json::<Roles>(&self.roles)?,
            active: self.is_active == 1,
        })
    }
}

/// The name of the secret under which suppressed mailboxes are hashed.
const SUPPRESSION: &str = "suppression";

/// What is kept of a mailbox: who has the table but not the key learns nothing, not even by trying addresses.
fn suppression(key: &[u8; 32], mailbox: &str) -> [u8; 32] {
    *blake3::keyed_hash(key, mailbox.trim().to_lowercase().as_bytes()).as_bytes()
}

fn from_json<T: DeserializeOwned>(body: &str) -> Result<T> {
    serde_json::from_str(body).map_err(|error| Error::corrupt(format!("{error} in {body}")))
}

fn to_json(value: &impl Serialize) -> Result<String> {
    serde_json::to_string(value).map_err(|error| Error::Internal(error.to_string()))
}

impl Session {
    pub async fn heads(&mut self) -> Result<Heads> {
        let (program, partners) = self.one(Sql::new(HEADS)).await?;
        Ok(Heads { program, partners })
    }

    /// Every version of the channel program from `from` on, oldest first.
    pub async fn programs(&mut self, from: ProgramVersion) -> Result<Vec<ProgramRow>> {
        let rows = self.all::<(i64, i64, i64, String, String)>(Sql::new(PROGRAMS).bind(from)).await?;
        let row = |(version, applied_at, actor, toml, note): (i64, i64, i64, String, String)| ProgramRow {
            version: ProgramVersion(version),
            applied_at: Instant::from_micros(applied_at),
            actor: OperatorId(actor),
            toml,
            note: Text::clean(&note),
        };
        Ok(rows.into_iter().map(row).collect())
    }

    /// These partners, in no order; unknown ones are left out.
    pub async fn partners_of(&mut self, ids: &[PartnerId]) -> Result<Vec<Partner>> {
        let found = self.all_in::<(String,)>("select body from partner where id in ", args(ids.iter().copied()), "").await?;
        found.into_iter().map(|(body,)| from_json(&body)).collect()
    }

    pub async fn partners(&mut self) -> Result<Vec<Partner>> {
        self.all::<(String,)>(Sql::new(PARTNERS)).await?.iter().map(|(body,)| from_json(body)).collect()
    }

    pub async fn operators(&mut self) -> Result<Vec<OperatorRow>> {
        self.all::<OperatorColumns>(Sql::new(OPERATORS)).await?.into_iter().map(OperatorColumns::into_row).collect()
    }

    /// The operator with the roles held now; `None` when unknown or no longer active.
    pub async fn actor(&mut self, id: OperatorId) -> Result<Option<Actor>> {
        let row = self.optional::<OperatorColumns>(Sql::new(OPERATOR).bind(id)).await?.map(OperatorColumns::into_row).transpose()?;
        Ok(row.filter(|row| row.active).map(|row| Actor { id: row.id, name: row.name, roles: row.roles }))
    }

    pub async fn accounts_by_code(&mut self, codes: &[Text]) -> Result<Vec<Option<Account>>> {
        let mut found: HashMap<Text, Account> = HashMap::with_capacity(codes.len());
        for (body,) in self.all_in::<(String,)>("select body from account where code in ", args(codes), "").await? {
            let account: Account = from_json(&body)?;
            found.insert(account.profile.code.clone(), account);
        }
        Ok(codes.iter().map(|code| found.get(code).cloned()).collect())
    }

    /// Accounts in the order asked for; unknown ones are left out.
    pub async fn accounts_by_id(&mut self, ids: &[AccountId]) -> Result<Vec<Account>> {
        let mut found: HashMap<AccountId, Account> = HashMap::with_capacity(ids.len());
        for (body,) in self.all_in::<(String,)>("select body from account where id in ", args(ids.iter().copied()), "").await? {
            let account: Account = from_json(&body)?;
            found.insert(account.id, account);
        }
        Ok(ids.iter().filter_map(|id| found.get(id).cloned()).collect())
    }

    /// Every account, in the order of their numbers.
    pub async fn accounts(&mut self) -> Result<Vec<Account>> {
        self.all::<(String,)>(Sql::new(ACCOUNTS)).await?.iter().map(|(body,)| from_json(body)).collect()
    }

    /// The last event of a command that was carried out.
    pub async fn command_done(&mut self, id: CommandId) -> Result<Option<crate::domain::id::AuditSeq>> {
        let row = self.optional::<(i64,)>(Sql::new(DONE).bind(id)).await?;
        Ok(row.map(|(seq,)| crate::domain::id::AuditSeq(seq)))
    }

    /// Which of these mailboxes are suppressed, in order.
    pub async fn suppressed(&mut self, mailboxes: &[Text]) -> Result<Vec<bool>> {
        let Some(key) = self.secret(SUPPRESSION).await? else { return Ok(vec![false; mailboxes.len()]) };
        let hashes: Vec<[u8; 32]> = mailboxes.iter().map(|mailbox| suppression(&key, mailbox)).collect();
        let found = self.all_in::<(Vec<u8>,)>("select hash from suppression where hash in ", args(&hashes), "").await?;
        let found: HashSet<Vec<u8>> = found.into_iter().map(|(hash,)| hash).collect();
        Ok(hashes.iter().map(|hash| found.contains(hash.as_slice())).collect())
    }

    /// A key of the house that was made before.
    pub async fn secret(&mut self, name: &'static str) -> Result<Option<[u8; 32]>> {
        let row = self.optional::<(Vec<u8>,)>(Sql::new(SECRET).bind(name)).await?;
        row.map(|(key,)| key.try_into().map_err(|_| Error::corrupt(format!("the secret `{name}` is not a key")))).transpose()
    }
}

impl Tx {
    /// A key of the house, such as the one of the suppression list; made at its first use.
    pub async fn secret_made(&mut self, name: &'static str) -> Result<[u8; 32]> {
        if let Some(key) = self.secret(name).await? {
            return Ok(key);
        }
        let key: [u8; 32] = self.entropy().bytes();
        self.execute(Sql::new(SECRET_ADD).bind(name).bind(key)).await?;
        self.secret(name).await?.ok_or_else(|| Error::corrupt("a secret vanished"))
    }

    /// Raises a counter and gives its new value. Who asks for the same counter waits until this write ends.
    pub(super) async fn counter_add(&mut self, name: &'static str, by: i64) -> Result<i64> {
        self.one::<(i64,)>(Sql::new(COUNTER_ADD).bind(name).bind(by)).await.map(|(value,)| value)
    }

    async fn counter_raise(&mut self, name: &'static str, to: Option<i64>) -> Result<()> {
        if let Some(to) = to {
            self.execute(Sql::new(COUNTER_RAISE).bind(name).bind(to)).await?;
        }
        Ok(())
    }

    pub(super) async fn command_record(&mut self, id: CommandId, last: crate::domain::id::AuditSeq) -> Result<()> {
        self.execute(Sql::new(DONE_ADD).bind(id).bind(last)).await?;
        Ok(())
    }

    pub(super) async fn suppress(&mut self, mailboxes: &[Text]) -> Result<()> {
        if mailboxes.is_empty() {
            return Ok(());
        }
        let key = self.secret_made(SUPPRESSION).await?;
        let rows: BTreeSet<[u8; 32]> = mailboxes.iter().map(|mailbox| suppression(&key, mailbox)).collect();
        let rows = rows.into_iter().map(|hash| [Arg::from(hash)]);
        self.execute_each(Sql::bulk("insert into suppression (hash)", 1, rows, "on conflict do nothing")).await?;
        Ok(())
    }

    pub(super) async fn partners_save(&mut self, partners: &[Partner]) -> Result<()> {
        if partners.is_empty() {
            return Ok(());
        }
        let mut rows = Vec::with_capacity(partners.len());
        for partner in partners {
            let profile = &partner.profile;
            rows.push([
                Arg::from(partner.id),
                partner.version.into(),
                partner.updated_at.into(),
                (&profile.code).into(),
                (&profile.name).into(),
                search::words(&profile.name).into(),
                search::slug(&profile.tier).into(),
                to_json(partner)?.into(),
            ]);
        }
        let head = "insert into partner (id, version, updated_at, code, name, name_words, tier_code, body)";
        let saved = self.execute_each(Sql::bulk(head, 8, rows, PARTNER_SET)).await?;
        self.all_saved(saved, partners.iter().map(|one| (Entity::Partner(one.id), one.version))).await?;
        self.tier_lines_of_partners(partners).await?;
        self.tier_certificates_of(partners).await?;
        self.counter_raise("partner", partners.iter().map(|one| one.id.0).max()).await?;
        self.counter_add("partners changed", 1).await?;
        Ok(())
    }

    /// The partners were changed so many times before they are written: whoever keeps them counts on it.
    pub async fn partners_changed(&mut self, times: i64) -> Result<()> {
        if times > 0 {
            self.counter_add("partners changed", times).await?;
        }
        Ok(())
    }

    pub(super) async fn accounts_save(&mut self, accounts: &[Account]) -> Result<()> {
        let mut rows = Vec::with_capacity(accounts.len());
        for account in accounts {
            rows.push([
                Arg::from(account.id),
                account.version.into(),
                account.updated_at.into(),
                (&account.profile.code).into(),
                to_json(account)?.into(),
            ]);
        }
        let saved = self.execute_each(Sql::bulk("insert into account (id, version, updated_at, code, body)", 5, rows, ACCOUNT_SET)).await?;
        self.all_saved(saved, accounts.iter().map(|one| (Entity::Account(one.id), one.version))).await?;
        self.counter_raise("account", accounts.iter().map(|one| one.id.0).max()).await
    }

    pub(super) async fn operators_save(&mut self, operators: &[OperatorRow]) -> Result<()> {
        let mut rows = Vec::with_capacity(operators.len());
        for operator in operators {
            rows.push([
                Arg::from(operator.id),
                operator.version.into(),
                (&operator.name).into(),
                search::words(&operator.name).into(),
                operator.login.as_ref().into(),
                to_json(&operator.roles)?.into(),
                operator.active.into(),
            ]);
        }
        let head = "insert into operator (id, version, name, name_words, login, roles, is_active)";
        let saved = self.execute_each(Sql::bulk(head, 7, rows, OPERATOR_SET)).await?;
        self.all_saved(saved, operators.iter().map(|one| (Entity::Operator(one.id), one.version))).await
    }

    pub(super) async fn programs_save(&mut self, programs: &[ProgramRow]) -> Result<()> {
        for program in programs {
            let sql = Sql::new(PROGRAM_ADD).bind(program.version).bind(program.applied_at).bind(program.actor);
            self.execute(sql.bind(&program.toml).bind(&program.note)).await?;
        }
        Ok(())
    }

    /// A row whose version is not below the one to be written was left alone by the guard: somebody was faster.
    async fn all_saved(&mut self, saved: u64, rows: impl ExactSizeIterator<Item = (Entity, i64)>) -> Result<()> {
        if saved == rows.len() as u64 {
            return Ok(());
        }
        for (entity, version) in rows {
            let error = self.conflict(entity, version - 1).await;
            let is_as_read = matches!(&error, Error::Conflict(conflict) if conflict.found == conflict.expected);
            if !is_as_read {
                return Err(error);
            }
        }
        Err(Error::Internal("a row was left alone that nobody else has changed".into()))
    }
}
