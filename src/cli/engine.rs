//! `pilothouse engine`: the background work without a screen.

use super::Call;
use crate::{
    app::engine::{self, Round},
    domain::actor::Actor,
    error::{Error, Result},
};
use tokio::{
    signal::unix::{SignalKind, signal},
    sync::watch,
};

#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  pilothouse --database postgres://engine@db1/channel engine\n\n\
    It logs a line a round to stderr and leaves cleanly on SIGTERM. Several may run on one database: each piece of work is done once.")]
pub struct Args {
    /// Do what is due now, and leave
    #[arg(long)]
    once: bool,
}

pub async fn run(args: Args, call: &mut Call<'_>) -> Result<()> {
    let app = call.app().await?;
    if call.config.read_only {
        return Err(Error::expected("the engine writes; leave --read-only away"));
    }
    let operators = app.db().read().await?.operators().await?;
    if !operators.iter().any(|one| one.id == Actor::engine().id) {
        return Err(Error::expected(format!(
            "{} has no operators yet: let the one who is to be its admin open it first, such as with `pilothouse operator list`",
            app.db().address()
        )));
    }
    if args.once {
        let (Round { swept, placed, deals, conflicts, mdf, tiers }, _) = engine::round(&app, &mut engine::Settled::default()).await?;
        let done =
            format!("{swept} leads swept, {placed} placed; {deals} deals swept, {conflicts} conflicts found; {mdf} funding items swept");
        let tiers = if tiers == 0 { String::new() } else { format!("; {tiers} tiers looked after") };
        return Ok(writeln!(call.out, "{done}{tiers}")?);
    }
    let (stop, stopping) = watch::channel(false);
    let mut signals =
        [SignalKind::terminate(), SignalKind::interrupt(), SignalKind::hangup()].map(signal).into_iter().collect::<Result<Vec<_>, _>>()?;
    tracing::info!(database = %app.db().address(), "engine started");
    let work = engine::run(app.clone(), stopping);
    tokio::pin!(work);
    tokio::select! {
        () = &mut work => {}
        () = any(&mut signals) => {
            tracing::info!("engine stops after this round");
            let _ = stop.send(true);
            work.await;
        }
    }
    app.db().close().await;
    tracing::info!("engine stopped");
    Ok(())
}

/// Waits for the first of the signals.
async fn any(signals: &mut [tokio::signal::unix::Signal]) {
    std::future::poll_fn(|cx| {
        if signals.iter_mut().any(|signal| signal.poll_recv(cx).is_ready()) { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
}
