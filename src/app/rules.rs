//! The rules in force: the versions of the channel program and the partner directory. Read once, shared, read again when
//! the database says that they have changed.

use crate::{
    app::Failure,
    domain::{
        id::ProgramVersion,
        lead::{
            decide::{Context, Programs},
            routing::Router,
        },
        partner::{Directory, Partner},
        program::{self, Program},
    },
    store::{
        self, Unit,
        unit::{Heads, ProgramRow},
    },
};
use std::sync::Arc;

#[derive(Debug, Clone)]
pub struct Rules {
    pub(super) heads: Heads,
    programs: Programs,
    directory: Arc<Directory>,
}

impl Rules {
    pub const fn version(&self) -> ProgramVersion {
        self.programs.version()
    }

    pub const fn programs(&self) -> &Programs {
        &self.programs
    }

    pub fn program(&self) -> &Arc<Program> {
        self.programs.current()
    }

    pub const fn directory(&self) -> &Arc<Directory> {
        &self.directory
    }

    /// A router on these rules. It remembers who covers which scope, so one router serves a whole batch.
    pub fn router(&self) -> Router {
        Router::new(Arc::clone(self.program()), Arc::clone(&self.directory))
    }

    pub const fn context<'a>(&'a self, actor: &'a crate::domain::actor::Actor, now: crate::domain::time::Instant) -> Context<'a> {
        Context { actor, now, programs: &self.programs }
    }

    /// `cached` if it is still in force in this transaction, else what is.
    pub async fn refreshed<U: Unit>(cached: Option<Arc<Self>>, unit: &mut U) -> Result<Arc<Self>, Failure> {
        let heads = unit.heads().await?;
        if let Some(rules) = cached.as_ref().filter(|rules| rules.heads == heads) {
            return Ok(Arc::clone(rules));
        }
        let from = cached.as_ref().map_or(ProgramVersion(1), |rules| ProgramVersion(rules.heads.program + 1));
        let rows = if cached.as_ref().is_some_and(|rules| rules.heads.program == heads.program) {
            Vec::new()
        } else {
            unit.programs(from).await?
        };
        let partners = match &cached {
            Some(rules) if rules.heads.partners == heads.partners => None,
            _ => Some(unit.partners().await?),
        };
        Self::built(cached.as_deref(), heads, rows, partners)
    }

    /// The same with these partners as they are from now on.
    pub(super) fn with_partners(&self, changed: &[Partner]) -> Self {
        let is_other = |one: &&Partner| changed.iter().all(|partner| partner.id != one.id);
        let others = self.directory.all().iter().filter(is_other);
        let directory = Directory::new(others.chain(changed).cloned().collect());
        Self { heads: self.heads, programs: self.programs.clone(), directory: Arc::new(directory) }
    }

    pub(super) fn built(
        cached: Option<&Self>,
        heads: Heads,
        rows: Vec<ProgramRow>,
        partners: Option<Vec<Partner>>,
    ) -> Result<Arc<Self>, Failure> {
        let mut programs = match cached {
            Some(rules) => rules.programs.clone(),
            None => Programs::new(super::NO_PROGRAM, Arc::new(builtin()?)),
        };
        for row in rows {
            let name = format!("program {}", row.version);
            let parsed = program::parse(&name, &row.toml)
                .map_err(|problems| store::Error::Corrupt(format!("{name} can no longer be read: {}", Failure::Program(problems))))?;
            programs.add(row.version, Arc::new(parsed));
        }
        let directory = match (partners, cached) {
            (Some(partners), _) => Arc::new(Directory::new(partners)),
            (None, Some(rules)) => Arc::clone(&rules.directory),
            (None, None) => Arc::default(),
        };
        Ok(Arc::new(Self { heads, programs, directory }))
    }
}

/// The program of a database that has none yet.
fn builtin() -> Result<Program, Failure> {
    program::parse("built-in program", program::DEMO).map_err(Failure::Program)
}
