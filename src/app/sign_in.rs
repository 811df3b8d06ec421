//! Who works at this console. On SQLite a person says who they are; on PostgreSQL the database login says it, so that
//! nobody becomes somebody else by a flag.

use super::{App, Command, Failure};
use crate::{
    domain::{actor::Actor, id::OperatorId, text::Text},
    store::{self, unit::OperatorRow},
};
use futures::future::BoxFuture;

/// What is known about the person before the database is asked.
#[derive(Debug, Clone)]
pub struct Claim {
    /// The operator that was named, and where (`--as`).
    pub named: Option<(Text, String)>,
    /// The person's name in the operating system.
    pub user: Text,
}

/// The operator. Whoever opens a database without operators first becomes its admin; on PostgreSQL only its owner can.
pub fn sign_in<'a>(app: &'a App, claim: &'a Claim) -> BoxFuture<'a, Result<Actor, Failure>> {
    Box::pin(async move {
        let rights = app.db().read().await?.rights().await?;
        let login = rights.as_ref().map(|rights| Text::clean(&rights.login));
        if let (Some(login), Some((name, by))) = (&login, &claim.named) {
            let why =
                format!("on PostgreSQL you are who your database login is, {login}; leave {by} away, or log in to the database as {name}");
            return Err(Failure::Denied(why));
        }
        let mut operators = app.db().read().await?.operators().await?;
        if operators.is_empty() {
            // Of a team's logins not just the fastest: the first admin decides who may do what.
            if let Some(rights) = rights.filter(|rights| !rights.is_owner) {
                let why =
                    format!("this database has no operators yet; its owner, {}, has to sign in first and becomes the admin", rights.owner);
                return Err(Failure::Denied(why));
            }
            settle_in(app, claim, login.clone()).await?;
            operators = app.db().read().await?.operators().await?;
        }
        let found = match &login {
            Some(login) => by_login(&operators, login),
            None => by_name(&operators, claim),
        };
        found.map(|one| Actor { id: one.id, name: one.name.clone(), roles: one.roles.clone() }).map_err(Failure::Denied)
    })
}

/// Makes the first operator. Somebody else may do so at the same moment; then they are first.
async fn settle_in(app: &App, claim: &Claim, login: Option<Text>) -> Result<(), Failure> {
    let name = login.clone().unwrap_or_else(|| claim.named.as_ref().map_or_else(|| claim.user.clone(), |(name, _)| name.clone()));
    match app.execute(Actor::engine().id, app.request(Command::FirstOperator { name, login })).await {
        Ok(_) | Err(Failure::Denied(_)) => Ok(()),
        Err(Failure::Store(store::Error::ReadOnly)) => {
            Err(Failure::refused("this database has no operators yet, and can't get any while it is open for reading only"))
        }
        Err(other) => Err(other),
    }
}

fn by_login<'a>(operators: &'a [OperatorRow], login: &Text) -> Result<&'a OperatorRow, String> {
    match operators.iter().find(|one| one.login.as_ref() == Some(login)) {
        Some(one) if one.active => Ok(one),
        Some(one) => Err(format!("{} (database login {login}) is no longer active; an admin can change that", one.name)),
        None => Err(format!(
            "the database login {login} is no operator here; an admin adds it with `pilothouse operator add NAME --login {login} --role triager`"
        )),
    }
}

fn by_name<'a>(operators: &'a [OperatorRow], claim: &Claim) -> Result<&'a OperatorRow, String> {
    let wanted = claim.named.as_ref().map_or(&claim.user, |(name, _)| name);
    let engine = Actor::engine().id;
    match operators.iter().find(|one| one.name.to_lowercase() == wanted.to_lowercase()) {
        Some(one) if one.id == engine => Err("nobody works as the engine; it works by itself, as `pilothouse engine`".to_owned()),
        Some(one) if one.active => Ok(one),
        Some(one) => Err(format!("{} is no longer active; an admin can change that", one.name)),
        None => {
            let names = listed(operators, engine);
            let who = if claim.named.is_some() {
                format!("there is no operator {wanted}")
            } else {
                format!("you are {wanted} in the operating system, and that is no operator here")
            };
            Err(format!("{who}; choose one of {names} with --as, or have an admin run `pilothouse operator add {wanted} --role triager`"))
        }
    }
}

fn listed(operators: &[OperatorRow], engine: OperatorId) -> String {
    operators.iter().filter(|one| one.active && one.id != engine).map(|one| one.name.as_str()).collect::<Vec<_>>().join(", ")
}
