//! A private PostgreSQL for this test process: made on first use, shared by all tests, gone when the process is, however it ends.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::OnceLock,
};

/// A running server that only we can reach: it listens on a socket in its own folder and on no port.
pub struct Server {
    folder: PathBuf,
    bin: PathBuf,
    /// Holds the pipe whose end tells the watchman that this process is gone.
    _watchman: Child,
}

/// The server, or `None` where PostgreSQL is not installed. In CI that is a failure, on a person's machine a loud skip.
pub fn server() -> Option<&'static Server> {
    static SERVER: OnceLock<Option<Server>> = OnceLock::new();
    SERVER
        .get_or_init(|| {
            // Nothing of it has to outlive the machine: what was not written to the disk yet may be lost with it.
            installed().map(|bin| Server::start(bin, "fsync = off\nsynchronous_commit = off\nfull_page_writes = off\n"))
        })
        .as_ref()
}

fn installed() -> Option<PathBuf> {
    let bin = binaries();
    if bin.is_none() {
        assert!(env::var_os("CI").is_none(), "PostgreSQL is not installed, and CI must not skip its tests");
        eprintln!("\n*** SKIPPED: PostgreSQL is not installed here; every test ran on SQLite only. Install postgresql 15 or later. ***\n");
    }
    bin
}

/// The folder with `initdb` and `pg_ctl`: from PATH, or where Debian keeps it, the newest first.
fn binaries() -> Option<PathBuf> {
    let on_path = env::split_paths(&env::var_os("PATH").unwrap_or_default()).collect::<Vec<_>>();
    let mut kept: Vec<PathBuf> =
        fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten().map(|entry| entry.path().join("bin")).collect();
    let version = |path: &PathBuf| path.parent().and_then(|p| p.file_name()?.to_str()?.parse::<u32>().ok());
    kept.sort_by_key(|path| std::cmp::Reverse(version(path)));
    on_path.into_iter().chain(kept).find(|folder| folder.join("initdb").is_file() && folder.join("pg_ctl").is_file())
}

impl Server {
    fn start(bin: PathBuf, durability: &str) -> Self {
        // Sockets need a short path, so not the folder of the build.
        let folder = tempfile::Builder::new().prefix("pilothouse-pg-").tempdir_in("/tmp").expect("a folder in /tmp").keep();
        let user = server_user();
        if let Some(user) = user {
            succeed(Command::new("chown").arg(user).arg(&folder));
        }
        let data = folder.join("data");
        succeed(
            as_user(user, &bin.join("initdb")).args(["-A", "trust", "-U", "pilothouse", "-E", "UTF8", "--locale=C", "-N", "-D"]).arg(&data),
        );
        let settings = format!(
            "\nlisten_addresses = ''\nunix_socket_directories = '{}'\n{durability}\
             max_connections = 300\nshared_buffers = 128MB\nautovacuum_naptime = 10s\n",
            folder.display()
        );
        let config = data.join("postgresql.conf");
        let known = fs::read_to_string(&config).expect("initdb writes a configuration");
        fs::write(&config, known + &settings).expect("the configuration can be written");
        // Before the server, so that no moment is left in which we could die and leave it behind.
        let watchman = watchman(user, &bin, &folder);
        let server = Self { folder, bin, _watchman: watchman };
        server.resume();
        server
    }

    /// The address of a database of this server.
    pub fn url(&self, database: &str) -> String {
        self.url_as("pilothouse", database)
    }

    /// The same for another login; the server trusts everybody.
    pub fn url_as(&self, login: &str, database: &str) -> String {
        format!("postgres://{login}@localhost/{database}?host={}", self.folder.display())
    }

    /// Stops the server hard, as a power cut would, for tests of lost connections. Only for a server of one's own.
    pub fn halt(&self) {
        succeed(self.control().args(["-m", "immediate", "stop"]));
    }

    /// Starts it again.
    pub fn resume(&self) {
        succeed(self.control().arg("-l").arg(self.folder.join("log")).args(["-w", "start"]));
    }

    /// A server that no other test shares, to be stopped hard: what it says is saved survives that, as with the usual settings.
    pub fn own() -> Option<Self> {
        installed().map(|bin| Self::start(bin, "fsync = off\n"))
    }

    fn control(&self) -> Command {
        let mut command = as_user(server_user(), &self.bin.join("pg_ctl"));
        command.arg("-D").arg(self.folder.join("data"));
        command
    }
}

/// PostgreSQL refuses to run as root; then somebody else has to.
fn server_user() -> Option<&'static str> {
    let id = Command::new("id").arg("-u").output().expect("`id` is everywhere");
    if id.stdout.trim_ascii() != b"0" {
        return None;
    }
    let exists = |name: &&str| Command::new("id").arg(name).output().is_ok_and(|output| output.status.success());
    Some(["postgres", "nobody"].into_iter().find(exists).expect("root needs a user `postgres` or `nobody` to run PostgreSQL as"))
}

fn as_user(user: Option<&str>, program: &Path) -> Command {
    let mut command = match user {
        None => Command::new(program),
        Some(user) => {
            let mut command = Command::new("runuser");
            command.args(["-u", user, "--"]).arg(program);
            command
        }
    };
    command.current_dir("/");
    command
}

/// A process that waits until our end of its input closes, which the system does for us even when we are killed, and then
/// stops the server and removes its folder.
fn watchman(user: Option<&str>, bin: &Path, folder: &Path) -> Child {
    let script = r#"cat >/dev/null; "$1/pg_ctl" -D "$2/data" -m immediate -w stop >/dev/null 2>&1; rm -rf "$2"/* "$2""#;
    let mut command = as_user(user, Path::new("sh"));
    command.args(["-c", script, "watchman"]).arg(bin).arg(folder);
    // A group of its own: an interrupt from the keyboard is for the tests, and the watchman has work to do after it.
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("a shell")
}

#[track_caller]
fn succeed(command: &mut Command) {
    // Not `output`: the server inherits what it is started with, and a pipe would never close.
    let status = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status().expect("the command can be started");
    assert!(status.success(), "{command:?} failed: {status}");
}
