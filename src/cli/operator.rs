//! `pilothouse operator add|list|limit|delegate|limits`: who may work here, with which roles, and how much they approve.

mod authority;

use super::Call;
use crate::{
    app::{Command, OperatorSpec},
    domain::{
        actor::{Role, Roles},
        text::Text,
    },
    error::{Error, Result},
};
use serde_json::json;

#[derive(Debug, clap::Subcommand)]
pub enum Verb {
    /// Add an operator, or change the roles or login of one
    #[command(after_help = "Examples:\n  pilothouse operator add ben --role triager\n  \
        pilothouse operator add carla --role channel_manager --role approver --login carla_db\n  pilothouse operator add ben --inactive")]
    Add(Add),
    /// List the operators with their roles
    #[command(after_help = "Example:\n  pilothouse operator list --json")]
    List(List),
    /// Set how much somebody approves at once; a limit that begins later replaces an earlier one
    #[command(after_help = "Examples:\n  pilothouse operator limit carla EUR 5000\n  \
        pilothouse operator limit carla EUR 20000 --from 2026-12-01 --until 2026-12-31")]
    Limit(authority::LimitArgs),
    /// Let somebody approve for you for some days, with your limits
    #[command(after_help = "Examples:\n  pilothouse operator delegate ben --until 2026-12-31\n  \
        pilothouse operator delegate ben --for carla --from 2026-12-20 --until 2027-01-06\n\n\
        A delegation that ends before it begins takes one of the same day back. Finance approves in person.")]
    Delegate(authority::DelegateArgs),
    /// List who approves how much, and who stands in for whom
    #[command(after_help = "Example:\n  pilothouse operator limits --json")]
    Limits(authority::LimitsArgs),
}

#[derive(Debug, clap::Args)]
pub struct Add {
    /// The name, as colleagues know it
    name: String,
    /// A role; repeat it for several
    #[arg(long = "role", value_name = "ROLE", value_parser = role())]
    roles: Vec<String>,
    /// The database login that is this operator (PostgreSQL)
    #[arg(long, value_name = "LOGIN")]
    login: Option<String>,
    /// They may no longer sign in
    #[arg(long)]
    inactive: bool,
}

#[derive(Debug, clap::Args)]
pub struct List {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

fn role() -> clap::builder::PossibleValuesParser {
    Role::ALL.into_iter().filter(|role| *role != Role::Engine).map(Role::name).collect::<Vec<_>>().into()
}

pub async fn run(verb: Verb, call: &mut Call<'_>) -> Result<()> {
    match verb {
        Verb::Add(args) => add(args, call).await,
        Verb::List(args) => list(&args, call).await,
        Verb::Limit(args) => authority::limit(args, call).await,
        Verb::Delegate(args) => authority::delegate(args, call).await,
        Verb::Limits(args) => authority::limits(&args, call).await,
    }
}

/// What is not said stays as it is.
async fn add(args: Add, call: &mut Call<'_>) -> Result<()> {
    let app = call.app().await?;
    let actor = call.sign_in(&app).await?;
    let name = Text::clean(args.name.trim());
    let known = app.db().read().await?.operators().await?.into_iter().find(|one| one.name.to_lowercase() == name.to_lowercase());
    let said = args.roles.iter().map(|role| role.parse().map_err(Error::Expected)).collect::<Result<Vec<Role>>>()?;
    let roles = match &known {
        Some(known) if said.is_empty() => known.roles.clone(),
        None if said.is_empty() => return Err(Error::expected(format!("say what {name} may do, such as --role triager"))),
        _ => Roles(said),
    };
    let login = args.login.map(|login| Text::clean(login.trim())).or_else(|| known.as_ref()?.login.clone());
    let spec = OperatorSpec { name: name.clone(), login, roles: roles.clone(), active: !args.inactive };
    app.execute(actor.id, app.request(Command::Operator(spec))).await?;
    let done = if known.is_some() { "changed" } else { "added" };
    let active = if args.inactive { ", who may no longer sign in" } else { "" };
    Ok(writeln!(call.out, "{done} {name} ({roles}){active}")?)
}

async fn list(args: &List, call: &mut Call<'_>) -> Result<()> {
    let db = call.db().await?;
    let operators = db.read().await?.operators().await?;
    if args.json {
        let all: Vec<_> = operators
            .iter()
            .map(|one| json!({ "id": one.id.to_string(), "name": one.name, "login": one.login, "roles": one.roles, "active": one.active }))
            .collect();
        return call.json(&all);
    }
    for one in operators {
        let login = one.login.map_or_else(String::new, |login| format!("  login {login}"));
        let active = if one.active { "" } else { "  inactive" };
        writeln!(call.out, "{:<6}{:<20}{}{login}{active}", one.id, one.name, one.roles)?;
    }
    Ok(())
}
