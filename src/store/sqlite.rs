//! Opening an SQLite file, and noticing what other processes do to it.

use super::{
    db::Options,
    error::{Error, Result},
    feed::Feed,
};
use notify::{EventKind, RecursiveMode, Watcher};
use sqlx::{
    Connection, SqlitePool,
    pool::PoolOptions,
    sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous},
};
use std::{
    fs::File,
    io::Read,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{sync::Notify, time::Instant};

/// Earlier versions can lose committed writes in WAL mode (<https://sqlite.org/releaselog/3_51_3.html>).
const SQLITE_MIN: (u32, u32, u32) = (3, 51, 3);
/// How long a write waits for the write of another process.
const BUSY: Duration = Duration::from_secs(20);
const READERS_MAX: u32 = 4;
/// Rows that may wait between the thread of a connection and whoever asked: with few, each wakes the other all the time.
const ROWS_AHEAD: usize = 1_024;
/// What every SQLite file begins with: <https://www.sqlite.org/fileformat.html#magic_header_string>.
const MAGIC: &[u8] = b"SQLite format 3\0";
/// Kilobytes of pages that each reader keeps. The rest is in the system's page cache, which is not our memory.
const READ_CACHE_KB: u32 = 2_048;

/// One writing connection, so that writes queue here and not in SQLite's busy loop, and some that can only read.
pub struct Pools {
    pub read: SqlitePool,
    pub write: SqlitePool,
}

pub async fn open(path: &Path, options: &Options) -> Result<Pools> {
    usable(path)?;
    if !is_wal(path) {
        if options.read_only && !path.exists() {
            return Err(Error::Unavailable(format!("there is no file {}", path.display())));
        }
        create(path).await?;
    }
    let reader = base(path).pragma("query_only", "on").pragma("cache_size", format!("-{READ_CACHE_KB}"));
    let writer = base(path)
        // Every commit reaches the disk before it is confirmed: nothing that a person was told is saved may be lost, not
        // even to a power cut, which WAL with `normal` would allow.
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        // `insert or replace` takes the row away that stood there, and then the triggers of a delete are asked as well.
        .pragma("recursive_triggers", "on")
        .pragma("cache_size", format!("-{}", options.write_cache_mb * 1024))
        // The more is written at once, the longer the log may grow: a page that changes again and again is copied once.
        .pragma("wal_autocheckpoint", (options.write_cache_mb * 256).max(4_000).to_string())
        .pragma("journal_size_limit", "67108864");
    let identity = Arc::new(Mutex::new(Identity { file: file_of(path), since: Instant::now() }));
    let pool = || {
        let (identity, path) = (identity.clone(), path.to_owned());
        PoolOptions::new().min_connections(0).test_before_acquire(false).max_lifetime(None).before_acquire(move |_, meta| {
            let current = identity.lock().unwrap_or_else(PoisonError::into_inner).admits(file_of(&path), meta.age);
            Box::pin(async move { Ok(current) })
        })
    };
    let read = pool().max_connections(READERS_MAX).idle_timeout(Duration::from_mins(1)).connect_lazy_with(reader);
    // Waiting for the writes before us is not a failure, however long it takes.
    let write = pool().max_connections(1).idle_timeout(None).acquire_timeout(Duration::from_mins(5)).connect_lazy_with(writer);
    check_version(&read).await?;
    Ok(Pools { read, write })
}

/// Says in a sentence why what stands at the path can't be a database of ours; SQLite itself would only give a code.
fn usable(path: &Path) -> Result<()> {
    let refused = |why: String| Err(Error::Address(format!("{} {why}", path.display())));
    if path.is_dir() {
        return refused("is a folder; name the database file in it".to_owned());
    }
    let mut head = Vec::new();
    match File::open(path).and_then(|file| file.take(MAGIC.len() as u64).read_to_end(&mut head)) {
        Ok(_) if head.is_empty() || head == MAGIC => {}
        Ok(_) => return refused("is no SQLite database; name another file with --database".to_owned()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return refused(format!("can't be read: {error}")),
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let is_closed = folder.is_dir() && rustix::fs::access(folder, rustix::fs::Access::WRITE_OK).is_err();
    // Where the owner has it open, the files are there.
    if is_closed && !beside(path, "-shm").exists() {
        let why = "can't be opened: SQLite keeps files beside a database, even for a reader, and you may not write to";
        return refused(format!("{why} {}; work on a copy in a folder of your own", folder.display()));
    }
    Ok(())
}

/// Which file is at the path, and since when. A connection stays with the file that it opened, even when that was moved
/// away or replaced from a backup: what it wrote then would be lost.
struct Identity {
    file: Option<(u64, u64)>,
    since: Instant,
}

impl Identity {
    /// Whether a connection of this age belongs to the file that is there now.
    fn admits(&mut self, file: Option<(u64, u64)>, age: Duration) -> bool {
        if self.file != file {
            *self = Self { file, since: Instant::now() };
        }
        self.file.is_some() && age <= self.since.elapsed()
    }
}

/// Device and number of the file at a path.
fn file_of(path: &Path) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata(path).ok().map(|file| (file.dev(), file.ino()))
}

fn base(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(false)
        .busy_timeout(BUSY)
        .pragma("temp_store", "memory")
        .row_buffer_size(ROWS_AHEAD)
        .statement_cache_capacity(200)
}

/// Makes the file and switches it to WAL, alone: the switch does not wait for others.
async fn create(path: &Path) -> Result<()> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder)
            .map_err(|error| Error::Unavailable(format!("can't make the folder {}: {error}", folder.display())))?;
    }
    let _lock = lock(path).await?;
    let options = base(path).create_if_missing(true).page_size(8192).journal_mode(SqliteJournalMode::Wal);
    SqliteConnection::connect_with(&options).await?.close().await?;
    Ok(())
}

