//! Data from outside: a file becomes rows ([`source`]), rows become records by a mapping ([`mapping`], [`decode`]), and
//! records go through the same commands as everything else, in batches.

pub mod contacts;
pub mod deals;
pub mod decode;
pub mod directory;
mod door;
pub mod funding;
pub mod leads;
pub mod mapping;
pub(in crate::app) mod partners;
pub mod rates;
mod reader;
mod rejects;
mod report;
pub mod sales;
pub mod source;
mod trial;

pub use reader::{Survey, survey};
pub use rejects::Rejects;
pub use report::{Counts, Figures, ImportError, REJECTS_TOLD_MAX, Report, Room};

use mapping::{Kind, Mapping};
use std::path::{Path, PathBuf};

/// Whether something is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pass {
    /// It is carried out in a scratch database beside the real one, which is only read.
    Plan,
    Carry,
}

/// One file and how to read it.
#[derive(Debug, Clone)]
pub struct Job {
    pub path: PathBuf,
    pub mapping: Mapping,
    /// Where rows that can't be taken over are kept; nowhere when only planning.
    pub rejects: Option<PathBuf>,
}

impl Job {
    /// What this pass may do of it, with an empty report: planning keeps no rejects.
    fn begin(self, pass: Pass) -> (Self, Report) {
        let counts = Counts { room: Room::of(self.mapping.kind), ..Counts::default() };
        let report = Report { mapping: self.mapping.name.clone(), counts, ..Report::default() };
        let rejects = self.rejects.filter(|_| pass == Pass::Carry);
        (Self { rejects, ..self }, report)
    }
}

/// The mapping for a file: a built-in one or a document by name, else the one that the file's columns call for. The error
/// is one sentence or one problem a line.
pub fn choose(kind: Kind, path: &Path, named: Option<&str>) -> Result<Mapping, String> {
    let mapping = match named {
        Some(name) => named_mapping(name)?,
        None => recognised(kind, path)?,
    };
    if mapping.kind == kind {
        return Ok(mapping);
    }
    Err(format!("mapping `{}` is for {}, not for {}", mapping.name, mapping.kind.plural(), kind.plural()))
}

fn named_mapping(name: &str) -> Result<Mapping, String> {
    if let Some(mapping) = mapping::built_in(name) {
        return Ok(mapping);
    }
    let text = std::fs::read_to_string(name).map_err(|error| {
        let names = mapping::BUILT_IN.iter().map(|(name, _)| *name);
        let near = crate::domain::nearest::nearest(name, names.clone());
        let hint =
            near.map_or_else(|| format!("built in are {}", names.collect::<Vec<_>>().join(", ")), |name| format!("did you mean `{name}`?"));
        format!("mapping `{name}` is neither built in nor a file that can be read ({error}); {hint}")
    })?;
    mapping::read(name, &text).map_err(|problems| problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
}

fn recognised(kind: Kind, path: &Path) -> Result<Mapping, String> {
    let source = source::Source::open(path, &source::Options::default()).map_err(|error| format!("{}: {error}", path.display()))?;
    mapping::recognised(kind, &source).into_iter().next().ok_or_else(|| {
        let names = mapping::BUILT_IN.iter().filter_map(|(name, _)| mapping::built_in(name)).filter(|mapping| mapping.kind == kind);
        let names = names.map(|mapping| mapping.name).collect::<Vec<_>>().join(", ");
        format!("{}: no built-in mapping knows its columns; name one with --mapping ({names}, or a file of your own)", path.display())
    })
}
