//! Where the program writes about itself: to a file, because the screen belongs to the console; the engine to stderr.

use crate::error::{Error, Result};
use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::PathBuf,
    sync::{Mutex, OnceLock, PoisonError},
};
use tracing_subscriber::{EnvFilter, fmt::MakeWriter};

/// A larger file is set aside as `.old` when the program starts to write.
const LARGEST: u64 = 8 << 20;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    Stderr,
    File(PathBuf),
}

static PLACE: OnceLock<PathBuf> = OnceLock::new();

/// For a message: where the log is, when it is a file.
pub fn place() -> String {
    PLACE.get().map_or_else(String::new, |path| format!(" ({})", path.display()))
}

/// Begins to log, once a process. `filter` is as tracing's `EnvFilter` reads it; `info` unless given.
pub fn start(target: Target, filter: Option<&str>) -> Result<()> {
    let filter = EnvFilter::try_new(filter.filter(|filter| !filter.is_empty()).unwrap_or("info"))
        .map_err(|error| Error::expected(format!("PILOTHOUSE_LOG: {error}")))?;
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_ansi(false).with_target(false);
    let started = match target {
        Target::Stderr => builder.with_writer(io::stderr).try_init(),
        Target::File(path) => {
            let _ = PLACE.set(path.clone());
            builder.with_writer(LogFile { path, file: OnceLock::new() }).try_init()
        }
    };
    started.map_err(|error| Error::expected(format!("the log can't be started: {error}")))
}

/// Opened with the first line, so that a quiet run leaves no file behind.
struct LogFile {
    path: PathBuf,
    file: OnceLock<Option<Mutex<File>>>,
}

impl LogFile {
    fn open(&self) -> io::Result<Mutex<File>> {
        if let Some(folder) = self.path.parent() {
            fs::create_dir_all(folder)?;
        }
        if fs::metadata(&self.path).is_ok_and(|known| known.len() > LARGEST) {
            fs::rename(&self.path, self.path.with_extension("log.old"))?;
        }
        Ok(Mutex::new(OpenOptions::new().create(true).append(true).open(&self.path)?))
    }
}

impl<'a> MakeWriter<'a> for LogFile {
    type Writer = Line<'a>;

    fn make_writer(&'a self) -> Line<'a> {
        // A log that can't be written is no reason to stop working.
        Line(self.file.get_or_init(|| self.open().ok()).as_ref())
    }
}

struct Line<'a>(Option<&'a Mutex<File>>);

impl Write for Line<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.0 {
            Some(file) => file.lock().unwrap_or_else(PoisonError::into_inner).write(bytes),
            None => Ok(bytes.len()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
