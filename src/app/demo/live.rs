//! After the month that was made, life goes on: new leads trickle in, and partners and colleagues act.

use super::{Demo, people::Wish, stage::Stage};
use crate::{
    app::App,
    domain::time::{Instant, Span},
};
use futures::future::BoxFuture;
use std::time::Duration;
use tokio::sync::watch;

/// Between two arrivals.
const PAUSE: (Span, Span) = (Span::from_micros(4_000_000), Span::from_micros(26_000_000));
/// Nobody looks at the agenda more seldom than this, because the engine may have put something on it.
const LOOK: Duration = Duration::from_secs(2);

/// Runs until `stop` says so. What fails is tried again later: the demo's database may be away like any other.
pub fn live(app: App, mut demo: Demo, mut stop: watch::Receiver<bool>) -> BoxFuture<'static, ()> {
    Box::pin(async move {
        let mut arrival = demo.pause(app.now());
        while !*stop.borrow() {
            if let Err(error) = demo.go_on(&app, &mut arrival).await {
                tracing::warn!(%error, "the demo's traffic stumbled");
            }
            let next = [demo.traffic.next(), demo.deals.next(), demo.funds.next()].into_iter().flatten().fold(arrival, Instant::min);
            let wait = Duration::from_micros(next.since(app.now()).micros().max(100_000).unsigned_abs()).min(LOOK);
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                _ = stop.changed() => {}
            }
        }
    })
}

impl Demo {
    async fn go_on(&mut self, app: &App, arrival: &mut Instant) -> Result<(), super::Failure> {
        let mut stage = Stage::Now(app);
        self.traffic.react(&mut stage).await?;
        self.traffic.act(&mut stage, app.now()).await?;
        self.desks(&mut stage, app.now()).await?;
        if *arrival <= app.now() {
            *arrival = self.pause(app.now());
            let intake = self.people.arrival(&mut self.traffic.chance, app.now(), Wish::default());
            self.receive(&mut stage, vec![intake]).await?;
        }
        Ok(())
    }

    fn pause(&mut self, now: Instant) -> Instant {
        now.plus(self.traffic.chance.between(PAUSE.0, PAUSE.1))
    }
}