/// Bytes 18 and 19 of the header are 2 when the file is in WAL mode (<https://sqlite.org/fileformat.html>).
fn is_wal(path: &Path) -> bool {
    let mut header = [0; 20];
    File::open(path).and_then(|mut file| file.read_exact(&mut header)).is_ok() && header[18..] == [2, 2]
}

async fn check_version(pool: &SqlitePool) -> Result<()> {
    let (text,): (String,) = sqlx::query_as("select sqlite_version()").fetch_one(pool).await?;
    let mut parts = text.split('.').map(|part| part.parse().unwrap_or(0));
    let mut next = || parts.next().unwrap_or(0);
    let version = (next(), next(), next());
    if version < SQLITE_MIN {
        let (major, minor, patch) = SQLITE_MIN;
        return Err(Error::Internal(format!("this program was built with SQLite {text}; it needs {major}.{minor}.{patch} or later")));
    }
    Ok(())
}

/// Holds off other processes that want to create or migrate the same file. Released when dropped, or by the system when
/// the process ends in whatever way.
pub async fn lock(path: &Path) -> Result<File> {
    let path = beside(path, ".lock");
    tokio::task::spawn_blocking(move || {
        let file = File::options().create(true).truncate(false).write(true).open(&path)?;
        file.lock()?;
        Ok(file)
    })
    .await
    .map_err(|error| Error::Internal(error.to_string()))?
    .map_err(|error: std::io::Error| Error::Unavailable(format!("can't lock the database: {error}")))
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// After a sign of a write we look at these delays. The sign is the writing of the log, and the commit becomes visible
/// only after it is synced to the disk, for which there is no sign.
const LOOKS_MS: [u64; 6] = [0, 5, 20, 80, 300, 1_200];
/// Without a working directory watch (some network file systems) we look this often.
const POLL: Duration = Duration::from_secs(1);

/// Publishes the end of the audit chain whenever the file changes, until nobody listens. Costs nothing while idle.
pub async fn watch(path: PathBuf, pool: SqlitePool, feed: Arc<Feed>) {
    let wake = Arc::new(Notify::new());
    let watcher = watcher(&path, wake.clone());
    let mut failures = 0;
    // The first look is the one that catches up.
    let mut step = 0;
    loop {
        match head(&path, &pool).await {
            Ok(seq) => {
                failures = 0;
                feed.found(seq);
            }
            Err(error) => {
                failures += 1;
                feed.lost(&error.to_string());
            }
        }
        let pause = if failures > 0 {
            Some(super::feed::backoff(failures))
        } else if let Some(delay) = LOOKS_MS.get(step) {
            step += 1;
            Some(Duration::from_millis(*delay))
        } else if watcher.is_none() {
            Some(POLL)
        } else {
            None
        };
        let signed = tokio::select! {
            () = feed.idle() => return,
            () = wake.notified() => true,
            () = async { match pause { Some(pause) => tokio::time::sleep(pause).await, None => std::future::pending().await } } => false,
        };
        if signed {
            // Signs come in bursts, one for each page written; one look serves them all.
            tokio::time::sleep(Duration::from_millis(2)).await;
            step = 1;
        }
    }
}

async fn head(path: &Path, pool: &SqlitePool) -> Result<i64> {
    if !path.exists() {
        return Err(Error::Unavailable(format!("the file {} is gone", path.display())));
    }
    let (seq,): (i64,) = sqlx::query_as("select seq from audit_head").fetch_one(pool).await?;
    Ok(seq)
}

/// A watch on the folder, as the log file comes and goes.
fn watcher(path: &Path, wake: Arc<Notify>) -> Option<notify::RecommendedWatcher> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let names = [path.file_name()?.to_owned(), beside(path, "-wal").file_name()?.to_owned()];
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        let written = event.is_ok_and(|event| {
            matches!(event.kind, EventKind::Modify(_) | EventKind::Create(_) | EventKind::Remove(_))
                && event.paths.iter().filter_map(|path| path.file_name()).any(|name| names.iter().any(|known| known == name))
        });
        if written {
            wake.notify_one();
        }
    })
    .ok()?;
    watcher.watch(folder, RecursiveMode::NonRecursive).ok()?;
    Some(watcher)
}
