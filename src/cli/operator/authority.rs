//! `pilothouse operator limit|delegate|limits`: how much somebody approves, and who stands in for whom.

use crate::{
    app::{App, AuthorityCommand, Command},
    cli::Call,
    domain::{
        day::local_date,
        id::OperatorId,
        mdf::approval::{Delegation, Limit},
        money::{Currency, Money},
        nearest::nearest,
    },
    error::{Error, Result},
    store::unit::OperatorRow,
};
use chrono::NaiveDate;
use serde_json::json;

#[derive(Debug, clap::Args)]
pub struct LimitArgs {
    /// Whose limit it is
    name: String,
    /// The currency, such as EUR
    currency: Currency,
    /// The most that they approve at once, such as 5000 or 1250.50
    amount: String,
    /// From this day on (default: today)
    #[arg(long, value_name = "DAY")]
    from: Option<NaiveDate>,
    /// To the end of this day (default: without end)
    #[arg(long, value_name = "DAY")]
    until: Option<NaiveDate>,
}

#[derive(Debug, clap::Args)]
pub struct DelegateArgs {
    /// Who stands in
    to: String,
    /// To the end of this day
    #[arg(long, value_name = "DAY")]
    until: NaiveDate,
    /// From this day on (default: today)
    #[arg(long, value_name = "DAY")]
    from: Option<NaiveDate>,
    /// For whom (default: for you)
    #[arg(long = "for", value_name = "NAME")]
    principal: Option<String>,
}

#[derive(Debug, clap::Args)]
pub struct LimitsArgs {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub async fn limit(args: LimitArgs, call: &mut Call<'_>) -> Result<()> {
    let app = call.app().await?;
    let actor = call.sign_in(&app).await?;
    let people = people(&app).await?;
    let operator = find(&people, &args.name)?;
    let amount = Money::parse(&args.amount, args.currency).map_err(|error| Error::expected(error.to_string()))?;
    let from = args.from.map_or(today(&app).await, Ok)?;
    in_order(from, args.until)?;
    let limit = Limit { operator: operator.id, amount, from, until: args.until };
    app.execute(actor.id, app.request(Command::Authority(vec![AuthorityCommand::SetLimit(limit)]))).await?;
    Ok(writeln!(call.out, "{} approves up to {amount} {}", operator.name, span(from, args.until))?)
}

pub async fn delegate(args: DelegateArgs, call: &mut Call<'_>) -> Result<()> {
    let app = call.app().await?;
    let actor = call.sign_in(&app).await?;
    let people = people(&app).await?;
    let to = find(&people, &args.to)?;
    let principal = args.principal.as_deref().unwrap_or(&actor.name);
    let from = find(&people, principal)?;
    let starts_on = args.from.map_or(today(&app).await, Ok)?;
    // One that ends before it begins takes an earlier one back.
    let delegation = Delegation { from: from.id, to: to.id, starts_on, ends_on: args.until };
    app.execute(actor.id, app.request(Command::Authority(vec![AuthorityCommand::Delegate(delegation)]))).await?;
    if args.until < starts_on {
        return Ok(writeln!(call.out, "{} no longer approves for {} from {starts_on} on", to.name, from.name)?);
    }
    Ok(writeln!(call.out, "{} approves for {} {}", to.name, from.name, span(starts_on, Some(args.until)))?)
}

pub async fn limits(args: &LimitsArgs, call: &mut Call<'_>) -> Result<()> {
    let app = call.app().await?;
    let (people, authority) = (people(&app).await?, app.mdf_authority().await?);
    let name = |id: OperatorId| people.iter().find(|one| one.id == id).map_or_else(|| id.to_string(), |one| one.name.to_string());
    if args.json {
        let limits: Vec<_> = authority
            .limits
            .iter()
            .map(|one| json!({ "operator": name(one.operator), "amount": one.amount.to_string(), "from": one.from, "until": one.until }))
            .collect();
        let delegations: Vec<_> = authority
            .delegations
            .iter()
            .map(|one| json!({ "for": name(one.from), "to": name(one.to), "from": one.starts_on, "until": one.ends_on }))
            .collect();
        return call.json(&json!({ "limits": limits, "delegations": delegations }));
    }
    if authority.limits.is_empty() {
        writeln!(call.out, "nobody has a limit, and so nobody approves funds: pilothouse operator limit NAME EUR 5000")?;
    }
    for one in &authority.limits {
        writeln!(call.out, "{:<20}approves up to {} {}", name(one.operator), one.amount, span(one.from, one.until))?;
    }
    for one in authority.delegations.iter().filter(|one| one.starts_on <= one.ends_on) {
        writeln!(call.out, "{:<20}approves for {} {}", name(one.to), name(one.from), span(one.starts_on, Some(one.ends_on)))?;
    }
    Ok(())
}

async fn people(app: &App) -> Result<Vec<OperatorRow>> {
    Ok(app.db().read().await?.operators().await?)
}

fn find<'a>(people: &'a [OperatorRow], name: &str) -> Result<&'a OperatorRow> {
    let wanted = name.trim().to_lowercase();
    people.iter().find(|one| one.name.to_lowercase() == wanted).ok_or_else(|| {
        let names = people.iter().map(|one| &*one.name);
        let hint = nearest(name, names)
            .map_or_else(|| "pilothouse operator list names them all".to_owned(), |near| format!("did you mean \"{near}\"?"));
        Error::expected(format!("there is no operator \"{}\"; {hint}", name.trim()))
    })
}

/// Days are those of the program's zone, like those by which an approval is judged.
async fn today(app: &App) -> Result<NaiveDate> {
    Ok(local_date(app.now(), app.rules().await?.program().zone))
}

fn in_order(from: NaiveDate, until: Option<NaiveDate>) -> Result<()> {
    match until.filter(|until| *until < from) {
        Some(until) => Err(Error::expected(format!("it would end on {until}, before it begins on {from}"))),
        None => Ok(()),
    }
}

fn span(from: NaiveDate, until: Option<NaiveDate>) -> String {
    until.map_or_else(|| format!("from {from} on"), |until| format!("from {from} to {until}"))
}
