//! What a verb works with.

use crate::{
    ambient::{Clock, Entropy},
    app::{
        App,
        sign_in::{Claim, sign_in},
    },
    config::Config,
    domain::actor::Actor,
    error::Result,
    store::{Db, Options},
};
use serde::Serialize;
use std::io::Write;

/// One call of the program: how it is configured, its time and chance, and where it prints.
pub struct Call<'a> {
    pub config: Config,
    pub clock: Clock,
    pub entropy: Entropy,
    /// What was asked for.
    pub out: &'a mut (dyn Write + Send),
    /// Progress, and what is said beside the answer.
    pub err: &'a mut (dyn Write + Send),
}

impl Call<'_> {
    pub fn options(&self) -> Options {
        Options { read_only: self.config.read_only, ..Options::new(self.clock.clone(), self.entropy.clone()) }
    }

    /// The configured database; an SQLite file is made on first use, with its folder.
    pub async fn db(&self) -> Result<Db> {
        Ok(Db::open(self.config.database.clone(), self.options()).await?)
    }

    /// The same for much writing at once.
    pub async fn app_for_bulk(&self) -> Result<App> {
        let options = Options { write_cache_mb: 64, ..self.options() };
        Ok(App::new(Db::open(self.config.database.clone(), options).await?))
    }

    pub async fn app(&self) -> Result<App> {
        Ok(App::new(self.db().await?))
    }

    /// The operator in whose name the verb acts.
    pub async fn sign_in(&self, app: &App) -> Result<Actor> {
        let named = self.config.operator.as_ref().map(|named| (named.value.clone(), named.by.clone()));
        Ok(sign_in(app, &Claim { named, user: self.config.user.clone() }).await?)
    }

    /// Prints a value as JSON for a script.
    pub fn json(&mut self, value: &impl Serialize) -> Result<()> {
        serde_json::to_writer_pretty(&mut self.out, value)?;
        Ok(writeln!(self.out)?)
    }
}
